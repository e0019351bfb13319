#include "reports/tables/receptive_field_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace macroscope {
namespace {

std::string size_of_axis(const AxisField& axis) {
  return axis.size.text() + (axis.before ? " (before)" : axis.after ? " (after)" : axis.wraps ? " (cyclic)" : "");
}
std::string jump_of_axis(const AxisField& axis) { return axis.jump.text(); }

}  // namespace

std::string axis_texts(const InputField& field, const std::function<std::string(const AxisField&)>& text_of, bool says_all) {
  std::vector<std::string> texts;
  for (const AxisField& axis : field.axes)
    texts.push_back(axis.kind == AxisField::Kind::extent    ? text_of(axis)
                    : axis.kind == AxisField::Kind::unknown ? "?"
                    : says_all                              ? "all"
                                                            : "");
  const bool alike = std::all_of(texts.begin(), texts.end(), [&](const std::string& text) { return text == texts.front(); });
  if (alike && (texts.front().empty() || texts.front() == "all" || texts.front() == "?")) return texts.front();
  return fmt::format("{}", fmt::join(texts, " x "));
}

std::string size_text(const InputField& field) { return axis_texts(field, size_of_axis, true); }
std::string jump_text(const InputField& field) { return axis_texts(field, jump_of_axis, false); }

std::string receptive_field_text(const Figures& figures, TensorId tensor) {
  const std::vector<InputField> fields = figures.analysis().receptive_fields().of(tensor, figures.analysis().shapes);
  return fields.empty() ? std::string() : size_text(fields.front());
}

std::string receptive_field_jump_text(const Figures& figures, TensorId tensor) {
  const std::vector<InputField> fields = figures.analysis().receptive_fields().of(tensor, figures.analysis().shapes);
  return fields.empty() ? std::string() : jump_text(fields.front());
}

}  // namespace macroscope
