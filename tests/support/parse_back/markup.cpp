// HTML and SVG: one tokenizer, and what may stand where.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "parse_back/parse_back.h"
#include "reports/web/web_assets.h"

namespace macroscope::testing {
namespace {

using Names = std::set<std::string_view>;

const Names kElements{"html",   "head",  "meta",    "title",   "style", "script", "body",   "main",    "article",
                      "header", "h1",    "h2",      "h3",      "p",     "nav",    "a",      "section", "table",
                      "thead",  "tbody", "tr",      "th",      "td",    "ul",     "li",     "b",       "code",
                      "span",   "br",    "details", "summary", "dl",    "dt",     "dd",     "svg",     "g",
                      "rect",   "path",  "text",    "figure",  "desc",  "line",   "circle", "div",     "tspan"};
const Names kAttributes{"lang",
                        "charset",
                        "http-equiv",
                        "content",
                        "name",
                        "class",
                        "id",
                        "role",
                        "scope",
                        "href",
                        "open",
                        "hidden",
                        "xmlns",
                        "viewBox",
                        "width",
                        "height",
                        "font-family",
                        "font-size",
                        "font-weight",
                        "fill",
                        "fill-opacity",
                        "opacity",
                        "text-anchor",
                        "x",
                        "y",
                        "x1",
                        "y1",
                        "x2",
                        "y2",
                        "cx",
                        "cy",
                        "r",
                        "rx",
                        "ry",
                        "d",
                        "stroke",
                        "stroke-width",
                        "stroke-dasharray",
                        "stroke-opacity",
                        "stroke-linejoin",
                        "stroke-linecap",
                        "transform",
                        "dominant-baseline",
                        "points"};
const Names kElementsOfJunit{"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"};
const Names kAttributesOfJunit{"name", "classname", "tests", "failures", "errors", "skipped", "message", "type"};
/// Elements that need no end tag, in HTML.
const Names kVoid{"meta", "br"};
const Names kImplied{"tr", "th", "td", "li"};

struct Tag {
  std::string_view name;
  bool is_end = false;
  bool is_empty = false;  // `<rect/>`
};

enum class Language : std::uint8_t { html, svg, junit };

class Markup {
 public:
  Markup(std::string_view text, Language language)
      : rest_(text), size_(text.size()), language_(language), is_html_(language == Language::html) {}

  Complaint check() {
    if (is_html_ && !take("<!doctype html>\n")) return "there is no doctype";
    if (language_ == Language::junit && !take("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")) return "there is no declaration";
    while (problem_.empty() && !rest_.empty()) {
      if (rest_.front() == '<') {
        element();
      } else {
        characters(rest_.substr(0, rest_.find('<')));
      }
    }
    if (problem_.empty() && !open_.empty()) problem_ = fmt::format("<{}> is open at the end", open_.back());
    return problem_.empty() ? Complaint() : fmt::format("byte {}: {}: {}", size_ - rest_.size(), problem_, rest_.substr(0, 60));
  }

 private:
  void fail(std::string problem) { problem_ = std::move(problem); }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  void characters(std::string_view text) {
    if (open_.empty() && text.find_first_not_of('\n') != std::string_view::npos) return fail("text outside of everything");
    if (text.find('>') != std::string_view::npos) return fail("a bare >");
    if (!are_entities_sound(text)) return fail("an ampersand that is no entity");
    rest_.remove_prefix(text.size());
  }

  /// `&#60;`, `&amp;`
  static bool are_entities_sound(std::string_view text) {
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
      const std::size_t end = text.find(';', at);
      if (end == std::string_view::npos) return false;
      const std::string_view name = text.substr(at + 1, end - at - 1);
      const bool is_number =
          name.size() > 1 && name.front() == '#' && name.find_first_not_of("0123456789", 1) == std::string_view::npos;
      if (!is_number && name != "amp" && name != "lt" && name != "gt" && name != "quot") return false;
    }
    return true;
  }

