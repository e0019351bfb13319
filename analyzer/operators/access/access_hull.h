// Hulls and compositions of access maps: what do several paths to one tensor read together, and what do several steps read in short?
#pragma once

#include "analyzer/operators/access/access_map.h"

namespace macroscope {

/// The hull of two paths to a tensor of this shape from an axis of `extent` positions.  Where their steps differ it is that of their main steps.
/// Two that lie one extent apart are the halves of a cyclic shift, and one of them stands for both. \throws AlgebraError
AccessMap hull(const AccessMap& a, const AccessMap& b, const Shape& shape, const Dim& extent);

/// A reading by several steps as one by that which moves it farthest; what the others contribute belongs to what every element reads.  Empty
/// where that one begins anew on its way along the axis. \throws AlgebraError
std::optional<AccessMap> by_main_step(AccessMap access, const Shape& shape);

/// Every element of a tensor of this shape reads all of an axis of `extent` positions. \throws AlgebraError
bool reads_everything(const AccessMap& access, const Shape& shape, const Dim& extent);

/// Positions along `axis` in an order, or from a start, that is not known.
AccessMap somewhere_along(std::size_t axis);

}  // namespace macroscope
