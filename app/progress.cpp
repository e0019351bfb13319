#include "app/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "app/output.h"
#include "app/terminal.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

using std::chrono::milliseconds;

/// Nobody waits for less.
constexpr milliseconds kPatience{1000};
constexpr milliseconds kBetween{200};

/// The one that there is; null without a terminal.
Progress* running = nullptr;

bool is_watched() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

void write(std::string_view text) {
  DescriptorSink standard_error(STDERR_FILENO);
  standard_error.write(text);
  standard_error.flush();
}

}  // namespace

Progress::Progress(std::size_t files) : files_(files), width_(text_options_for(STDERR_FILENO, ColorChoice::never).width) {
  if (!is_watched()) return;
  running = this;
  painter_ = std::thread([this] { show(); });
}

Progress::~Progress() {
  if (!painter_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_finished_ = true;
  }
  finished_.notify_one();
  painter_.join();
  running = nullptr;
}

void Progress::show() {
  std::unique_lock lock(mutex_);
  finished_.wait_for(lock, kPatience, [this] { return is_finished_; });
  while (!is_finished_) {
    draw();
    finished_.wait_for(lock, kBetween, [this] { return is_finished_; });
  }
  clear();
}

void Progress::draw() {
  if (at_work_.empty()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_).count();
  const std::string count =
      files_ > 1 ? fmt::format("{} of {}: ", grouped(std::min(done_ + 1, files_)), grouped(files_)) : std::string();
  const std::string time = fmt::format(" ({} s)", seconds);
  const std::size_t used = count.size() + time.size() + 1;
  const std::string name = shortened_in_middle(escape_text(at_work_.front()), std::max<std::size_t>(width_, used + 12) - used);
  write(fmt::format("\r\033[K{}{}{}", count, name, time));
  is_drawn_ = true;
}

void Progress::clear() {
  if (is_drawn_) write("\r\033[K");
  is_drawn_ = false;
}

Progress::Work::Work(std::string path) : path_(std::move(path)) {
  if (running == nullptr) return;
  const std::lock_guard lock(running->mutex_);
  running->at_work_.push_back(path_);
}

Progress::Work::~Work() {
  if (running == nullptr) return;
  const std::lock_guard lock(running->mutex_);
  auto& at_work = running->at_work_;
  at_work.erase(std::find(at_work.begin(), at_work.end(), path_));
  ++running->done_;
  if (at_work.empty()) running->clear();
}

Progress::Silence::Silence() {
  if (running == nullptr) return;
  lock_ = std::unique_lock(running->mutex_);
  running->clear();
}

}  // namespace macroscope
