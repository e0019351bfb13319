// macroscope ops: the table of operators.
#include <unistd.h>

#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/output.h"
#include "reports/document/operators_table.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope ops                       every operator
  macroscope ops conv                  those whose name holds 'conv'
  macroscope ops com.microsoft         those of a domain
  macroscope ops --format markdown     for a document)";

}  // namespace

ExitCode run_ops(const Arguments& arguments) {
  Command command("Every operator that is known, and how its cost is counted.", "macroscope ops");
  std::string filter;
  CommonOptions common;
  command.add_option("PART", filter, "of an operator's name or domain, in letters of either case")->type_name("");
  common.add_to(command);
  command.footer(kExamples);
  if (!parse(command, arguments)) return ExitCode::fine;

  const Format format = common.format.empty() ? Format::text : chosen_table_format(common.format);
  DescriptorSink standard_output(STDOUT_FILENO);
  write_table(operators_table(filter), format, standard_output, text_options_for(STDOUT_FILENO, chosen_color(common.color)),
              "macroscope-operators/1", "operators");
  standard_output.flush();
  return ExitCode::fine;
}

}  // namespace macroscope
