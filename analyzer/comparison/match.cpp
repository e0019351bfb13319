#include "analyzer/comparison/match.h"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "analyzer/algebra/characters.h"

namespace macroscope {
namespace {

constexpr std::size_t kUnmatched = static_cast<std::size_t>(-1);

std::string_view name_of_operator(std::string_view op) {
  return op.substr(op.rfind(':') == std::string_view::npos ? 0 : op.rfind(':') + 1);
}

class Matcher {
 public:
  Matcher(std::span<const LayerRecord> before, std::span<const LayerRecord> after)
      : before_(before),
        after_(after),
        partner_of_before_(before.size(), kUnmatched),
        partner_of_after_(after.size(), kUnmatched) {}

  std::vector<LayerMatch> match() {
    match_by([](const LayerRecord& layer) { return is_numbered(layer) ? std::string() : key_of({layer.name, layer.op}); });
    match_by([](const LayerRecord& layer) {
      const std::optional<Quantity>& parameters = layer.of(Metric::parameters);
      return key_of({layer.op, layer.shapes, parameters ? parameters->value.text() : "?"});
    });
    match_by([](const LayerRecord& layer) { return is_numbered(layer) ? std::string() : layer.name; });
    // A quantised layer is another operator over the same shapes.
    match_by([](const LayerRecord& layer) {
      const bool has_weight = !layer.kind.empty() && !layer.weight_dtype.empty();
      return has_weight ? key_of({layer.kind, layer.shapes}) : std::string();
    });
    match_between_neighbours();
    return in_order();
  }

 private:
  static std::string key_of(std::initializer_list<std::string_view> parts) {
    std::string key;
    for (const std::string_view part : parts) key.append(part).push_back('\0');
    return key;
  }

  void pair(std::size_t before, std::size_t after) {
    partner_of_before_[before] = after;
    partner_of_after_[after] = before;
  }

  /// Pairs what has the same key, in order; an empty key is none.
  template <typename Key>
  void match_by(Key key) {
    std::unordered_map<std::string, std::deque<std::size_t>> waiting;
    for (std::size_t i = 0; i < before_.size(); ++i)
      if (partner_of_before_[i] == kUnmatched)
        if (std::string own = key(before_[i]); !own.empty()) waiting[std::move(own)].push_back(i);
    if (waiting.empty()) return;
    for (std::size_t i = 0; i < after_.size(); ++i) {
      if (partner_of_after_[i] != kUnmatched) continue;
      const auto found = waiting.find(key(after_[i]));
      if (found == waiting.end() || found->second.empty()) continue;
      pair(found->second.front(), i);
      found->second.pop_front();
    }
  }

  /// A layer that was renamed and changed at once still stands between the same neighbours.
  void match_between_neighbours() {
    std::unordered_map<std::size_t, std::vector<std::size_t>> alone;  // by the paired layer in front of them, of `before`
    std::size_t in_front = kUnmatched;
    for (std::size_t i = 0; i < before_.size(); ++i) {
      if (partner_of_before_[i] == kUnmatched) {
        alone[in_front].push_back(i);
      } else {
        in_front = i;
      }
    }
    in_front = kUnmatched;
    for (std::size_t i = 0; i < after_.size(); ++i) {
      if (partner_of_after_[i] != kUnmatched) {
        in_front = partner_of_after_[i];
        continue;
      }
      const auto found = alone.find(in_front);
      if (found == alone.end()) continue;
      for (std::size_t& candidate : found->second) {
        if (candidate == kUnmatched || before_[candidate].op != after_[i].op) continue;
        pair(std::exchange(candidate, kUnmatched), i);
        break;
      }
    }
  }

  std::vector<LayerMatch> in_order() const {
    std::vector<LayerMatch> matches;
    std::size_t next = 0;  // of `before`
    const auto add_removed = [&](std::size_t end) {
      for (; next < end; ++next)
        if (partner_of_before_[next] == kUnmatched) matches.push_back({next, std::nullopt});
    };
    for (std::size_t i = 0; i < after_.size(); ++i) {
      if (partner_of_after_[i] == kUnmatched) {
        matches.push_back({std::nullopt, i});
        continue;
      }
      add_removed(partner_of_after_[i]);
      matches.push_back({partner_of_after_[i], i});
    }
    add_removed(before_.size());
    return matches;
  }

  std::span<const LayerRecord> before_, after_;
  std::vector<std::size_t> partner_of_before_, partner_of_after_;
};

}  // namespace

bool is_numbered(const LayerRecord& layer) noexcept {
  const std::string_view name = without_slash(layer.name);
  std::size_t digits = 0;
  while (digits < name.size() && is_digit(name[name.size() - 1 - digits])) ++digits;
  std::string_view word = name.substr(0, name.size() - digits);
  if (word.empty()) return true;
  if (word.ends_with('_')) word.remove_suffix(1);
  return word == name_of_operator(layer.op);
}

std::vector<LayerMatch> match_layers(std::span<const LayerRecord> before, std::span<const LayerRecord> after) {
  return Matcher(before, after).match();
}

}  // namespace macroscope
