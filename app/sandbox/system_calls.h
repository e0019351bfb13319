// Which system calls does the program need once its options are read?
#pragma once

namespace macroscope {

/// All others fail from here on with EPERM: there is no socket, no other process, no new executable page.  Threads go on.
void keep_few_system_calls();

}  // namespace macroscope
