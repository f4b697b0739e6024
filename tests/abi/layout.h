/* Asserts layout.inc against the headers, in the language of whoever includes this. */
#ifndef CRM_TESTS_ABI_LAYOUT_H
#define CRM_TESTS_ABI_LAYOUT_H

#include <crm/entry.h>
#include <crm/ext/admin_views.h>
#include <crm/ext/config.h>
#include <crm/ext/events.h>
#include <crm/ext/exports.h>
#include <crm/ext/keys.h>
#include <crm/ext/maintenance.h>
#include <crm/ext/metrics.h>
#include <crm/ext/paths.h>
#include <crm/writer.h>

#ifdef __cplusplus

#include <string_view>
#include <type_traits>

#define CRM_STRUCT(structure, bytes)                                  \
  static_assert(sizeof(structure) == (bytes), "size of " #structure); \
  static_assert(std::is_standard_layout_v<structure> && std::is_trivial_v<structure>);
#define CRM_FIELD(structure, field, at, bytes, ...)                                            \
  static_assert(offsetof(structure, field) == (at), "offset of " #structure "." #field);       \
  static_assert(sizeof(structure::field) == (bytes), "size of " #structure "." #field);        \
  static_assert(std::is_same_v<decltype(structure::field), std::type_identity_t<__VA_ARGS__>>, \
                "type of " #structure "." #field);
#define CRM_CONSTANT(name, value) static_assert((name) == (value), "value of " #name);
#define CRM_TEXT(name, value) static_assert(std::string_view(name) == value, "value of " #name);

#else

#define CRM_STRUCT(structure, bytes) \
  _Static_assert(sizeof(structure) == (bytes), "size of " #structure);
#define CRM_FIELD(structure, field, at, bytes, ...)                                             \
  _Static_assert(offsetof(structure, field) == (at), "offset of " #structure "." #field);       \
  _Static_assert(sizeof(((structure*)0)->field) == (bytes), "size of " #structure "." #field);  \
  _Static_assert(                                                                               \
      _Generic(&((structure*)0)->field, __typeof__(__typeof__(__VA_ARGS__)*) : 1, default : 0), \
      "type of " #structure "." #field);
#define CRM_CONSTANT(name, value) _Static_assert((name) == (value), "value of " #name);
/* C11 has no constant comparison of text: its size here, its content in C++. */
#define CRM_TEXT(name, value) _Static_assert(sizeof(name) == sizeof(value), "size of " #name);

#endif

#include "layout.inc"

#endif
