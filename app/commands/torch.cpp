// macroscope torch: a PyTorch module by the name of what makes it.  Only Python can make one, so that Python does this command: the package
// macroscope, in the environment that this program was installed into, which hands the exported model back to this program.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"

namespace macroscope {
namespace {

constexpr const char* kExamples =
    R"(All other options are those of macroscope analyze. The module is made on the meta device, where weights need no memory.

Examples:
  macroscope torch torchvision.models:resnet50 --args 1,3,224,224
  macroscope torch torchvision.models:resnet50 --args batch=2,3,224,224 --depth 1    the batch stays open
  macroscope torch my.models:tagger --kwargs input_ids=batch=2,length=16:int64       by the name of the argument
  macroscope torch my.models:make --factory '{"layers": 4}' -o report.html

Exit status: 0 fine, 2 wrong usage, 3 the module cannot be exported, or the model has an error.)";

/// The Python beside this program, or else the first on the path.
std::string python_for(const std::filesystem::path& program) {
  std::error_code ignored;
  const std::filesystem::path beside = program.parent_path() / "python3";
  return std::filesystem::exists(beside, ignored) ? beside.string() : "python3";
}

}  // namespace

ExitCode run_torch(const Arguments& arguments) {
  Command command("What a PyTorch module costs, from its code alone: no weight is made or read.", "macroscope torch");
  Arguments shapes;
  Arguments named;
  std::string factory;
  std::string factory_arguments;
  bool is_on_cpu = false;
  command.add_option("PACKAGE.MODULE:FACTORY", factory, "a class or function that makes the module")->type_name("")->required();
  command.add_option("--args", shapes, "an input: 1,3,224,224 or, with an open size, batch=2,3,224,224:float32")
      ->type_name("SHAPE");
  command.add_option("--kwargs", named, "an input by the name of its argument")->type_name("NAME=SHAPE");
  command.add_option("--factory", factory_arguments, "keyword arguments of the factory")->type_name("JSON");
  command.add_flag("--on-cpu", is_on_cpu, "make the module on the CPU, where it cannot be made on the meta device");
  command.footer(kExamples);
  const bool asks_for_help = std::any_of(arguments.begin(), arguments.end(),
                                         [](const std::string& a) { return a == "--help" || a == "--help-all" || a == "-h"; });
  if (arguments.empty() || asks_for_help) {
    parse(command, arguments);
    return ExitCode::fine;
  }

  std::error_code failure;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (!failure) setenv("MACROSCOPE_PROGRAM", program.c_str(), 0);
  std::vector<std::string> words{python_for(program), "-m", "macroscope", "torch"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execvp(pointers.front(), pointers.data());
  throw UsageError(fmt::format("cannot run {}: {}", words.front(), std::strerror(errno)),
                   "macroscope torch needs Python with the packages macroscope and torch");
}

}  // namespace macroscope
