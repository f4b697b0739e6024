# crm_add_plugin(<target> <source>...)
#
# A plugin as the interface wants it: a module without the "lib" prefix that exports crm_plugin_query and
# nothing else, has no unresolved symbol, and can really be unloaded (GNU unique symbols would pin it).
function(crm_add_plugin target)
  set(version_script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/crm_plugin.map)
  add_library(${target} MODULE ${ARGN})
  target_link_libraries(${target} PRIVATE crm::plugin_api)
  set_target_properties(${target} PROPERTIES
    PREFIX ""
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${version_script})
  target_link_options(${target} PRIVATE
    LINKER:--version-script=${version_script}
    LINKER:--exclude-libs,ALL)
  # A sanitizer's run-time lives in the executable, so its symbols stay open here.
  if(NOT CRM_SANITIZE)
    target_link_options(${target} PRIVATE LINKER:-z,defs)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>)
  endif()
endfunction()
