// Expression of a line: which operations are on its right side, and what do they cost at each point?
#pragma once

#include <string_view>
#include <vector>

#include "analyzer/operators/notation/lines.h"
#include "analyzer/operators/notation/text_reader.h"

namespace macroscope {

class ExpressionParser {
 public:
  using ReadTensor = LineTensor (*)(void* parser, std::string_view name, bool optional);

  /// \param tensor reads the indices of a tensor
  ExpressionParser(TextReader& reader, ReadTensor tensor, void* parser) : reader_(reader), tensor_(tensor), parser_(parser) {}

  void read() { comparison(); }

  std::vector<LineTensor> operands;
  std::vector<LineCost> costs;
  /// It calls what turns integers into floating numbers, or these into integers.
  bool converts = false;
  /// Nothing but a product of two tensors.
  [[nodiscard]] bool is_product() const { return products_ == 1 && operations_ == 1 && operands.size() == 2; }

 private:
  /// What the right operand of an operation depends on: `B?`.
  struct Term {
    int operand = -1;
    std::string_view attribute;
  };

  void add(const Effort& effort) { add(effort, Term{}, 0); }
  void add(const Effort& effort, const Term& right, double neutral);
  LineCost& fixed();
  Term comparison();
  Term total();
  Term product();
  Term factor();
  Term factor_below();
  void call(std::string_view name);
  void choose();

  static constexpr int kMaxDepth = 32;
  TextReader& reader_;
  ReadTensor tensor_;
  void* parser_;
  int depth_ = 0;
  int operations_ = 0;
  int products_ = 0;
};

}  // namespace macroscope
