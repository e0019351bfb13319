#include "app/jobs/ordered_jobs.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace macroscope {
namespace {

/// A job of lower number has failed.
struct Cancelled {};

class OrderedJobs {
 public:
  OrderedJobs(std::size_t count, const std::function<void(std::size_t, const AwaitTurn&)>& work) : count_(count), work_(work) {}

  /// What each thread does.
  void take_jobs() {
    while (const std::optional<std::size_t> job = take()) {
      std::exception_ptr failure;
      try {
        work_(*job, [&] { await(*job); });
        await(*job);
      } catch (const Cancelled&) {
        return;
      } catch (...) {
        failure = std::current_exception();
      }
      if (failure) {
        try {
          await(*job);
        } catch (const Cancelled&) {
          return;
        }
      }
      finish(failure);
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::optional<std::size_t> take() {
    const std::scoped_lock lock(mutex_);
    if (failure_ || next_ == count_) return std::nullopt;
    return next_++;
  }

  void await(std::size_t job) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failure_ || turn_ == job; });
    if (failure_) throw Cancelled{};
  }

  /// The job whose turn it is has ended.
  void finish(const std::exception_ptr& failure) {
    {
      const std::scoped_lock lock(mutex_);
      failure_ = failure;
      ++turn_;
    }
    changed_.notify_all();
  }

  std::size_t count_;
  const std::function<void(std::size_t, const AwaitTurn&)>& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0;
  std::size_t turn_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

void run_in_order(std::size_t count, std::size_t threads, const std::function<void(std::size_t, const AwaitTurn&)>& work) {
  if (std::min(count, threads) <= 1) {
    for (std::size_t job = 0; job < count; ++job) work(job, [] {});
    return;
  }
  OrderedJobs jobs(count, work);
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < std::min(count, threads); ++i) workers.emplace_back([&] { jobs.take_jobs(); });
  }
  jobs.rethrow();
}

}  // namespace macroscope
