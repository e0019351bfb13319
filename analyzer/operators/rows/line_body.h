// Lines as the meaning of a row: the rules that read shape, work and access maps off them.
//
//   constexpr Lines kSoftmax{.text = "m[i/axis..] max= X[i..]; ..."};
//   {.name = "Softmax", .meaning = line_body<kSoftmax>}
#pragma once

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/access/lines_access.h"
#include "analyzer/operators/notation/bound_lines.h"
#include "analyzer/operators/notation/line_bodies.h"
#include "analyzer/operators/operator.h"

namespace macroscope {

namespace line_rules {

template <const Lines& lines>
Work work(const OpContext& context);

template <const Lines& lines>
struct Remembered {
  static inline const bool value = remember_body(&work<lines>, lines);
};

template <const Lines& lines>
std::vector<Fact> shape(const OpContext& context) {
  return shape_of(lines, context);
}

template <const Lines& lines>
Work work(const OpContext& context) {
  static_cast<void>(Remembered<lines>::value);
  return work_of(lines, context);
}

template <const Lines& lines>
AxisMap axes(const OpContext& context) {
  return axes_of(lines, context);
}

}  // namespace line_rules

/// What is read where is not told by lines whose operands are stored in another form.
template <const Lines& lines>
inline constexpr AxisRule axes_rule = lines.axes != nullptr    ? lines.axes
                                      : lines.loops != nullptr ? nullptr
                                                               : line_rules::axes<lines>;

template <const Lines& lines>
inline constexpr Rules line_body{line_rules::shape<lines>, line_rules::work<lines>, axes_rule<lines>};

}  // namespace macroscope
