#include <fmt/format.h>

#include <optional>
#include <vector>

#include "parse_back/parse_back.h"

namespace macroscope::testing {
namespace {

using Cells = std::vector<std::string>;

/// RFC 4180, with a line feed for the end of a record.
class Records {
 public:
  explicit Records(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool is_done() const noexcept { return rest_.empty(); }
  /// Empty where the text is no CSV.
  std::optional<Cells> next() {
    Cells cells;
    while (true) {
      std::optional<std::string> cell = !rest_.empty() && rest_.front() == '"' ? quoted() : plain();
      if (!cell || rest_.empty()) return std::nullopt;  // the last record ends with a line feed as well
      cells.push_back(*std::move(cell));
      const char end = rest_.front();
      rest_.remove_prefix(1);
      if (end == '\n') return cells;
      if (end != ',') return std::nullopt;
    }
  }

 private:
  std::optional<std::string> plain() {
    const std::string_view cell = rest_.substr(0, rest_.find_first_of(",\n"));
    if (cell.find('"') != std::string_view::npos) return std::nullopt;
    rest_.remove_prefix(cell.size());
    return std::string(cell);
  }

  std::optional<std::string> quoted() {
    std::string cell;
    for (rest_.remove_prefix(1); !rest_.empty();) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '"') {
        cell += c;
      } else if (!rest_.empty() && rest_.front() == '"') {
        cell += '"';
        rest_.remove_prefix(1);
      } else {
        return cell;
      }
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

bool is_formula(const std::string& cell) {
  const std::size_t first = cell.find_first_not_of(' ');
  if (first == std::string::npos) return false;
  const std::string_view text = std::string_view(cell).substr(first);
  if (text.front() == '-') return text.find_first_not_of("0123456789.", 1) != std::string_view::npos || text.size() == 1;
  return std::string_view("=+@\t").find(text.front()) != std::string_view::npos;
}

}  // namespace

Complaint complaint_of_csv(std::string_view text) {
  if (Complaint complaint = complaint_of_text(text); !complaint.empty()) return complaint;
  Records records(text);
  std::size_t columns = 0;
  for (std::size_t row = 0; !records.is_done(); ++row) {
    const std::optional<Cells> cells = records.next();
    if (!cells) return fmt::format("record {} is no CSV", row);
    if (row == 0) columns = cells->size();
    if (cells->size() != columns) return fmt::format("record {} has {} cells, and the head {}", row, cells->size(), columns);
    for (const std::string& cell : *cells)
      if (is_formula(cell)) return fmt::format("record {} has the formula '{}'", row, cell);
  }
  return columns == 0 ? "there is no head" : Complaint();
}

}  // namespace macroscope::testing
