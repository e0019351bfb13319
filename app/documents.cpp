#include "app/documents.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "analyzer/passes/pass_budget.h"
#include "app/arguments/usage_error.h"
#include "app/terminal.h"

namespace macroscope {
namespace {

/// Columns of a text in a file.
constexpr std::size_t kWidthOfFiles = 120;

}  // namespace

void OutputOptions::add_to(Command& command, const FormatChoice& formats) {
  command.add_option("-o,--output", files, fmt::format("also write FILE: {}", formats.endings()))
      ->type_name("FILE")
      ->allow_extra_args(false);
}

Documents::Documents(const FormatChoice& formats, const OutputOptions& outputs)
    : standard_output_(STDOUT_FILENO), color_(chosen_color(outputs.common.color)) {
  if (!outputs.common.format.empty()) {
    on_standard_output_ = &formats.named(outputs.common.format);
  } else if (!outputs.is_quiet) {
    on_standard_output_ = &formats.named("text");
  }
  for (const std::string& path : outputs.files) {
    const Format& format = formats.of_file(path);
    files_.push_back({&format, std::make_unique<OutputFile>(path)});
  }
}

void Documents::begin(DocumentOptions options) {
  options.is_apart = true;
  options.text = TextOptions{};
  options.text.width = kWidthOfFiles;
  for (const File& file : files_) documents_.push_back(file.format->make(*file.sink, options));
  if (on_standard_output_ == nullptr) return;
  options.is_apart = false;
  options.text = text_options_for(STDOUT_FILENO, color_);
  documents_.push_back(on_standard_output_->make(standard_output_, options));
}

void Documents::add(const Report& report) {
  // Each has a budget of its own, so that no format hangs on which others are written.
  for (const auto& document : documents_) within_budget([&] { document->add(report); });
  flush();
}

void Documents::finish() {
  for (const auto& document : documents_) document->finish();
  flush();
  for (const File& file : files_) file.sink->commit();
}

void Documents::flush() {
  if (const int error = standard_output_.flush(); error != 0)
    throw UsageError(fmt::format("cannot write to standard output: {}", std::strerror(error)));
}

}  // namespace macroscope
