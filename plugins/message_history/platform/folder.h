// What stores and journals need of folders, and how they say what a disk did not take. [any]
// thread.
#pragma once

#include <cerrno>
#include <crm/cpp/failure.hpp>
#include <string>

namespace message_history {

// Makes a call of the system again while a signal interrupts it: the host's handlers may not let it
// go on by itself, and a file system may wait for a server. Returns its answer.
template <class Call>
int until_done(Call call) {
  int answer = call();
  while (answer < 0 && errno == EINTR) answer = call();
  return answer;
}

// BUSY: the process may not open another file, until one is closed or its limit is raised.
class NoFilesLeft : public crm::Failure {
 public:
  explicit NoFilesLeft(const std::string& path);
};

// Tries it: SQLite does not tell why a file could not be opened.
bool are_no_files_left();

// Throws crm::Failure with FULL or IO for this errno, naming the path, what failed and the remedy.
[[noreturn]] void io_failure(const std::string& path, const std::string& what, int error);

// A new file's name is durable only when its folder is.
void sync_folder(const std::string& path);

// Makes an empty file that only this user may read, for those who would make it readable to others.
void make_private_file(const std::string& path);

// Takes from the group and from others what they may do with the file, where there is one and it is
// ours to change.
void withdraw_access(const std::string& path) noexcept;

}  // namespace message_history
