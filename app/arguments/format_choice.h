// Choice of formats: which can a command write, and which one does the user mean?
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "reports/formats/formats.h"

namespace macroscope {

/// The formats that show a part which the reports of the command have.
class FormatChoice {
 public:
  FormatChoice(std::initializer_list<Part> parts);

  /// `text, markdown or json`: for the help of --format.
  [[nodiscard]] std::string names() const;
  /// `.txt .md .json`: for the help of --output.
  [[nodiscard]] std::string endings() const;
  /// \throws UsageError that names what was probably meant
  [[nodiscard]] const Format& named(std::string_view word) const;
  /// By the ending of a file's name. \throws UsageError
  [[nodiscard]] const Format& of_file(std::string_view path) const;

 private:
  std::vector<const Format*> formats_;
};

}  // namespace macroscope
