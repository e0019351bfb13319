#include "reports/pictures/graph_layout.h"

#include <algorithm>
#include <numeric>

namespace macroscope {
namespace {

/// Between the boxes of a rank, and around all.
constexpr int kGap = 18;
/// What an arrow takes where it passes a rank.
constexpr int kPassage = 4;
/// Sweeps down and up that order the ranks, and that move boxes.
constexpr int kSweeps = 6;
/// The same for pictures of more boxes and passages than anybody looks at one by one.
constexpr std::size_t kMany = 20'000;
constexpr int kSweepsOfMany = 2;
/// Arrows count so much more than boxes where both want to be straight.
constexpr double kStraightness = 8;
/// Places in ranks that arrows may take in all, for each box and arrow, and besides.
constexpr std::size_t kPassagesEach = 4;
constexpr std::size_t kPassagesBesides = 2000;

using Vertex = std::uint32_t;

class Layering {
 public:
  Layering(std::span<const int> widths, std::span<const LayoutEdge> edges) : box_count_(widths.size()), edges_(edges) {
    for (const int width : widths) widths_.push_back(width);
    rank_boxes();
    join();
    fill_ranks();
    order();
    place();
  }

  [[nodiscard]] GraphLayout result() const {
    GraphLayout layout;
    double right = 0;
    for (Vertex v = 0; v < widths_.size(); ++v) right = std::max(right, left_[v] + widths_[v]);
    for (Vertex v = 0; v < box_count_; ++v) layout.boxes.push_back({static_cast<int>(left_[v]), top_of(v)});
    for (const std::vector<Vertex>& path : paths_) {
      std::vector<Point>& points = layout.edges.emplace_back();
      for (const Vertex v : path) points.push_back({static_cast<int>(left_[v] + widths_[v] / 2), top_of(v) + kBoxHeight / 2});
    }
    layout.width = static_cast<int>(right) + kGap;
    layout.height = ranks_.empty() ? 0 : static_cast<int>(ranks_.size()) * kRankPitch;
    return layout;
  }

 private:
  [[nodiscard]] int top_of(Vertex v) const { return static_cast<int>(rank_[v]) * kRankPitch + (kRankPitch - kBoxHeight) / 2; }

  void rank_boxes() {
    std::vector<std::vector<Vertex>> after(box_count_);
    std::vector<bool> has_before(box_count_);
    for (const LayoutEdge& edge : edges_) {
      if (edge.from == edge.to) continue;
      const auto [first, second] = std::minmax(edge.from, edge.to);
      after[first].push_back(second);
      has_before[second] = true;
    }
    rank_.assign(box_count_, 0);
    for (Vertex v = 0; v < box_count_; ++v)
      for (const Vertex next : after[v]) rank_[next] = std::max(rank_[next], rank_[v] + 1);
    for (Vertex v = static_cast<Vertex>(box_count_); v-- > 0;) {  // what begins stands just above what needs it
      if (has_before[v] || after[v].empty()) continue;
      std::uint32_t nearest = rank_[after[v].front()];
      for (const Vertex next : after[v]) nearest = std::min(nearest, rank_[next]);
      rank_[v] = nearest - 1;
    }
  }

  /// Every edge becomes a path with one vertex on each rank.
  void join() {
    std::size_t passages = kPassagesEach * (box_count_ + edges_.size()) + kPassagesBesides;
    for (const LayoutEdge& edge : edges_) {
      std::vector<Vertex>& path = paths_.emplace_back();
      if (edge.from == edge.to) continue;
      const bool is_upward = rank_[edge.from] > rank_[edge.to];
      const Vertex upper = is_upward ? edge.to : edge.from;
      const Vertex lower = is_upward ? edge.from : edge.to;
      path.push_back(upper);
      const std::size_t passed = rank_[lower] - rank_[upper] - 1;
      if (passed <= passages) {
        passages -= passed;
        for (std::uint32_t rank = rank_[upper] + 1; rank < rank_[lower]; ++rank) {
          path.push_back(static_cast<Vertex>(widths_.size()));
          widths_.push_back(kPassage);
          rank_.push_back(rank);
        }
      }
      path.push_back(lower);
      if (is_upward) std::reverse(path.begin(), path.end());
    }
    above_.resize(widths_.size());
    below_.resize(widths_.size());
    for (const std::vector<Vertex>& path : paths_) {
      for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const auto [upper, lower] =
            rank_[path[i]] < rank_[path[i + 1]] ? std::pair(path[i], path[i + 1]) : std::pair(path[i + 1], path[i]);
        if (rank_[lower] - rank_[upper] != 1) continue;
        below_[upper].push_back(lower);
        above_[lower].push_back(upper);
      }
    }
  }

  /// Depth first from the top, so that what belongs together begins side by side.
  void fill_ranks() {
    if (rank_.empty()) return;
    ranks_.resize(*std::max_element(rank_.begin(), rank_.end()) + 1);
    std::vector<bool> is_met(widths_.size());
    std::vector<Vertex> open;
    for (Vertex root = 0; root < widths_.size(); ++root) {
      if (is_met[root] || !above_[root].empty()) continue;
      open.push_back(root);
      while (!open.empty()) {
        const Vertex v = open.back();
        open.pop_back();
        if (is_met[v]) continue;
        is_met[v] = true;
        ranks_[rank_[v]].push_back(v);
        for (auto next = below_[v].rbegin(); next != below_[v].rend(); ++next)
          if (!is_met[*next]) open.push_back(*next);
      }
    }
    position_.resize(widths_.size());
    number();
  }

  void number() {
    for (const std::vector<Vertex>& rank : ranks_)
      for (std::uint32_t i = 0; i < rank.size(); ++i) position_[rank[i]] = i;
  }

