// Contents of a net file: what is known of it before any of its nets is expanded?
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"
#include "frontends/dsl/syntax/problems.h"
#include "frontends/dsl/syntax/syntax.h"

namespace macroscope::dsl {

class NetContent {
 public:
  explicit NetContent(std::string text);
  NetContent(const NetContent&) = delete;
  NetContent& operator=(const NetContent&) = delete;
  ~NetContent() = default;

  /// The block of this name; null if there is none.
  [[nodiscard]] const Definition* block(std::string_view name) const;

  SourceText source;
  File file;
  Diagnostics diagnostics;
  /// No mistake was found while it was read into the tree.
  bool has_syntax = true;
  /// By name: the first of each.
  std::map<std::string_view, const Definition*> definitions;
  /// Names that stand for themselves somewhere in the file: defaults, and what parameters are compared with.
  std::set<std::string_view> words;

 private:
  void check(Problems& problems);
  void collect_words(const Statement& statement);
  void collect_words(const Expression& expression);
};

/// The words that arguments of layers know: `same`, `causal`, `none` ...
[[nodiscard]] bool is_layer_word(std::string_view word) noexcept;

}  // namespace macroscope::dsl
