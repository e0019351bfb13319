// Layered graph layout: where do boxes and arrows of a picture go?
//
// Boxes are in ranks from top to bottom, every arrow leads to a deeper rank, arrows that pass a rank take a place of their own in it.
// Ranks follow from the longest path; within a rank boxes are ordered to cross few arrows, then moved beneath what they are joined to.
// The time is about linear in boxes and arrows: arrows over many ranks go straight where places for them would be too many.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace macroscope {

struct LayoutEdge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  friend bool operator==(const LayoutEdge&, const LayoutEdge&) = default;
  friend auto operator<=>(const LayoutEdge&, const LayoutEdge&) = default;
};

struct Point {
  int x = 0;
  int y = 0;
};

/// All boxes are as high; ranks stand `kRankPitch` apart.
inline constexpr int kBoxHeight = 36;
inline constexpr int kRankPitch = 64;

struct GraphLayout {
  /// The left upper corner of each box.
  std::vector<Point> boxes;
  /// From the box that an edge leaves to the one it enters, one point on every rank it passes: the middle of the box, or of its place.
  /// Empty for an edge from a box to itself.
  std::vector<std::vector<Point>> edges;
  int width = 0;
  int height = 0;
};

/// \param widths of the boxes, in an order in which they can be evaluated; an edge against that order is drawn upwards
GraphLayout lay_out(std::span<const int> widths, std::span<const LayoutEdge> edges);

}  // namespace macroscope
