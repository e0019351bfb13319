// Documents of a run: standard output, and the files that the user named.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analyzer/passes/pass_budget.h"
#include "app/arguments/command_line.h"
#include "app/arguments/format_choice.h"
#include "app/output.h"
#include "reports/document/document.h"

namespace macroscope {

/// Options of the commands that write documents.
struct OutputOptions {
  Arguments files;
  /// No text on standard output; a format that was asked for is written.
  bool is_quiet = false;
  CommonOptions common;

  /// \param formats that the command can write
  void add_to(Command& command, const FormatChoice& formats);
};

/// Every document that was asked for, fed with one report after another.
class Documents {
 public:
  /// Opens the files at once, so that a bad path fails before any work. \throws UsageError
  Documents(const FormatChoice& formats, const OutputOptions& outputs);

  /// Before the first report.  \param options but for what differs between a terminal and a file
  /// \param has_overview finish() will bring one: where it can stand first, what is written waits for it
  void begin(DocumentOptions options, bool has_overview = false);

  /// \param budget of the model that the report is of
  /// \throws UsageError where standard output cannot be written
  void add(const Report& report, const AlgebraBudget& budget = AlgebraBudget());
  /// After the last report: files take their names. \throws UsageError
  /// \param overview of all the reports; the last of them in formats whose documents cannot be joined
  void finish(const Report* overview = nullptr);

 private:
  struct File {
    const Format* format;
    std::unique_ptr<OutputFile> sink;
  };
  struct Target {
    const Format* format;
    Sink* sink;
    DocumentOptions options;
    /// What waits for the overview; null where nothing does.
    std::unique_ptr<TextSink> waiting;
    std::unique_ptr<Document> document;
  };

  void add_target(const Format& format, Sink& sink, const DocumentOptions& options, bool has_overview);

  StandardOutput standard_output_;
  /// Null where nothing is written there.
  const Format* on_standard_output_ = nullptr;
  ColorChoice color_;
  std::vector<File> files_;
  std::vector<Target> targets_;
};

}  // namespace macroscope
