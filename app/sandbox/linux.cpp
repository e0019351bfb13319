#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "app/sandbox/sandbox.h"
#include "app/sandbox/system_calls.h"

namespace macroscope {
namespace {

/// The attributes of a ruleset as the newest kernels know them; older ones take the first fields alone.
struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kName = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;
constexpr std::uint64_t kMake = kName | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;

/// All that a kernel of this version of Landlock can take away.
Ruleset everything(long version) {
  Ruleset all;
  constexpr std::uint64_t kFirst = (std::uint64_t{1} << 13U) - 1;
  all.files = kFirst;
  if (version >= 2) all.files |= std::uint64_t{1} << 13U;  // files linked and renamed to other folders
  if (version >= 3) all.files |= std::uint64_t{1} << 14U;  // truncation
  if (version >= 4) all.network = 3;                       // TCP: bind, connect
  if (version >= 5) all.files |= std::uint64_t{1} << 15U;  // ioctl of devices
  if (version >= 6) all.scopes = 3;                        // abstract sockets, signals
  return all;
}

std::size_t size_of_ruleset(long version) {
  constexpr std::size_t kField = sizeof(std::uint64_t);
  return version >= 6 ? 3 * kField : version >= 4 ? 2 * kField : kField;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

class Landlock {
 public:
  Landlock() {
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return;
    const Ruleset all = everything(version);
    ruleset_ = static_cast<int>(syscall(SYS_landlock_create_ruleset, &all, size_of_ruleset(version), 0));
  }
  Landlock(const Landlock&) = delete;
  Landlock& operator=(const Landlock&) = delete;
  ~Landlock() {
    if (ruleset_ >= 0) close(ruleset_);
  }

  void allow(const std::string& path, std::uint64_t access) const {
    if (ruleset_ < 0) return;
    const int target = open(path.c_str(), O_PATH | O_CLOEXEC);
    if (target < 0) return;
    struct stat status {};
    const bool is_folder = fstat(target, &status) == 0 && S_ISDIR(status.st_mode);
    landlock_path_beneath_attr rule{};
    // A folder where a file should be: it may be seen to be one, and nothing in it may be read.
    rule.allowed_access = is_folder && access == kReadFile ? std::uint64_t{LANDLOCK_ACCESS_FS_READ_DIR} : access;
    rule.parent_fd = target;
    syscall(SYS_landlock_add_rule, ruleset_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(target);
  }

  void restrict_process() const {
    if (ruleset_ >= 0) syscall(SYS_landlock_restrict_self, ruleset_, 0);
  }

 private:
  int ruleset_ = -1;
};

}  // namespace

void Sandbox::enter() const {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
  {
    const Landlock landlock;
    for (const std::string& path : readable_) landlock.allow(path, kReadFile);
    for (const std::string& path : named_) landlock.allow(folder_of(path), kName);
    for (const std::string& path : made_) landlock.allow(folder_of(path), kMake);
    landlock.restrict_process();
  }
  keep_few_system_calls();
}

}  // namespace macroscope