  void element() {
    Tag tag;
    rest_.remove_prefix(1);
    tag.is_end = take("/");
    tag.name = rest_.substr(0, rest_.find_first_of(" />\n"));
    if (!(language_ == Language::junit ? kElementsOfJunit : kElements).contains(tag.name)) return fail("no element of a report");
    rest_.remove_prefix(tag.name.size());
    while (problem_.empty() && rest_.starts_with(' ')) attribute(tag);
    if (!problem_.empty()) return;
    tag.is_empty = take("/");
    if (!take(">")) return fail("a tag does not end");
    if (tag.is_end) return close(tag.name);
    open(tag);
    if (tag.name == "script" || tag.name == "style") raw(tag.name);
  }

  void attribute(const Tag& tag) {
    rest_.remove_prefix(1);
    const std::string_view name = rest_.substr(0, rest_.find_first_of("= />\n"));
    const bool is_known = language_ == Language::junit
                              ? kAttributesOfJunit.contains(name)
                              : kAttributes.contains(name) || name.starts_with("data-") || name.starts_with("aria-");
    if (!is_known || tag.is_end) return fail("no attribute of a report");
    rest_.remove_prefix(name.size());
    if (!take("=")) return is_html_ ? void() : fail("an attribute without a value");
    std::string_view value;
    if (take("\"")) {
      value = rest_.substr(0, rest_.find('"'));
      rest_.remove_prefix(value.size());
      if (!take("\"")) return fail("a value does not end");
    } else {
      value = rest_.substr(0, rest_.find_first_of(" />\n"));
      if (!is_html_ || value.empty() || value.find_first_of("\"'`=<") != std::string_view::npos)
        return fail("a value without quotes");
      rest_.remove_prefix(value.size());
    }
    if (value.find('<') != std::string_view::npos || !are_entities_sound(value)) return fail("markup in a value");
    if (name == "href" && !value.starts_with('#')) return fail("a link to elsewhere");
  }

  void open(const Tag& tag) {
    if (is_html_ && !open_.empty()) {
      if (tag.name == "td" || tag.name == "th") drop({"td", "th"});
      if (tag.name == "tr") drop({"td", "th"}), drop({"tr"});
      if (tag.name == "li") drop({"li"});
    }
    if (open_.empty() && has_root_) return fail("a second root");
    has_root_ = true;
    if (!tag.is_empty && !(is_html_ && kVoid.contains(tag.name))) open_.push_back(tag.name);
  }

  void close(std::string_view name) {
    while (is_html_ && !open_.empty() && open_.back() != name && kImplied.contains(open_.back())) open_.pop_back();
    if (open_.empty() || open_.back() != name) return fail(fmt::format("</{}> closes nothing", name));
    open_.pop_back();
  }

  void drop(const Names& names) {
    if (!open_.empty() && names.contains(open_.back())) open_.pop_back();
  }

  /// Nothing but the program's own is in them; pictures have a style of a few plain rules.
  void raw(std::string_view name) {
    const std::string end = fmt::format("</{}>", name);
    const bool is_page = open_.size() > 1 && open_[open_.size() - 2] == "head";
    if (is_page) {
      if (!take(name == "script" ? kReportScript : kReportStyle) || !rest_.starts_with(end))
        return fail("another script or style");
      return;
    }
    const std::string_view rules = rest_.substr(0, rest_.find(end));
    const bool is_sound =
        name == "style" && rules.find_first_of("<&@\\") == std::string_view::npos && rules.find("url") == std::string_view::npos;
    if (!is_sound) return fail("a script, or a style that loads something");
    rest_.remove_prefix(rules.size());
  }

  std::string_view rest_;
  std::size_t size_;
  Language language_;
  bool is_html_;
  bool has_root_ = false;
  std::vector<std::string_view> open_;
  std::string problem_;
};

Complaint complaint_of_markup(std::string_view text, Language language) {
  Complaint complaint = Markup(text, language).check();
  return complaint.empty() ? complaint_of_text(text) : complaint;
}

}  // namespace

Complaint complaint_of_html(std::string_view text) { return complaint_of_markup(text, Language::html); }
Complaint complaint_of_svg(std::string_view text) { return complaint_of_markup(text, Language::svg); }
Complaint complaint_of_junit(std::string_view text) { return complaint_of_markup(text, Language::junit); }

}  // namespace macroscope::testing
