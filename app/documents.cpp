#include "app/documents.h"

#include <fmt/format.h>
#include <unistd.h>

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

Documents::Documents(const FormatChoice& formats, const OutputOptions& outputs) : color_(chosen_color(outputs.common.color)) {
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

void Documents::add_target(const Format& format, Sink& sink, const DocumentOptions& options, bool has_overview) {
  Target target{&format, &sink, options, nullptr, nullptr};
  if (has_overview && !format.joint.empty()) target.waiting = std::make_unique<TextSink>();
  target.document = format.make(target.waiting ? static_cast<Sink&>(*target.waiting) : sink, options);
  targets_.push_back(std::move(target));
}

void Documents::begin(DocumentOptions options, bool has_overview) {
  options.is_apart = true;
  options.text = TextOptions{};
  options.text.width = kWidthOfFiles;
  for (const File& file : files_) add_target(*file.format, *file.sink, options, has_overview);
  if (on_standard_output_ == nullptr) return;
  options.is_apart = false;
  options.text = text_options_for(STDOUT_FILENO, color_);
  add_target(*on_standard_output_, standard_output_, options, has_overview);
}

void Documents::add(const Report& report, const AlgebraBudget& budget) {
  // Each has a counter of its own, so that no format depends on which others are written.
  for (const Target& target : targets_) budget.apart([&] { target.document->add(report); });
  standard_output_.finish();
}

void Documents::finish(const Report* overview) {
  for (const Target& target : targets_) {
    if (overview != nullptr && target.waiting) {
      const std::unique_ptr<Document> first = target.format->make(*target.sink, target.options);
      first->add(*overview);
      first->finish();
      target.sink->write(target.format->joint);
    } else if (overview != nullptr) {
      target.document->add(*overview);
    }
    target.document->finish();
    if (target.waiting) target.sink->write(target.waiting->text());
  }
  standard_output_.finish();
  for (const File& file : files_) file.sink->commit();
}

}  // namespace macroscope
