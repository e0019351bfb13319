// How long does the reader alone take, and how long would copying take what it has to look at?
//
// reader_bench MODEL STRUCTURE, the second file being the first without its weights' bytes, prints the best seconds of each as JSON.
// Both start from the file's name and from pages that are in the cache, and both take fresh memory from the system and give it back,
// as a program does that reads one model: what malloc keeps of an earlier run would make copying ten times cheaper than it is.
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <variant>

#include "frontends/onnx/reader/document.h"

namespace {

bool read_model(const std::string& path) {
  return std::holds_alternative<macroscope::onnx::Document>(macroscope::onnx::read_document(path));
}

bool copy_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  struct stat status {};
  const bool known = fstat(file, &status) == 0;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapped = known ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  close(file);
  if (mapped == MAP_FAILED) return false;
  const std::unique_ptr<char[]> copy(new char[size]);
  std::memcpy(copy.get(), mapped, size);
  // Keeps the copy: its last byte is looked at through a volatile pointer.
  static_cast<void>(*static_cast<const volatile char*>(copy.get() + size - 1));
  munmap(mapped, size);
  return true;
}

/// The best of many runs, in seconds; negative where one failed.
template <typename Work>
double best_time(Work work, const std::string& path) {
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::max();
  const auto until = Clock::now() + std::chrono::seconds(1);
  for (int run = 0; run < 5 || (run < 1000 && Clock::now() < until); ++run) {
    const auto start = Clock::now();
    if (!work(path)) return -1;
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    malloc_trim(0);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: reader_bench MODEL STRUCTURE\n", stderr);
    return 2;
  }
  mallopt(M_MMAP_THRESHOLD, 64 * 1024);
  const double read = best_time(read_model, argv[1]);
  const double copy = best_time(copy_file, argv[2]);
  if (read < 0 || copy < 0) {
    std::fputs("reader_bench: a file cannot be read\n", stderr);
    return 1;
  }
  std::printf("{\"read\": %.9f, \"copy\": %.9f}\n", read, copy);
  return 0;
}
