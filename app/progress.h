// Progress: what is the program at, where a person waits for it longer than a second?
//
// One line on standard error that each state overwrites, and that is gone in the end.  Where standard error is no terminal nothing is written:
// a log has no use for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace macroscope {

/// There is one at most at a time.
class Progress {
 public:
  /// \param files that there are to do
  explicit Progress(std::size_t files);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Work on one file, in whatever thread, while it lives.
  class Work {
   public:
    explicit Work(std::string path);
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work();

   private:
    std::string path_;
  };

  /// While it lives the line is away, and others may write to the terminal.
  class Silence {
   public:
    Silence();

   private:
    std::unique_lock<std::mutex> lock_;
  };

 private:
  void show();
  void draw();
  void clear();

  std::size_t files_;
  std::size_t width_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable finished_;
  bool is_finished_ = false;
  bool is_drawn_ = false;
  std::size_t done_ = 0;
  /// In the order of their beginnings.
  std::vector<std::string> at_work_;
  std::thread painter_;
};

}  // namespace macroscope
