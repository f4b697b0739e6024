// Finds the file that is written when a person names one: a regular file only, through links.
#pragma once

#include <filesystem>

#include "base/outcome.h"

namespace host_stub {

// The file that is written when `given` is named, which may not exist yet: links are followed, so
// that they stay. INVALID for a folder, a device, a pipe or a socket, and for a name in the folders
// of the kernel, such as /dev/stdout: "cannot write /dev/full: it is a device; <remedy>".
crm::Result<std::filesystem::path> output_file(const std::filesystem::path& given,
                                               std::string_view remedy);

}  // namespace host_stub
