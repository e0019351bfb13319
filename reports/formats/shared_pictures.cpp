#include "reports/formats/shared_pictures.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "reports/pictures/graph_svg.h"

namespace macroscope {
namespace {

constexpr std::int64_t kNoRow = std::numeric_limits<std::int64_t>::max();

/// The first row of each picture.  Parents come first, so what is inside is known when its picture is reached from the back.
std::vector<std::int64_t> first_rows(const std::vector<GraphPicture>& pictures, const PageLayers& layers) {
  std::vector<std::int64_t> first(pictures.size(), kNoRow);
  for (std::size_t p = pictures.size(); p-- > 0;)
    for (const GraphBox& box : pictures[p].boxes) {
      if (const std::int64_t row = layers.row_of(box); row >= 0) first[p] = std::min(first[p], row);
      if (box.inside != kNone) first[p] = std::min(first[p], first[box.inside]);
    }
  if (!first.empty()) first.front() = 0;
  return first;
}

}  // namespace

std::vector<SharedPicture> shared_pictures(const std::vector<GraphPicture>& pictures, const Figures& figures,
                                           const PageLayers& layers) {
  const std::vector<std::int64_t> first_row = first_rows(pictures, layers);
  std::deque<SharedPicture> shared;  // whose drawings stay where they are
  std::unordered_map<std::string_view, std::uint32_t> by_drawing;
  std::vector<std::uint32_t> shared_of(pictures.size());
  for (std::size_t p = pictures.size(); p-- > 0;) {
    const PictureStyle style{false, [&](const GraphBox& box) {
                               const std::int64_t row = layers.row_of(box);
                               BoxLinks links{row < 0 ? row : row - first_row[p]};
                               if (box.inside != kNone)
                                 links = {links.row, shared_of[box.inside], first_row[box.inside] - first_row[p]};
                               return links;
                             }};
    TextSink sink;
    draw_picture(pictures[p], figures, style, layers.estimated_by(), sink);
    SharedPicture& candidate = shared.emplace_back();
    candidate.id = static_cast<std::uint32_t>(shared.size() - 1);
    candidate.drawing = sink.take();
    const auto [known, is_new] = by_drawing.try_emplace(candidate.drawing, candidate.id);
    if (!is_new) shared.pop_back();
    shared_of[p] = known->second;
    shared[known->second].first = p;
    ++shared[known->second].count;
  }
  std::vector<SharedPicture> in_order(std::make_move_iterator(shared.begin()), std::make_move_iterator(shared.end()));
  std::sort(in_order.begin(), in_order.end(), [](const SharedPicture& a, const SharedPicture& b) { return a.first < b.first; });
  return in_order;
}

}  // namespace macroscope
