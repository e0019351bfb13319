// macroscope ops: the table of operators.
#include "app/commands/commands.h"
#include "app/documents.h"
#include "reports/kinds/operators_report.h"

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
  OutputOptions outputs;
  const FormatChoice formats{Part::sections, Part::rows, Part::fields};
  command.add_option("PART", filter, "of an operator's name or domain, in letters of either case")->type_name("");
  outputs.common.add_to(command, formats.names());
  command.footer(kExamples);
  if (!parse(command, arguments)) return ExitCode::fine;

  Documents documents(formats, outputs);
  documents.begin({});
  documents.add(operators_report(filter));
  documents.finish();
  return ExitCode::fine;
}

}  // namespace macroscope
