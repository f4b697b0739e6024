// What stores and journals need of folders, and how they say what a disk did not take. [any]
// thread.
#pragma once

#include <string>

namespace message_history {

// Throws crm::Failure with FULL or IO for this errno, naming the path, what failed and the remedy.
[[noreturn]] void io_failure(const std::string& path, const std::string& what, int error);

// A new file's name is durable only when its folder is.
void sync_folder(const std::string& path);

}  // namespace message_history
