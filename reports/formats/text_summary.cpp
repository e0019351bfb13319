#include "reports/formats/text_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/formats/text_table.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

constexpr std::size_t kGap = 3;
/// A formula or remark of fewer columns says nothing.
constexpr std::size_t kLeastRoom = 12;

/// The beginning of a text in at most `columns` columns, whole parts between commas or at least whole words where there are any.
std::string beginning_of(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  std::string lines = wrapped(text, columns - 2, 0);
  lines.resize(std::min(lines.find('\n'), lines.size()));
  if (const std::size_t comma = lines.rfind(", "); comma != std::string::npos && comma > lines.size() / 2) lines.resize(comma);
  while (!lines.empty() && (lines.back() == ',' || lines.back() == ':' || lines.back() == ' ')) lines.pop_back();
  return columns_of(lines) + 2 <= columns ? lines + " …" : shortened_in_middle(text, columns);
}

class BriefSummary {
 public:
  BriefSummary(const Summary& summary, const Example* example, Sink& sink, const TextOptions& options)
      : summary_(summary), example_(example), sink_(sink), options_(options) {
    for (const SummaryLine& line : summary) {
      label_ = std::max(label_, line.label.size() + 2);
      const Quantity* number = number_of(line);
      if (number == nullptr) continue;
      exact_ = std::max(exact_, exact(*number).size());
      short_ = std::max(short_, short_form(*number, line.type).size());
    }
  }

  bool write() {
    for (const SummaryLine& line : summary_) {
      std::string out = styled(padded(std::string(line.label), label_, false), Style::strong, options_);
      if (std::holds_alternative<Quantity>(line.value) || line.example) {
        append_quantity(out, line);
      } else {
        append_value(out, line);
      }
      while (!out.empty() && out.back() == ' ') out.pop_back();
      sink_.write(out + "\n");
    }
    return is_shortened_;
  }

 private:
  /// What is in the column of numbers: the quantity itself, or what a formula is at the example sizes.
  static const Quantity* number_of(const SummaryLine& line) {
    const auto* quantity = std::get_if<Quantity>(&line.value);
    if (quantity != nullptr && quantity->value.integer()) return quantity;
    return line.example ? &*line.example : nullptr;
  }

  static std::string exact(const Quantity& quantity) { return (quantity.at_least ? ">= " : "") + grouped(quantity.value); }
  static std::string short_form(const Quantity& quantity, ColumnType type) {
    if (type == ColumnType::bytes) {
      const std::string shown = short_bytes(quantity.value);
      return shown.empty() ? "B" : shown;
    }
    return type == ColumnType::count ? short_count(quantity.value) : std::string();
  }

  [[nodiscard]] std::size_t room_after(std::size_t used) const {
    return options_.width > used + kGap ? options_.width - used - kGap : 0;
  }

  void append_quantity(std::string& out, const SummaryLine& line) {
    const auto* quantity = std::get_if<Quantity>(&line.value);
    const Quantity* number = number_of(line);
    const std::string shown = number == nullptr ? "?" : exact(*number);
    out += styled(padded(shown, exact_, true), (number != nullptr ? number : quantity)->at_least ? Style::warning : Style::plain,
                  options_);
    std::size_t used = label_ + std::max(exact_, shown.size());
    if (short_ > 0) {
      out += styled(padded(number == nullptr ? "" : short_form(*number, line.type), short_ + 2, true), Style::faint, options_);
      used += short_ + 2;
    }
    const std::size_t room = room_after(used);
    if (room < kLeastRoom) return;
    const bool has_formula = quantity != nullptr && !quantity->value.integer();
    const std::string beside = has_formula ? formula(*quantity, room) : beginning_of(escape_text(line.remark), room);
    out += std::string(kGap, ' ') + styled(beside, Style::faint, options_);
  }

  /// Exact where it fits and names no definition; otherwise its leading term.
  std::string formula(const Quantity& quantity, std::size_t room) {
    std::string text = grouped(quantity.value);
    if (text.size() > room) text = quantity.value.text();
    if (text.size() <= room && !quantity.value.has_definitions()) return text;
    is_shortened_ = true;
    const std::string leading = example_ == nullptr ? std::string() : leading_text(quantity.value, example_->point);
    return leading.empty() ? "a long formula: --exact" : "~ " + shortened_in_middle(leading, room - 2);
  }

  void append_value(std::string& out, const SummaryLine& line) const {
    bool ignored = false;
    const std::string remark = escape_text(line.remark);
    const std::size_t room = std::max<std::size_t>(options_.width, label_ + 20) - label_;
    // A type stays whole where it can: the name gives way to it.
    const std::size_t for_remark = remark.empty() ? 0 : std::min(columns_of(remark) + kGap, room - room / 3);
    const auto* words = std::get_if<std::string>(&line.value);
    const std::string value = words != nullptr ? beginning_of(escape_text(*words), room - for_remark)
                                               : text_of_cell(line.value, line.type, room - for_remark, ignored);
    out += value;
    const std::size_t left = room_after(label_ + columns_of(value));
    if (!remark.empty() && left >= kLeastRoom)
      out += std::string(kGap, ' ') + styled(shortened_in_middle(remark, left), Style::faint, options_);
  }

  const Summary& summary_;
  const Example* example_;
  Sink& sink_;
  const TextOptions& options_;
  std::size_t label_ = 0;
  std::size_t exact_ = 0;
  std::size_t short_ = 0;
  bool is_shortened_ = false;
};

}  // namespace

bool write_brief_summary(const Summary& summary, const Example* example, Sink& sink, const TextOptions& options) {
  return BriefSummary(summary, example, sink, options).write();
}

}  // namespace macroscope
