// Diagnostic: what is wrong, where, and what can the user do about it?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace macroscope {

enum class Severity : std::uint8_t { note, warning, error };

/// A node of a model file; `scope` is the path of the subgraph it is in, empty for the main graph.
struct NodeOrigin {
  std::string scope;
  std::size_t index = 0;
  std::string name;
  std::string op;
};

/// A place in a text file: line and column from 1, `length` columns, and the text of that line.
struct TextOrigin {
  int line = 0;
  int column = 0;
  int length = 1;
  std::string source;
};

/// A place in a binary file.
struct ByteOrigin {
  std::uint64_t offset = 0;
};

using Origin = std::variant<std::monostate, NodeOrigin, TextOrigin, ByteOrigin>;

/// Another place that explains a diagnostic: where a size came from, from where a block was called.
struct Note {
  std::string message;
  TextOrigin origin;
};

struct Diagnostic {
  Severity severity = Severity::error;
  /// Stable, documented in docs/diagnostics.md: `shape-mismatch`.  Always a string literal.
  std::string_view code;
  /// What is wrong, with the values.  May hold text of the model: renderers escape it.
  std::string message;
  Origin origin{};
  /// What the user can do, where that is known.
  std::string help{};
  std::vector<Note> notes{};
};

using Diagnostics = std::vector<Diagnostic>;

[[nodiscard]] bool has_errors(const Diagnostics& diagnostics) noexcept;

/// Plain text of a place: `node 17 'layer1.0.conv1' (Conv)`, `12:7`, `byte 1024`.
[[nodiscard]] std::string text_of(const Origin& origin);

}  // namespace macroscope
