// macroscope fmt: the canonical layout of files of the network language.
#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/output.h"
#include "app/sandbox/sandbox.h"
#include "frontends/dsl/net_file.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope fmt lenet.net             to standard output
  macroscope fmt --write nets/*.net    in place
  macroscope fmt --check nets/*.net    names the files that are laid out otherwise

Exit status: 0 fine, 1 with --check if a file is laid out otherwise, 2 wrong usage, 3 a file has a mistake.)";

}  // namespace

ExitCode run_fmt(const Arguments& arguments) {
  Command command("The canonical layout of files of the network language. Comments are kept.", "macroscope fmt");
  Arguments files;
  bool writes = false;
  bool checks = false;
  std::string color = "auto";
  command.add_option("FILE", files, "files of the network language")->type_name("")->required();
  auto* write_flag = command.add_flag("--write", writes, "lay the files out in place");
  command.add_flag("--check", checks, "write nothing; exit code 1 if a file is laid out otherwise")->excludes(write_flag);
  add_color(command, color);
  command.footer(kExamples);
  if (!parse(command, arguments)) return ExitCode::fine;

  Sandbox sandbox;
  sandbox.allow_reading(files);
  for (const std::string& path : files)
    if (writes) sandbox.allow_making(path);
  sandbox.enter();
  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(color));
  StandardOutput standard_output;
  ExitCode code = ExitCode::fine;
  for (const std::string& path : files) {
    const std::string text = read_net_text(path);
    const dsl::NetFile file(text);
    const std::optional<std::string> formatted = file.formatted();
    if (!formatted) {
      print(file.diagnostics(), path, false, messages);
      code = worst(code, ExitCode::bad_model);
    } else if (checks) {
      if (*formatted == text) continue;
      standard_output.write(fmt::format("{}\n", path));
      code = worst(code, ExitCode::broken_limit);
    } else if (!writes) {
      standard_output.write(*formatted);
    } else if (*formatted != text) {
      OutputFile file_in_place(path);
      file_in_place.write(*formatted);
      file_in_place.commit();
    }
  }
  standard_output.finish();
  return code;
}

}  // namespace macroscope
