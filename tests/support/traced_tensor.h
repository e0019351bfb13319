// Traced tensor: which input positions does each element depend on, found by walking every tap of every layer?
//
// A second way to receptive fields, index by index.  Of the set of positions its hull along each axis of the input is kept: the hull of a union
// is that of the hulls.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <vector>

namespace macroscope::testing {

struct ReadSpan {
  std::int64_t low = 1, high = 0;  // none: nothing is read
  [[nodiscard]] bool empty() const { return low > high; }
  void add(const ReadSpan& other) {
    if (other.empty()) return;
    low = empty() ? other.low : std::min(low, other.low);
    high = empty() || other.high > high ? other.high : high;
  }
};

/// By spatial axis of the input.
using ReadSpans = boost::container::small_vector<ReadSpan, 2>;
/// An index, or an extent, for each axis of a tensor.
using Place = boost::container::small_vector<std::int64_t, 6>;

/// [1, C, extents...] whose elements each hold a span for every spatial axis of the input.
struct Traced {
  std::vector<std::int64_t> shape;
  std::vector<ReadSpans> elements;

  explicit Traced(std::vector<std::int64_t> dims, std::size_t axes) : shape(std::move(dims)) {
    std::size_t count = 1;
    for (const std::int64_t dim : shape) count *= static_cast<std::size_t>(dim);
    elements.assign(count, ReadSpans(axes));
  }
  static Traced input(const std::vector<std::int64_t>& dims) {
    Traced traced(dims, dims.size() - 2);
    traced.for_each([&](const Place& at, ReadSpans& element) {
      for (std::size_t axis = 0; axis < element.size(); ++axis) element[axis] = {at[axis + 2], at[axis + 2]};
    });
    return traced;
  }

  [[nodiscard]] std::size_t axes() const { return elements.front().size(); }
  [[nodiscard]] bool holds(const Place& at) const {
    for (std::size_t axis = 0; axis < at.size(); ++axis)
      if (at[axis] < 0 || at[axis] >= shape[axis]) return false;
    return true;
  }
  [[nodiscard]] const ReadSpans& operator[](const Place& at) const { return elements[place_of(at)]; }
  [[nodiscard]] std::size_t place_of(const Place& at) const {
    std::size_t place = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis)
      place = place * static_cast<std::size_t>(shape[axis]) + static_cast<std::size_t>(at[axis]);
    return place;
  }

  template <typename Visit>
  void for_each(Visit visit) {
    Place at(shape.size(), 0);
    for (ReadSpans& element : elements) {
      visit(static_cast<const Place&>(at), element);
      for (std::size_t axis = at.size(); axis-- > 0;) {
        if (++at[axis] < shape[axis]) break;
        at[axis] = 0;
      }
    }
  }

  /// Adds what `from` holds at a place to an element, if there is such a place.
  static void read(ReadSpans& element, const Traced& from, const Place& at) {
    if (!from.holds(at)) return;
    const ReadSpans& other = from[at];
    for (std::size_t axis = 0; axis < element.size(); ++axis) element[axis].add(other[axis]);
  }
};

/// Every element of the result reads one element of `from`: that at `place_of(position)`.
template <typename PlaceOf>
Traced moved(const Traced& from, std::vector<std::int64_t> shape, PlaceOf place_of) {
  Traced result(std::move(shape), from.axes());
  result.for_each([&](const Place& at, ReadSpans& element) { Traced::read(element, from, place_of(at)); });
  return result;
}

struct TracedWindow {
  std::int64_t kernel = 1, stride = 1, dilation = 1, begin = 0, end = 0;
};

/// A window with the same numbers along each spatial axis; all channels are read, or the element's own alone.
inline Traced windowed(const Traced& from, const TracedWindow& window, std::int64_t channels, bool own_channel) {
  std::vector<std::int64_t> shape{1, channels};
  for (std::size_t axis = 2; axis < from.shape.size(); ++axis)
    shape.push_back((from.shape[axis] + window.begin + window.end - (window.kernel - 1) * window.dilation - 1) / window.stride +
                    1);
  Traced result(shape, from.axes());
  result.for_each([&](const Place& at, ReadSpans& element) {
    Place tap(at.size() - 2, 0);
    for (bool more = true; more;) {
      for (std::int64_t channel = 0; channel < from.shape[1]; ++channel) {
        if (own_channel && channel != at[1]) continue;
        Place place{0, channel};
        for (std::size_t axis = 0; axis < tap.size(); ++axis)
          place.push_back(at[axis + 2] * window.stride + tap[axis] * window.dilation - window.begin);
        Traced::read(element, from, place);
      }
      more = false;
      for (std::size_t axis = 0; axis < tap.size() && !more; ++axis) {
        more = ++tap[axis] < window.kernel;
        if (!more) tap[axis] = 0;
      }
    }
  });
  return result;
}

/// A transposed convolution: each element of `from` puts its taps down.
inline Traced spread(Traced from, const TracedWindow& window, std::int64_t channels) {
  std::vector<std::int64_t> shape{1, channels};
  for (std::size_t axis = 2; axis < from.shape.size(); ++axis)
    shape.push_back((from.shape[axis] - 1) * window.stride + (window.kernel - 1) * window.dilation + 1 - window.begin -
                    window.end);
  Traced result(shape, from.axes());
  from.for_each([&](const Place& at, ReadSpans& element) {
    Place tap(at.size() - 2, 0);
    for (bool more = true; more;) {
      Place place{0, 0};
      for (std::size_t axis = 0; axis < tap.size(); ++axis)
        place.push_back(at[axis + 2] * window.stride + tap[axis] * window.dilation - window.begin);
      for (place[1] = 0; place[1] < channels; ++place[1]) {
        if (!result.holds(place)) continue;
        ReadSpans& target = result.elements[result.place_of(place)];
        for (std::size_t axis = 0; axis < element.size(); ++axis) target[axis].add(element[axis]);
      }
      more = false;
      for (std::size_t axis = 0; axis < tap.size() && !more; ++axis) {
        more = ++tap[axis] < window.kernel;
        if (!more) tap[axis] = 0;
      }
    }
  });
  return result;
}

inline Traced united(Traced a, const Traced& b) {
  for (std::size_t place = 0; place < a.elements.size(); ++place)
    for (std::size_t axis = 0; axis < a.axes(); ++axis) a.elements[place][axis].add(b.elements[place][axis]);
  return a;
}

}  // namespace macroscope::testing
