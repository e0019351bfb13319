#include "analyzer/example_point.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/algebra/used_symbols.h"
#include "analyzer/passes/shapes/input_places.h"

namespace macroscope {
namespace {

constexpr int kBatch = 1;
constexpr int kImage = 224;
constexpr int kTokens = 512;
constexpr int kFrames = 100;
constexpr int kSamples = 16000;
constexpr int kChannels = 3;
constexpr int kFromData = 100;
constexpr int kLoopIterations = 10;
constexpr int kOther = 16;

/// What a word in the name of a size usually means; the first row that fits counts.
struct Meaning {
  std::string_view word;
  int size;
};
constexpr Meaning kMeanings[] = {
    {"batch", kBatch},       {"bs", kBatch},        {"n", kBatch},       {"b", kBatch},       {"height", kImage},
    {"width", kImage},       {"h", kImage},         {"w", kImage},       {"rows", kImage},    {"cols", kImage},
    {"past", kTokens},       {"sequence", kTokens}, {"seq", kTokens},    {"seqlen", kTokens}, {"length", kTokens},
    {"len", kTokens},        {"tokens", kTokens},   {"text", kTokens},   {"s", kTokens},      {"l", kTokens},
    {"samples", kSamples},   {"audio", kSamples},   {"frames", kFrames}, {"time", kFrames},   {"t", kFrames},
    {"channels", kChannels}, {"c", kChannels},      {"c_in", kChannels},
};
/// Tried in turn where an assumption does not hold.
constexpr std::array<int, 18> kCandidates{1, 2, 4, 8, 16, 32, 64, 128, 224, 256, 320, 384, 512, 640, 768, 1024, 2048, 16000};
/// Symbols and assumptions that a point is moved for: what a model of a person has, not what a hostile one could.
constexpr std::size_t kMovedSymbols = 16;
constexpr std::size_t kHeldAssumptions = 64;

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  char before = '\0';
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    const bool starts_word = std::isupper(letter) != 0 && std::islower(static_cast<unsigned char>(before)) != 0;
    before = c;
    if ((std::isalpha(letter) == 0 || starts_word) && !words.back().empty()) words.emplace_back();
    if (std::isalpha(letter) != 0) words.back() += static_cast<char>(std::tolower(letter));
  }
  return words;
}

std::optional<int> size_by_name(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  for (const Meaning& meaning : kMeanings)
    if (std::find(words.begin(), words.end(), meaning.word) != words.end()) return meaning.size;
  return std::nullopt;
}

/// What an axis of an input without a telling name usually is.
int size_by_axis(const Type& type, std::size_t axis) {
  if (axis == 0) return kBatch;
  const std::size_t rank = type.shape.rank();
  if (rank == 4) return axis == 1 && !type.shape[3].number() ? kChannels : kImage;
  if (rank == 2 && type.dtype == DataType::int64) return kTokens;
  return rank == 2 || rank == 3 ? kFrames : kOther;
}

class PointSearch {
 public:
  PointSearch(const Network& network, const Shapes& shapes) : network_(network), shapes_(shapes), places_(network, shapes) {
    for (const Assumption& assumption : shapes.assumptions) {
      if (held_.size() >= kHeldAssumptions) break;
      if (assumption.relation != Assumption::Relation::stated) held_.push_back(&assumption);
    }
  }

  ExamplePoint find() {
    for (const Symbol& symbol : network_.symbols.all()) choose(symbol);
    const bool keeps_assumptions = move_to_assumptions();
    return {SizePoint(sizes_), keeps_assumptions};
  }

 private:
  void choose(const Symbol& symbol) {
    int size = symbol.origin == SymbolOrigin::data ? kFromData : symbol.origin == SymbolOrigin::loop ? kLoopIterations : kOther;
    if (symbol.origin == SymbolOrigin::input) {
      const std::optional<int> named = size_by_name(symbol.name);
      size = named ? *named : by_place(symbol).value_or(kOther);
    }
    sizes_.emplace(symbol.id, size);
  }

  [[nodiscard]] std::optional<int> by_place(const Symbol& symbol) const {
    const InputPlaces::Place* const place = places_.find(symbol);
    if (place == nullptr) return std::nullopt;
    return size_by_axis(shapes_.scopes.front().facts[place->input].type, place->axis);
  }

  /// One symbol after another takes the candidate that breaks the fewest assumptions, the nearest to its first choice among equals.
  /// Do all of them hold then?
  bool move_to_assumptions() {
    std::size_t broken = broken_assumptions();
    std::set<std::string> moved;
    while (broken > 0 && moved.size() < kMovedSymbols) {
      const std::optional<std::string> symbol = symbol_to_move(moved);
      if (!symbol) break;
      moved.insert(*symbol);
      broken = move(*symbol, broken);
    }
    return broken == 0;
  }

  std::size_t move(const std::string& symbol, std::size_t broken) {
    Dim& size = sizes_.find(symbol)->second;
    Dim best = size;
    for (const int candidate : kCandidates) {
      size = candidate;
      const std::size_t count = broken_assumptions();
      if (count >= broken) continue;
      broken = count;
      best = candidate;
    }
    size = best;
    return broken;
  }

  [[nodiscard]] std::optional<std::string> symbol_to_move(const std::set<std::string>& moved) const {
    for (const Assumption* assumption : held_) {
      if (!is_broken(*assumption)) continue;
      for (const Dim* side : {&assumption->left, &assumption->right})
        for (std::string& symbol : side->symbols())
          if (sizes_.contains(symbol) && !moved.contains(symbol)) return std::move(symbol);
    }
    return std::nullopt;
  }

  [[nodiscard]] std::size_t broken_assumptions() const {
    return static_cast<std::size_t>(
        std::count_if(held_.begin(), held_.end(), [this](const Assumption* assumption) { return is_broken(*assumption); }));
  }

  [[nodiscard]] bool is_broken(const Assumption& assumption) const {
    try {
      return assumption.holds_at(sizes_) == Certainty::never;
    } catch (const AlgebraError&) {
      return false;  // past 128 bits at this point: nothing to learn from it
    }
  }

  const Network& network_;
  const Shapes& shapes_;
  InputPlaces places_;
  std::vector<const Assumption*> held_;
  Bindings sizes_;
};

}  // namespace

std::vector<const Symbol*> ExamplePoint::used_in(const std::vector<const Dim*>& quantities, const SymbolTable& symbols) const {
  // Most models have few symbols, all of which are in the first thing looked at.
  UsedSymbols used_symbols(symbols.all().size());
  for (const Dim* quantity : quantities) used_symbols.add(*quantity);
  std::vector<const Symbol*> used;
  for (const Symbol& symbol : symbols.all())
    if (sizes().contains(symbol.id) && used_symbols.names().contains(symbol.id)) used.push_back(&symbol);
  return used;
}

ExamplePoint example_point(const Network& network, const Shapes& shapes) { return PointSearch(network, shapes).find(); }

}  // namespace macroscope
