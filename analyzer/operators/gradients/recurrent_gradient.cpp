#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "analyzer/operators/gradients/nest_gradients.h"

namespace macroscope {
namespace {

using Index = IndexSum::Index;

constexpr std::size_t kInput = 0, kWeights = 1, kRecurrence = 2, kBias = 3, kPeepholes = 7;

/// Loops: step, direction, batch, row of all gates, feature, unit.
enum Loop : std::size_t { step, direction, batch, row, feature, unit };

struct Cell {
  std::string_view op;
  int gates;
  /// The gates in order of rows, and what comes out of them.
  std::string_view words;
  std::string_view activations[3];
};

constexpr Cell kCells[] = {
    {"RNN", 1, "h = tanh(a)", {"Tanh", "", ""}},
    {"GRU",
     3,
     "a is am, as, ag side by side: m = sigmoid(am), s = sigmoid(as), g = tanh(ag), h = (1 - m) * g + m * h[t-1]",
     {"Sigmoid", "Tanh", ""}},
    {"LSTM",
     4,
     "a is ai, ao, af, ag side by side: i, o, f = sigmoid of theirs, g = tanh(ag), c = f * c[t-1] + i * g, h = o * tanh(c)",
     {"Sigmoid", "Tanh", "Tanh"}},
};

const Cell& cell_of(const OpContext& context) {
  for (const Cell& cell : kCells)
    if (cell.op == context.node().op) return cell;
  throw Unknown();
}

/// Whether the gates do what the words of the cell say.
bool has_usual_gates(const Cell& cell, const OpContext& context) {
  if (context.has_attribute("clip") || context.integer("input_forget", 0) != 0 || context.has_input(kPeepholes)) return false;
  const auto given = context.text_list("activations");
  if (!given) return true;
  std::size_t count = 0;
  while (count < 3 && !cell.activations[count].empty()) ++count;
  for (std::size_t index = 0; index < given->size(); ++index)
    if ((*given)[index] != cell.activations[index % count]) return false;
  return true;
}

/// Writes a recurrent cell as the products of its inputs and of its states with their weights.
class RecurrenceWriter {
 public:
  explicit RecurrenceWriter(const OpContext& context)
      : site_(context),
        cell_(cell_of(context)),
        is_batch_first_(context.integer("layout", 0) != 0),
        is_reverse_(context.text("direction", "forward") == "reverse"),
        resets_late_(context.integer("linear_before_reset", 0) != 0) {
    const Shape& input = context.known_shape(kInput);
    const Shape& recurrence = context.known_shape(kRecurrence);
    loops_ = {{"t", input[is_batch_first_ ? 1 : 0]},
              {"k", recurrence[0]},
              {"n", input[is_batch_first_ ? 0 : 1]},
              {"u", recurrence[1]},
              {"c", input[2]},
              {"v", recurrence[2]}};
  }

  [[nodiscard]] Gradients derive() const {
    Gradients gradients;
    WrittenEquation layer = sum(gates("a"), {input("x"), weights("w")});
    layer.right += " + " + sum(gates("a"), {states("h", -1), recurrence("r")}).right;
    if (site_.has_input(kBias)) layer.right += " + " + text_of(bias("b"));
    gradients.forward.push_back({std::move(layer), words_of_layer()});
    add_states(gradients.of_inputs);
    if (has_usual_gates(cell_, site_)) add_gates(gradients.of_inputs);
    add_operands(gradients.of_inputs);
    return gradients;
  }

 private:
  [[nodiscard]] Index at(Loop loop, int steps = 0) const { return {{{loop, 1}}, Dim(is_reverse_ ? -steps : steps), true}; }

  [[nodiscard]] IndexSum::Factor input(std::string name) const {
    if (is_batch_first_) return {std::move(name), {at(batch), at(step), at(feature)}};
    return {std::move(name), {at(step), at(batch), at(feature)}};
  }
  /// In the layout of the result, `steps` later.
  [[nodiscard]] IndexSum::Factor of_steps(std::string name, Loop last, int steps) const {
    if (is_batch_first_) return {std::move(name), {at(batch), at(step, steps), at(direction), at(last)}};
    return {std::move(name), {at(step, steps), at(direction), at(batch), at(last)}};
  }
  [[nodiscard]] IndexSum::Factor gates(std::string name, int steps = 0) const { return of_steps(std::move(name), row, steps); }
  [[nodiscard]] IndexSum::Factor states(std::string name, int steps = 0) const { return of_steps(std::move(name), unit, steps); }
  [[nodiscard]] IndexSum::Factor weights(std::string name) const {
    return {std::move(name), {at(direction), at(row), at(feature)}};
  }
  [[nodiscard]] IndexSum::Factor recurrence(std::string name) const {
    return {std::move(name), {at(direction), at(row), at(unit)}};
  }
  [[nodiscard]] IndexSum::Factor bias(std::string name) const { return {std::move(name), {at(direction), at(row)}}; }

  [[nodiscard]] Shape shape_of(Loop last) const {
    const Dim &steps = loops_[step].extent, &samples = loops_[batch].extent;
    if (is_batch_first_) return {samples, steps, loops_[direction].extent, loops_[last].extent};
    return {steps, loops_[direction].extent, samples, loops_[last].extent};
  }
  [[nodiscard]] Dim macs_of(std::size_t matrix) const {
    return loops_[step].extent * loops_[batch].extent * site_.known_shape(matrix).elements();
  }

