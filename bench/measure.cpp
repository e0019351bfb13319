// What does one run of a program cost?  measure REPEATS COMMAND... prints the CPU seconds of a run, the peak of its memory and its
// exit status, the mean over the repeats.
//
// A program of its own because a child's peak memory is at least that of the process which forked it, and this one is small.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); }

[[noreturn]] void become(char** command) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // whoever stops the measurement stops what is measured
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0) _exit(126);
  execvp(command[0], command);
  _exit(127);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: measure REPEATS COMMAND...\n", stderr);
    return 2;
  }
  const long repeats = std::max(1L, std::strtol(argv[1], nullptr, 10));
  double cpu = 0;
  long peak_kib = 0;
  int status = 0;
  for (long run = 0; run < repeats && status == 0; ++run) {
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) become(argv + 2);
    rusage usage{};
    if (wait4(child, &status, 0, &usage) != child) return 1;
    cpu += seconds(usage.ru_utime) + seconds(usage.ru_stime);
    peak_kib = std::max(peak_kib, usage.ru_maxrss);
  }
  const int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::printf("{\"cpu\": %.9f, \"peak_bytes\": %ld, \"status\": %d}\n", cpu / static_cast<double>(repeats), peak_kib * 1024,
              exit_status);
  return 0;
}
