#include "app/sandbox/system_calls.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace macroscope {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

/// Files and folders (where Landlock lets them be opened), memory, time, signals to oneself, the end.
constexpr std::array kAllowed{
#ifdef SYS_open  // what newer architectures do without
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_rename,
    SYS_unlink,
    SYS_time,
#endif
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_lseek,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_getdents64,
    SYS_fadvise64,
    SYS_fchmod,
    SYS_umask,
    SYS_renameat,
    SYS_renameat2,
    SYS_unlinkat,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_futex,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_clock_gettime,
    SYS_gettimeofday,
    SYS_getrandom,
    SYS_getpid,
    SYS_gettid,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall};

class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    unless_equal(kArchitecture, refuse());
    load(offsetof(seccomp_data, nr));
  }

  void allow(long call) { program_.insert(program_.end(), {jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1), allowed()}); }

  /// Allows a call whose argument has none of the bits.
  void allow_without(long call, unsigned argument, std::uint32_t bits) {
    of_argument(call, argument, {jump(BPF_JSET, bits, 1, 0), allowed()});
  }

  /// Allows a call whose argument has all of one bit.
  void allow_with_bit(long call, unsigned argument, std::uint32_t bit) {
    of_argument(call, argument, {jump(BPF_JSET, bit, 0, 1), allowed()});
  }

  /// A call that is not there: its caller then takes an older one, which can be looked at.
  void hide(long call) {
    program_.insert(program_.end(), {jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1),
                                     statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)});
  }

  /// Allows a call whose argument is one of the values.
  void allow_with(long call, unsigned argument, std::initializer_list<std::uint32_t> values) {
    std::vector<sock_filter> test;
    for (const std::uint32_t value : values) test.insert(test.end(), {jump(BPF_JEQ, value, 0, 1), allowed()});
    of_argument(call, argument, test);
  }

  void install() {
    program_.push_back(refuse());
    sock_fprog program{static_cast<unsigned short>(program_.size()), program_.data()};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
  }

 private:
  static sock_filter statement(std::uint16_t code, std::uint32_t value) { return {code, 0, 0, value}; }
  static sock_filter jump(std::uint16_t test, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    return {static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), if_true, if_false, value};
  }
  static sock_filter allowed() { return statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW); }
  static sock_filter refuse() { return statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM); }

  void load(std::size_t offset) { program_.push_back(statement(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset))); }
  void unless_equal(std::uint32_t value, sock_filter otherwise) {
    program_.insert(program_.end(), {jump(BPF_JEQ, value, 1, 0), otherwise});
  }

  /// The lower half of the argument is looked at: both architectures are little-endian here, and flags are 32 bits wide.
  void of_argument(long call, unsigned argument, const std::vector<sock_filter>& test) {
    program_.push_back(jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, static_cast<std::uint8_t>(2 + test.size())));
    load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t));
    program_.insert(program_.end(), test.begin(), test.end());
    program_.push_back(refuse());
  }

  std::vector<sock_filter> program_;
};

}  // namespace

void keep_few_system_calls() {
  if (kArchitecture == 0) return;
  Filter filter;
  for (const long call : kAllowed) filter.allow(call);
  filter.hide(SYS_clone3);
  filter.allow_with_bit(SYS_clone, 0, CLONE_THREAD);  // threads of this process, and no other process
  filter.allow_without(SYS_openat, 2, O_CREAT);       // Landlock would refuse the write, and leave an empty file
  filter.allow_without(SYS_mmap, 2, PROT_EXEC);
  filter.allow_without(SYS_mprotect, 2, PROT_EXEC);
  filter.allow_with(SYS_ioctl, 1, {TIOCGWINSZ, TCGETS});  // is it a terminal, and how wide?
  filter.allow_with(SYS_fcntl, 1, {F_DUPFD_CLOEXEC});
  filter.allow_with(SYS_tgkill, 0, {static_cast<std::uint32_t>(getpid())});  // abort()
  filter.install();
}

}  // namespace macroscope
