// The descriptors 0, 1 and 2, which whoever starts a process may have closed.
#pragma once

namespace host_stub {

// Occupies those that are closed: the next file that is opened would take their number, and what is
// printed would go into it. Reading and writing them still fails, so that a summary which nobody
// gets is an error. Call it before any file is opened.
void occupy_closed_standard_streams();

}  // namespace host_stub
