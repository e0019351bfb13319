// Where there are no threads: every job is its own turn.
#include "app/jobs/ordered_jobs.h"

namespace macroscope {

void run_in_order(std::size_t count, std::size_t /*threads*/, const std::function<void(std::size_t, const AwaitTurn&)>& work) {
  for (std::size_t job = 0; job < count; ++job) work(job, [] {});
}

}  // namespace macroscope