  [[nodiscard]] int sweeps() const noexcept { return widths_.size() > kMany ? kSweepsOfMany : kSweeps; }

  void order() {
    std::vector<std::vector<Vertex>> best = ranks_;
    std::uint64_t fewest = crossings();
    for (int sweep = 0; sweep < sweeps() && fewest > 0; ++sweep) {
      const bool is_down = sweep % 2 == 0;
      for (std::size_t i = 0; i < ranks_.size(); ++i) order_rank(is_down ? i : ranks_.size() - 1 - i, is_down);
      const std::uint64_t now = crossings();
      if (now >= fewest) continue;
      fewest = now;
      best = ranks_;
    }
    ranks_ = std::move(best);
    number();
  }

  void order_rank(std::size_t index, bool is_down) {
    std::vector<std::pair<double, Vertex>> wanted;
    for (const Vertex v : ranks_[index]) {
      const std::vector<Vertex>& joined = is_down ? above_[v] : below_[v];
      double sum = 0;
      for (const Vertex other : joined) sum += position_[other];
      wanted.emplace_back(joined.empty() ? position_[v] : sum / static_cast<double>(joined.size()), v);
    }
    std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::uint32_t i = 0; i < wanted.size(); ++i) {
      ranks_[index][i] = wanted[i].second;
      position_[wanted[i].second] = i;
    }
  }

  /// Pairs of arrows that cross between neighbouring ranks, by a tree of counts.
  [[nodiscard]] std::uint64_t crossings() const {
    std::uint64_t count = 0;
    for (std::size_t rank = 0; rank + 1 < ranks_.size(); ++rank) {
      std::vector<std::uint32_t> ends;
      for (const Vertex v : ranks_[rank]) {
        const std::size_t first = ends.size();
        for (const Vertex next : below_[v]) ends.push_back(position_[next]);
        std::sort(ends.begin() + static_cast<std::ptrdiff_t>(first), ends.end());
      }
      std::vector<std::uint32_t> tree(ranks_[rank + 1].size() + 1);
      for (std::size_t met = 0; met < ends.size(); ++met) {
        std::uint64_t not_after = 0;
        for (std::size_t i = ends[met] + 1; i > 0; i &= i - 1) not_after += tree[i];
        count += met - not_after;
        for (std::size_t i = ends[met] + 1; i < tree.size(); i += i & (~i + 1)) ++tree[i];
      }
    }
    return count;
  }

  void place() {
    left_.assign(widths_.size(), 0);
    for (const std::vector<Vertex>& rank : ranks_) {
      double x = kGap;
      for (const Vertex v : rank) {
        left_[v] = x;
        x += widths_[v] + kGap;
      }
    }
    for (int sweep = 0; sweep < sweeps(); ++sweep) {
      const bool is_down = sweep % 2 == 0;
      for (std::size_t i = 0; i < ranks_.size(); ++i) move_rank(ranks_[is_down ? i : ranks_.size() - 1 - i], is_down);
    }
    double least = widths_.empty() ? 0 : left_[0];
    for (const double left : left_) least = std::min(least, left);
    for (double& left : left_) left += kGap - least;
  }

  [[nodiscard]] bool is_passage(Vertex v) const { return v >= box_count_; }

  /// Moves the vertices of a rank as near as their order and sizes let them to the middle of what they are joined to: least squares, by
  /// pooling neighbours that want to pass each other.
  void move_rank(const std::vector<Vertex>& rank, bool is_down) {
    struct Pool {
      double sum;
      double weight;
      std::size_t size;
    };
    std::vector<Pool> pools;
    double offset = 0;
    for (const Vertex v : rank) {
      const std::vector<Vertex>& joined = is_down ? above_[v] : below_[v];
      double sum = 0;
      double weight = 0;
      for (const Vertex other : joined) {
        const double one = is_passage(v) && is_passage(other) ? kStraightness : 1;
        sum += one * (left_[other] + widths_[other] / 2);
        weight += one;
      }
      const double middle = joined.empty() ? left_[v] + widths_[v] / 2 : sum / weight;
      const double pull = joined.empty() ? 0.01 : weight;
      pools.push_back({pull * (middle - widths_[v] / 2 - offset), pull, 1});
      offset += widths_[v] + kGap;
      while (pools.size() > 1) {
        const Pool& last = pools.back();
        Pool& before = pools[pools.size() - 2];
        if (before.sum / before.weight <= last.sum / last.weight) break;
        before = {before.sum + last.sum, before.weight + last.weight, before.size + last.size};
        pools.pop_back();
      }
    }
    offset = 0;
    std::size_t next = 0;
    for (const Pool& pool : pools) {
      for (std::size_t i = 0; i < pool.size; ++i, ++next) {
        left_[rank[next]] = pool.sum / pool.weight + offset;
        offset += widths_[rank[next]] + kGap;
      }
    }
  }

  std::size_t box_count_;
  std::span<const LayoutEdge> edges_;
  /// By vertex: boxes first, then the passages of edges.
  std::vector<double> widths_;
  std::vector<std::uint32_t> rank_;
  std::vector<std::vector<Vertex>> above_;
  std::vector<std::vector<Vertex>> below_;
  std::vector<std::uint32_t> position_;
  std::vector<double> left_;
  /// By edge.
  std::vector<std::vector<Vertex>> paths_;
  std::vector<std::vector<Vertex>> ranks_;
};

}  // namespace

GraphLayout lay_out(std::span<const int> widths, std::span<const LayoutEdge> edges) { return Layering(widths, edges).result(); }

}  // namespace macroscope
