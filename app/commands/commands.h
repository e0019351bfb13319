// Commands: which are there?  Each takes the arguments behind its name.
#pragma once

#include "app/arguments/command_line.h"
#include "app/exit_code.h"

namespace macroscope {

ExitCode run_analyze(const Arguments& arguments);
ExitCode run_export(const Arguments& arguments);
ExitCode run_fmt(const Arguments& arguments);
ExitCode run_check(const Arguments& arguments);
ExitCode run_compare(const Arguments& arguments);
ExitCode run_explain(const Arguments& arguments);
ExitCode run_init(const Arguments& arguments);
ExitCode run_ops(const Arguments& arguments);
ExitCode run_table(const Arguments& arguments);
ExitCode run_torch(const Arguments& arguments);

}  // namespace macroscope
