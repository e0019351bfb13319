// Names within a layer: what are its nodes and weights called?
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "frontends/dsl/graph/graph_builder.h"
#include "frontends/dsl/graph/unique_names.h"

namespace macroscope::dsl {

class LayerNames {
 public:
  void stand_at(Standing standing) {
    standing_ = std::move(standing);
    layer_.clear();
    part_.clear();
  }
  void stand_at_part(std::string_view name) { part_ = joined(layer(), name); }
  [[nodiscard]] const Standing& standing() const noexcept { return standing_; }

  /// The layer's own name for its first node, with a number for further ones.
  std::string next_node() {
    if (!part_.empty()) return taken_.take(part_);
    const std::string& layer = this->layer();
    return std::exchange(is_layer_free_, false) ? layer : taken_.take(layer);
  }
  /// `stem/conv.W`
  std::string of_weight(std::string_view name) {
    const std::string& layer = this->layer();
    return fmt::format("{}.{}", part_.empty() ? layer : part_, name);
  }
  /// A name of the user's own where the layer stands.
  [[nodiscard]] std::string beside(std::string_view name) const { return joined(standing_.path, name); }

  [[nodiscard]] std::size_t mark() const noexcept { return taken_.mark(); }
  /// As if nothing had been named since the mark.
  void give_back_since(std::size_t mark) { taken_.give_back_since(mark); }

 private:
  static std::string joined(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}/{}", path, name);
  }

  /// The name of the layer with its path, taken when it is first asked for.
  const std::string& layer() {
    if (layer_.empty()) {
      layer_ = taken_.take(beside(standing_.name.empty() ? "node" : standing_.name));
      is_layer_free_ = true;
    }
    return layer_;
  }

  UniqueNames taken_;
  Standing standing_;
  std::string layer_;
  /// No node has the name of the layer yet.
  bool is_layer_free_ = false;
  /// What the next nodes are a part of; mostly empty.
  std::string part_;
};

}  // namespace macroscope::dsl
