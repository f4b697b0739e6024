// How a journal says that it cannot be read, and what to do then.
#pragma once

#include <crm/cpp/failure.hpp>

#include <string>

namespace message_history {

// Throws crm::Failure with CORRUPT. Nothing in the files was or will be changed.
[[noreturn]] inline void journal_is_damaged(const std::string& what) {
  throw crm::Failure(
      CRM_ERR_CORRUPT,
      what +
          ". The files were left as they are: keep them. Restore the tenant's whole folder from "
          "one backup; or move journal.a, journal.b and journal.mark together to another place "
          "and let the host send again, from the positions that the database then tells");
}

}  // namespace message_history
