// How do the reports of one or several models become one document of a format?
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "reports/document/analysis_report.h"
#include "reports/document/sink.h"
#include "reports/formats/text_style.h"

namespace macroscope {

enum class Format : std::uint8_t { text, markdown, json, csv, latex, html, dot, svg };

/// By name: `text`, `markdown`, `html` ...
[[nodiscard]] std::optional<Format> format_named(std::string_view name) noexcept;
/// By the ending of a file's name: `.txt`, `.md`, `.html` ...
[[nodiscard]] std::optional<Format> format_of_file(std::string_view path) noexcept;

struct DocumentOptions {
  ReportOptions report;
  /// Rows of the table of layers; empty: as many as people read, in CSV all.
  std::optional<std::size_t> top;
  TextOptions text;
  /// How many models will be added: several make an array in JSON, a column in CSV, a table at the end of the others.
  std::size_t models = 1;
};

/// Takes models one after another and writes each at once, so that only one need be in memory.
class Document {
 public:
  virtual ~Document() = default;
  virtual void add(const Figures& figures) = 0;
  /// After the last model.
  virtual void finish() = 0;

  /// \param sink must outlive the document
  static std::unique_ptr<Document> make(Format format, Sink& sink, const DocumentOptions& options);
};

/// Writes a table alone.  \param schema names what JSON holds; `rows` is the key of the rows there
void write_table(const Table& table, Format format, Sink& sink, const TextOptions& options, std::string_view schema,
                 std::string_view rows);

}  // namespace macroscope
