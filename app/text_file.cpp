#include "app/text_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "app/arguments/usage_error.h"

namespace macroscope {

std::string content_of(const std::string& path, std::size_t most) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  std::string content;
  std::array<char, 4096> piece;
  if (file)
    while (const std::size_t length = std::fread(piece.data(), 1, piece.size(), file.get())) {
      content.append(piece.data(), length);
      if (content.size() > most) throw UsageError(fmt::format("cannot read {}: it has more than {} bytes", path, most));
    }
  if (!file || std::ferror(file.get()) != 0) throw UsageError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  return content;
}

}  // namespace macroscope
