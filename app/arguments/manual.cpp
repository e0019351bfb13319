#include "app/arguments/manual.h"

#include <fmt/format.h>

#include <string_view>

namespace macroscope {
namespace {

/// Text that is text in roff: no escapes, no requests.
std::string roff(std::string_view text) {
  std::string out;
  bool is_line_start = true;
  for (const char c : text) {
    if (is_line_start && (c == '.' || c == '\'')) out += "\\&";
    is_line_start = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else {
      out += c;
    }
  }
  return out;
}

std::string synopsis_of(const CommandDescription& command) {
  std::string text = fmt::format("\\fBmacroscope {}\\fR", roff(command.name));
  for (const OptionDescription& option : command.options)
    if (option.is_positional)
      text += option.is_required ? fmt::format(" \\fI{}\\fR", roff(option.names.front()))
                                 : fmt::format(" [\\fI{}\\fR]", roff(option.names.front()));
  return text + " [\\fIOPTIONS\\fR]";
}

std::string option_of(const OptionDescription& option) {
  std::string head;
  for (const std::string& name : option.names)
    head += fmt::format("{}\\f{}{}\\fR", head.empty() ? "" : ", ", option.is_positional ? "I" : "B", roff(name));
  if (!option.value.empty()) head += fmt::format(" \\fI{}\\fR", roff(option.value));
  return fmt::format(".TP\n{}\n{}\n", head, roff(option.text));
}

std::string command_of(const CommandDescription& command) {
  std::string text = fmt::format(".SS \"{}\"\n{}\n.PP\n{}\n", roff(command.name), synopsis_of(command), roff(command.text));
  for (const OptionDescription& option : command.options) text += option_of(option);
  if (!command.footer.empty()) text += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(command.footer));
  return text;
}

}  // namespace

std::string manual_of(const std::vector<CommandDescription>& commands) {
  std::string text = fmt::format(
      ".TH MACROSCOPE 1 \"\" \"macroscope {}\" \"User Commands\"\n.SH NAME\nmacroscope \\- what a neural network costs\n"
      ".SH SYNOPSIS\n\\fBmacroscope\\fR \\fIMODEL\\fR... [\\fIOPTIONS\\fR]\n.br\n\\fBmacroscope\\fR \\fICOMMAND\\fR "
      "[\\fIOPTIONS\\fR]\n"
      ".SH DESCRIPTION\nTells what a neural network costs from its file: shapes, parameters, MACs, FLOPs and memory, exact or "
      "as\n"
      "formulas of open sizes. It never reads a weight.\n.SH COMMANDS\n",
      MACROSCOPE_VERSION);
  for (const CommandDescription& command : commands)
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(command.name), roff(command.summary));
  text += ".SH OPTIONS\n";
  for (const CommandDescription& command : commands) text += command_of(command);
  return text +
         ".SS \"of the program\"\n.TP\n\\fB\\-\\-version\\fR\nthe version\n.TP\n\\fB\\-\\-completion\\fR \\fISHELL\\fR\na script "
         "for bash, zsh or fish\n.TP\n\\fB\\-\\-man\\fR\nthis page\n"
         ".SH \"EXIT STATUS\"\n0 fine; 1 a limit of check is broken; 2 wrong usage or budget file; 3 a model cannot be read or "
         "has an error;\n"
         "4 undecided: a limit depends on operators without a cost rule or on open sizes. Of several the worst counts: 2 over 3 "
         "over 1 over 4.\n"
         ".SH ENVIRONMENT\n.TP\nNO_COLOR\nno color\n.TP\nCOLUMNS\nwidth of tables\n.TP\nGITHUB_STEP_SUMMARY\na file that check "
         "appends its "
         "Markdown to\n";
}

}  // namespace macroscope
