#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "parse_back/parse_back.h"

namespace macroscope::testing {
namespace {

/// Every command that a report uses behind its preamble.  None reads, writes or defines anything.
const std::set<std::string_view>& commands() {
  static const std::set<std::string_view> known{"section",
                                                "subsection",
                                                "texttt",
                                                "textbf",
                                                "textit",
                                                "noindent",
                                                "text",
                                                "item",
                                                "begin",
                                                "end",
                                                "multicolumn",
                                                "raggedright",
                                                "raggedleft",
                                                "arraybackslash",
                                                "linewidth",
                                                "toprule",
                                                "midrule",
                                                "bottomrule",
                                                "endhead",
                                                "endfoot",
                                                "hspace",
                                                "quad",
                                                "rule",
                                                "displaystyle",
                                                "footnotesize",
                                                "allowbreak",
                                                "textbackslash",
                                                "textasciicircum",
                                                "textasciitilde",
                                                "textless",
                                                "textgreater",
                                                "textbar",
                                                "ttfamily",
                                                "char",
                                                "times",
                                                "ge",
                                                "le",
                                                "gt",
                                                "lt",
                                                "cdot",
                                                "frac",
                                                "sqrt",
                                                "left",
                                                "right",
                                                "lfloor",
                                                "rfloor",
                                                "lceil",
                                                "rceil",
                                                "lvert",
                                                "rvert",
                                                "min",
                                                "max",
                                                "operatorname",
                                                "exp",
                                                "sin",
                                                "cos",
                                                "log",
                                                "sum",
                                                "prod",
                                                "pi",
                                                "mathit",
                                                "mathrm",
                                                "mathrel",
                                                "partial",
                                                "{",
                                                "}",
                                                "$",
                                                "&",
                                                "#",
                                                "%",
                                                "_",
                                                "\\",
                                                ",",
                                                "newpage",
                                                "clearpage"};
  return known;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Complaint check() {
    constexpr std::string_view kBegin = "\\begin{document}";
    const std::size_t body = text_.find(kBegin);
    if (!text_.starts_with("\\documentclass") || body == std::string_view::npos) return "there is no preamble";
    for (at_ = body; at_ < text_.size() && problem_.empty();) step();
    if (problem_.empty() && is_formula_) problem_ = "a formula is open at the end";
    if (problem_.empty() && !groups_.empty()) problem_ = "a group is open at the end";
    if (problem_.empty() && !environments_.empty()) problem_ = fmt::format("{} is open at the end", environments_.back());
    return problem_.empty() ? Complaint() : fmt::format("byte {}: {}: {}", at_, problem_, text_.substr(at_, 40));
  }

 private:
  struct Group {
    bool is_formula = false;  // what the group is in
    std::size_t formula_depth = 0;
    std::size_t fences = 0;  // \left without its \right
  };

  void step() {
    switch (const char c = text_[at_]) {
      case '\\':
        return command();
      case '{':
        groups_.push_back({is_formula_, formula_depth_, fences_});
        fences_ = 0;
        if (std::exchange(opens_text_, false)) is_formula_ = false;
        break;
      case '}':
        if (groups_.empty() || fences_ != 0) return fail("a brace closes nothing");
        if (is_formula_ && formula_depth_ == groups_.size()) return fail("a formula is open at the end of a group");
        is_formula_ = groups_.back().is_formula;
        formula_depth_ = groups_.back().formula_depth;
        fences_ = groups_.back().fences;
        groups_.pop_back();
        break;
      case '$':
        if (is_formula_ && (fences_ != 0 || groups_.size() != formula_depth_)) return fail("a formula ends inside of a group");
        formula_depth_ = groups_.size();
        is_formula_ = !is_formula_;
        break;
      case '_':
      case '^':
        if (!is_formula_) return fail("a script outside of a formula");
        if (c == '^' && text_.substr(at_, 2) == "^^") return fail("a character by its number");
        break;
      case '&':
        if (is_formula_ || environments_.empty() || environments_.back() != "longtable")
          return fail("a column outside of a table");
        break;
      case '#':
      case '%':
      case '~':
        return fail("an active character");
      default:
        break;
    }
    ++at_;
  }

  void command() {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    if (end == at_ + 1) ++end;
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    if (!commands().contains(name)) return fail("no command of a report");
    if (name == "begin" || name == "end") return environment(name == "begin", end);
    if (name == "left") ++fences_;
    if (name == "right" && fences_-- == 0) return fail("a fence closes nothing");
    opens_text_ = name == "text";
    at_ = end;
  }

  void environment(bool begins, std::size_t at) {
    const std::size_t close = text_.find('}', at);
    if (at >= text_.size() || text_[at] != '{' || close == std::string_view::npos) return fail("an environment without a name");
    const std::string_view name = text_.substr(at + 1, close - at - 1);
    if (name != "document" && name != "longtable" && name != "itemize") return fail("no environment of a report");
    if (is_formula_ || !groups_.empty()) return fail("an environment inside of a group");
    if (begins) {
      environments_.push_back(name);
    } else {
      if (environments_.empty() || environments_.back() != name) return fail("an environment ends that did not begin");
      environments_.pop_back();
    }
    at_ = close + 1;
  }

  void fail(std::string_view problem) { problem_ = problem; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
  std::vector<Group> groups_;
  std::vector<std::string_view> environments_;
  bool is_formula_ = false;
  bool opens_text_ = false;
  std::size_t formula_depth_ = 0;
  std::size_t fences_ = 0;
};

}  // namespace

Complaint complaint_of_latex(std::string_view text) {
  if (Complaint complaint = complaint_of_text(text); !complaint.empty()) return complaint;
  return Reader(text).check();
}

}  // namespace macroscope::testing
