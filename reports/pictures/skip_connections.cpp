#include "reports/pictures/skip_connections.h"

#include <algorithm>
#include <cstdint>

namespace macroscope {
namespace {

/// Edges that are followed in all.
constexpr std::size_t kMostFollowed = 2'000'000;

class SkipSearch {
 public:
  SkipSearch(std::size_t boxes, std::span<const LayoutEdge> edges) : edges_(edges), met_by_(boxes, kNoEdge), first_(boxes + 1) {
    for (std::size_t box = 0, edge = 0; box <= boxes; ++box) {
      while (edge < edges.size() && edges[edge].from < box) ++edge;
      first_[box] = edge;
    }
  }

  /// Nothing between the ends of an edge comes after its target, so the search stays between them.
  bool has_way_around(std::size_t edge) {
    const std::uint32_t target = edges_[edge].to;
    open_.assign(1, edges_[edge].from);
    while (!open_.empty()) {
      const std::uint32_t box = open_.back();
      open_.pop_back();
      for (std::size_t next = first_[box]; next < first_[box + 1]; ++next) {
        if (next == edge) continue;
        if (++followed_ > kMostFollowed) return false;
        const std::uint32_t to = edges_[next].to;
        if (to == target) return true;
        if (to <= box || to > target || met_by_[to] == edge) continue;
        met_by_[to] = edge;
        open_.push_back(to);
      }
    }
    return false;
  }

 private:
  static constexpr std::size_t kNoEdge = static_cast<std::size_t>(-1);

  std::span<const LayoutEdge> edges_;
  /// By box: the edge around which it was met last, and the first of its edges.
  std::vector<std::size_t> met_by_;
  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> open_;
  std::size_t followed_ = 0;
};

}  // namespace

std::vector<bool> skip_connections(std::size_t boxes, std::span<const LayoutEdge> edges) {
  SkipSearch search(boxes, edges);
  std::vector<bool> skips(edges.size());
  for (std::size_t edge = 0; edge < edges.size(); ++edge)
    skips[edge] = edges[edge].to > edges[edge].from + 1 && search.has_way_around(edge);
  return skips;
}

}  // namespace macroscope
