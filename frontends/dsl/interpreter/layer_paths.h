// Layer paths: what are the layers, blocks and iterations of a net called, and which one does `stage/repeat[3]/conv` mean?
//
// Each has a name of its own within the one it is in.  A layer answers to its operator's name as well as to that of the tensor it
// makes, each counted for itself: the second conv of a block is its `conv_2` even where it is called `skip`.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace macroscope::dsl {

using PathId = std::uint32_t;

class LayerPaths {
 public:
  /// Bytes of all paths: each has the names of all that is around it before its own.
  static constexpr std::size_t kMaxBytes = 200'000'000;

  LayerPaths();

  /// A path within another, called `name`, with a number where that is taken; `others` are what it answers to besides.
  PathId add(PathId within, const std::string& name, const std::vector<std::string>& others);
  /// Too much for any more.
  [[nodiscard]] bool is_full() const noexcept { return bytes_ >= kMaxBytes; }
  /// What a loop is called whose iterations will be within a path: `repeat`, or `repeat_2` for the second one with iterations.
  std::string loop_name(PathId within, std::string_view word);
  /// The name from the top: `stage/repeat[3]`; empty for the top itself.
  [[nodiscard]] const std::string& path(PathId id) const noexcept { return paths_[id].path; }
  [[nodiscard]] const std::string& name(PathId id) const noexcept { return paths_[id].name; }
  /// The path that a text means, from the top; empty where there is none.
  [[nodiscard]] std::optional<std::string> find(std::string_view text) const;
  /// All paths, and at the top the other names: for a did-you-mean.
  [[nodiscard]] std::vector<std::string_view> paths() const;

  /// As if nothing had been added since there were `count` paths. \pre what was added is within the last of these
  [[nodiscard]] std::size_t count() const noexcept { return paths_.size(); }
  void shorten(std::size_t count);
  /// Takes back the path that was added last, if it is `path`: nothing was called within it.
  void drop_if_empty(PathId path);

 private:
  using Numbers = std::unordered_map<std::string, std::uint32_t>;
  /// The last numbers that were tried behind names that are taken within a path.
  struct Tried {
    Numbers names, others, loops;
  };
  struct Entry {
    PathId within = 0;
    std::string name;
    std::string path;
    std::vector<std::string> others;  // numbered as they are answered to
    std::unique_ptr<Tried> tried{};   // most have nothing within them
  };
  struct Key {
    PathId within = 0;
    std::string name;
    friend bool operator==(const Key&, const Key&) = default;
  };
  /// Not noexcept: the tables keep what it gives then, and do not work it out again as they grow.
  struct Hash {
    std::size_t operator()(const Key& key) const { return std::hash<std::string>()(key.name) * 31 + key.within; }
  };
  using Index = boost::unordered_flat_map<Key, PathId, Hash>;

  Tried& tried(PathId within);
  std::string free_name(const Index& taken, Numbers Tried::*numbers, PathId within, const std::string& wanted);
  [[nodiscard]] bool is_taken(PathId within, const std::string& name) const;

  std::vector<Entry> paths_;
  std::size_t bytes_ = 0;
  Index by_name_;
  Index by_other_;
};

}  // namespace macroscope::dsl
