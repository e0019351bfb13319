// What can a process still do that was taken over behind the sandbox?  probe READABLE OUTPUT OTHER: a file that is named, a file that is written, and
// one that is neither.  Prints what it tried and the error of each, 0 where it worked.
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>

#include "app/sandbox/sandbox.h"

namespace {

/// A call that gives -1 and an errno where it fails.
void attempt(const char* what, const std::function<long()>& call) {
  errno = 0;
  const long result = call();
  std::printf("%s %d\n", what, result < 0 ? errno : 0);
}

void attempt_files(const char* readable, const std::string& output, const char* other) {
  attempt("read-named", [&] { return open(readable, O_RDONLY); });
  attempt("rename-output", [&] { return std::rename((output + ".part").c_str(), output.c_str()); });
  attempt("write-named", [&] { return open(readable, O_WRONLY); });
  attempt("truncate-named", [&] { return truncate(readable, 0); });
  attempt("read-other", [&] { return open(other, O_RDONLY); });
  attempt("read-directory", [&] { return open("/", O_RDONLY | O_DIRECTORY); });
  attempt("write-beside-output", [&] { return open((output + ".x").c_str(), O_WRONLY | O_CREAT, 0600); });
  attempt("make-elsewhere", [&] { return mkdir((std::string(other) + ".d").c_str(), 0700); });
  attempt("link", [&] { return link(other, (output + ".l").c_str()); });
  attempt("mode", [&] { return chmod(readable, 0777); });
  attempt("remove-other", [&] { return unlink(other); });
}

void attempt_processes() {
  attempt("socket", [] { return socket(AF_INET, SOCK_STREAM, 0); });
  attempt("unix-socket", [] { return socket(AF_UNIX, SOCK_STREAM, 0); });
  attempt("exec", [] {
    const char* const arguments[] = {"true", nullptr};
    return execv("/bin/true", const_cast<char* const*>(arguments));
  });
  attempt("fork", [] {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    return child;
  });
  attempt("trace", [] { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); });
  attempt("kill-parent", [] { return kill(getppid(), 0); });
  attempt("executable-memory",
          [] { return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0; });
  attempt("memory",
          [] { return mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0; });
  attempt("thread", [] {
    int value = 0;
    std::thread([&] { value = 1; }).join();
    return value - 1;
  });
  attempt("memory-file", [] { return syscall(SYS_memfd_create, "x", 0); });
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  std::printf("landlock %ld\n", syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
  std::printf("seccomp %d\n", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
  const std::string output = arguments[2];
  close(open((output + ".part").c_str(), O_WRONLY | O_CREAT, 0600));
  macroscope::Sandbox sandbox;
  sandbox.allow_reading(std::string(arguments[1]));
  sandbox.allow_naming(output);
  sandbox.enter();
  attempt_files(arguments[1], output, arguments[3]);
  attempt_processes();
  return 0;
}
