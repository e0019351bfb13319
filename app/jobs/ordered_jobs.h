// Ordered jobs: how does work run on several threads, and still speak in the order that was asked for?
#pragma once

#include <cstddef>
#include <functional>

namespace macroscope {

/// Blocks until all jobs of lower number are done, so that what follows in this job comes after them.
using AwaitTurn = std::function<void()>;

/// Runs work(0, ...) to work(count - 1, ...) on `threads` threads; each at most one job ahead of what was reported.
/// \throws what the job of the lowest number threw; jobs behind it do not begin, and none of them gets its turn
void run_in_order(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t job, const AwaitTurn& await_turn)>& work);

}  // namespace macroscope
