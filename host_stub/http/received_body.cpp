#include "http/received_body.h"

#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace host_stub::http {

bool ReceivedBody::begin(BodyKind kind, uint64_t bytes) {
  kind_ = kind;
  missing_bytes_ = bytes;
  if (kind_ == BodyKind::file) {
    file_ = FileHandle(memfd_create("body", MFD_CLOEXEC));
    return file_.is_open();
  }
  text_.reserve(static_cast<size_t>(bytes));
  return true;
}

bool ReceivedBody::append(std::string_view bytes) {
  missing_bytes_ -= bytes.size();
  if (kind_ != BodyKind::file) {
    text_.append(bytes);
    return true;
  }
  return bool{write_all(file_, "the body", bytes)};
}

bool ReceivedBody::give(Request& request) {
  request.body = std::move(text_);
  request.body_file = std::move(file_);
  return kind_ != BodyKind::file || lseek(request.body_file.get(), 0, SEEK_SET) == 0;
}

}  // namespace host_stub::http
