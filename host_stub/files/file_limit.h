// How many files this process may have open.
#pragma once

namespace host_stub {

// Raises the limit as far as the system lets this process: plugins keep several files open for each
// tenant, and go by it. Stays as it was where that is refused.
void raise_file_limit();

}  // namespace host_stub
