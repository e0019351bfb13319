#include "analyzer/operators/per_element.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "analyzer/operators/broadcast.h"

namespace macroscope {
namespace {

constexpr std::int64_t kNumpyBroadcastSince = 7;

DataType result_type(const PerElement& per_element, const Site& site) {
  switch (per_element.result) {
    case Result::boolean:
      return DataType::boolean;
    case Result::int32:
      return DataType::int32;
    case Result::int64:
      return DataType::int64;
    case Result::as_first_input:
    case Result::as_given:
      break;
  }
  return site.dtype(0);
}

/// The content of the result where every operand's is known and one shape stretches to the other by repeating a single element at most.
ValuePointer folded(const PerElement& per_element, const Site& site) {
  std::size_t size = 1;
  for (std::size_t index = 0; index < site.input_count(); ++index) {
    const Integers* content = site.integers(index);
    if (content == nullptr) return nullptr;
    if (content->size() != 1) size = content->size();
  }
  Integers results(size);
  boost::container::small_vector<Dim, 2> operands(site.input_count());
  for (std::size_t element = 0; element < size; ++element) {
    bool known = true;
    for (std::size_t index = 0; index < site.input_count() && known; ++index) {
      const Integers& content = *site.integers(index);
      if (content.size() != 1 && content.size() != size) return nullptr;
      const auto& operand = content[content.size() == 1 ? 0 : element];
      known = operand.has_value();
      if (known) operands[index] = *operand;
    }
    if (known) results[element] = per_element.fold(std::span<const Dim>(operands.data(), operands.size()));
  }
  return std::make_shared<const Value>(std::move(results));
}

}  // namespace

std::vector<Fact> per_element_shape(const PerElement& per_element, const Site& site) {
  const bool numpy = site.version() >= kNumpyBroadcastSince || !site.node().domain.empty();
  Fact result = Fact::tensor(result_type(per_element, site), numpy ? broadcast_inputs(site) : site.shape(0));
  if (per_element.fold != nullptr) result.value = folded(per_element, site);
  return {std::move(result)};
}

Work per_element_work(const PerElement& per_element, const Site& site) {
  Work work;
  if (!is_floating(site.dtype(0)) && !is_floating(site.output(0).type.dtype)) return work;
  const Dim elements = elements_of(site.output(0));
  work.add(per_element.effort, elements);
  if (!per_element.per_further_input.is_zero() && site.input_count() > 1)
    work.add(per_element.per_further_input, elements * Dim::of_size(site.input_count() - 1));
  return work;
}

}  // namespace macroscope
