// Which commands are there?  Each takes the arguments behind its name.
#pragma once

#include "app/command_line.h"
#include "app/exit_code.h"

namespace macroscope {

ExitCode run_analyze(const Arguments& arguments);
ExitCode run_ops(const Arguments& arguments);

}  // namespace macroscope