  [[nodiscard]] std::string words_of_layer() const {
    std::string words(has_usual_gates(cell_, site_) ? cell_.words
                                                    : "a is what the gates take, side by side; h what comes out of them");
    if (cell_.op == "GRU")
      words +=
          resets_late_ ? "; in the rows of ag the sum over v and its bias stand times s" : "; in the rows of ag h stands times s";
    if (loops_[direction].extent.is(2)) words += "; the second direction has t+1 for t-1";
    return words + "; z = h";
  }

  /// What flows into a state: from the result, and from the step behind it.
  void add_states(std::vector<Gradient>& gradients) const {
    const bool is_gru = cell_.op == "GRU";
    const std::string later = text_of(states("dL/dh", 1));
    WrittenEquation equation = sum(states("dL/dh"), {gates("dL/da", 1), recurrence("r")});
    std::string right = text_of(states("dL/dz"));
    if (is_gru && has_usual_gates(cell_, site_)) right += fmt::format(" + {} {}", later, text_of(states("m", 1)));
    equation.right = right + " + " + equation.right;
    std::string words = "of the states, from the last step to the first";
    if (is_gru)
      words += resets_late_ ? "; in the rows of ag with dL/da times s" : "; what comes of the rows of ag is multiplied by s";
    gradients.push_back({std::nullopt, std::move(equation), std::move(words), shape_of(unit), macs_of(kRecurrence)});
  }

  void add_gate(std::vector<Gradient>& gradients, std::string_view name, std::string right, std::string words = {}) const {
    gradients.push_back({std::nullopt, {"dL/d" + std::string(name), "=", std::move(right)}, std::move(words), shape_of(unit), 0});
  }

  void add_gates(std::vector<Gradient>& gradients) const {
    const std::string before = is_reverse_ ? "[t+1]" : "[t-1]", behind = is_reverse_ ? "[t-1]" : "[t+1]";
    if (cell_.op == "RNN") {
      add_gate(gradients, "a", "dL/dh * (1 - h^2)");
    } else if (cell_.op == "LSTM") {
      add_gate(gradients, "c", fmt::format("dL/dh * o * (1 - tanh(c)^2) + dL/dc{} * f{}", behind, behind),
               "of the cell's states");
      add_gate(gradients, "ai", "dL/dc * g * i * (1 - i)");
      add_gate(gradients, "ao", "dL/dh * tanh(c) * o * (1 - o)");
      add_gate(gradients, "af", fmt::format("dL/dc * c{} * f * (1 - f)", before));
      add_gate(gradients, "ag", "dL/dc * i * (1 - g^2)");
    } else {
      add_gate(gradients, "am", fmt::format("dL/dh * (h{} - g) * m * (1 - m)", before));
      add_gate(gradients, "ag", "dL/dh * (1 - m) * (1 - g^2)");
      add_reset(gradients, before);
    }
  }

  void add_reset(std::vector<Gradient>& gradients, const std::string& before) const {
    if (resets_late_) {
      add_gate(gradients, "as", "dL/dag * y * s * (1 - s)", "with y for the sum over v in the rows of ag and its bias");
    } else {
      add_gate(gradients, "as", fmt::format("y * h{} * s * (1 - s)", before),
               "with y for the sum over u of dL/dag r, in the rows of ag");
    }
  }

  void add_operands(std::vector<Gradient>& gradients) const {
    gradients.push_back(
        {kInput, sum(input("dL/dx"), {gates("dL/da"), weights("w")}), {}, site_.shape(kInput), macs_of(kWeights)});
    gradients.push_back(
        {kWeights, sum(weights("dL/dw"), {gates("dL/da"), input("x")}), {}, site_.shape(kWeights), macs_of(kWeights)});
    std::string words;
    if (cell_.op == "GRU") words = resets_late_ ? "in the rows of ag with dL/da times s" : "in the rows of ag with h times s";
    gradients.push_back({kRecurrence, sum(recurrence("dL/dr"), {gates("dL/da"), states("h", -1)}), std::move(words),
                         site_.shape(kRecurrence), macs_of(kRecurrence)});
    if (!site_.has_input(kBias) || !site_.shape(kBias).known()) return;
    words = "the same for both biases";
    if (cell_.op == "GRU" && resets_late_) words += ", but that of the sum over v in the rows of ag has dL/da times s";
    gradients.push_back({kBias, sum(bias("dL/db"), {gates("dL/da")}), std::move(words), site_.shape(kBias), 0});
  }

  [[nodiscard]] IndexSum over_loops() const {
    IndexSum sum;
    sum.loops = loops_;
    return sum;
  }
  [[nodiscard]] std::string text_of(const IndexSum::Factor& factor) const { return over_loops().text_of(factor); }
  [[nodiscard]] WrittenEquation sum(IndexSum::Factor result, std::vector<IndexSum::Factor> factors) const {
    IndexSum sum = over_loops();
    sum.result = std::move(result);
    sum.factors = std::move(factors);
    return sum.written();
  }

  const OpContext& site_;
  const Cell& cell_;
  bool is_batch_first_, is_reverse_;
  /// GRU: the reset gate comes after the product with the state, not before it.
  bool resets_late_;
  std::vector<IndexSum::Loop> loops_;
};

}  // namespace

Gradients gradients_of_recurrence(const OpContext& context, const Graph&) {
  if (!is_floating(context.dtype(kInput))) return {};
  return RecurrenceWriter(context).derive();
}

}  // namespace macroscope
