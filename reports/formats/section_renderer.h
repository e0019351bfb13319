// Section renderer: how does a format for people look?
//
// Such a format says what each kind of content becomes, and in which order reports follow each other; everything else is the same for all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/document/document.h"

namespace macroscope {

class SectionRenderer {
 public:
  SectionRenderer() = default;
  SectionRenderer(const SectionRenderer&) = delete;
  SectionRenderer& operator=(const SectionRenderer&) = delete;
  virtual ~SectionRenderer() = default;

  /// Nothing of a table without rows, unless it stands alone.
  void render(const Section& section);

 protected:
  virtual void summary(const Section& section, const Summary& lines) = 0;
  virtual void table(const Section& section, const Table& table) = 0;
  virtual void list(const Section& section, const Lines& lines) = 0;
  /// Lines that the reader must see first.
  virtual void warning(const Section& section, const Lines& lines) { list(section, lines); }
  virtual void diagnostics(const Section& section, const Diagnostics& diagnostics) = 0;
  virtual void remark(const Section& section, const Remark& remark) = 0;
  /// A table beside it has the figures.
  virtual void chart(const Section& /*section*/, const Chart& /*chart*/) {}
};

/// What a report is headed by: its title, otherwise its path, both of them the model's texts.  Empty if it has neither.
[[nodiscard]] std::string_view title_of(const Report& report) noexcept;
/// The path, where the title is another one.
[[nodiscard]] std::string_view path_below_title(const Report& report) noexcept;

/// A document for people: report after report, section after section.
class ReadableDocument : public Document, protected SectionRenderer {
 public:
  void add(const Report& report) final;

 protected:
  explicit ReadableDocument(const Room& room) : room_(room) {}

  /// The report that is being written.
  [[nodiscard]] const Report& report() const noexcept { return *report_; }
  [[nodiscard]] const Room& room() const noexcept { return room_; }

  /// Its head.  \param is_first whether no report was written before it
  virtual void begin_report(bool is_first) = 0;
  virtual void end_report() {}

 private:
  Room room_;
  const Report* report_ = nullptr;
  bool is_first_ = true;
};

}  // namespace macroscope
