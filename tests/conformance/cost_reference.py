"""What does one node cost, counted a second time?

Written from docs/counting.md over the numbers of a run, without the program's catalogue: sizes are those of numpy arrays, windows are walked
tap by tap.  `work_of` gives None where the work depends on more than the run shows."""
import itertools
import math

import numpy
import onnx

KINDS = ("add", "mul", "div", "compare", "special")


class Work(dict):
    """Work of each kind, and multiply-accumulates under `macs`."""

    def __init__(self, **counts):
        super().__init__({kind: 0 for kind in ("macs",) + KINDS})
        self.update(counts)

    def __add__(self, other):
        return Work(**{kind: self[kind] + other[kind] for kind in self})

    def __mul__(self, times):
        return Work(**{kind: count * times for kind, count in self.items()})


NOTHING = Work()
SIGMOID = Work(special=1, add=1, div=1)
TANH = Work(special=1)
SOFTMAX = Work(compare=1, add=2, special=1, div=1)
SOFTPLUS = Work(special=2, add=1)
ELU = Work(compare=1, special=1, add=1, mul=1)
ACTIVATIONS = {"Sigmoid": SIGMOID, "Tanh": TANH, "Relu": Work(compare=1), "Affine": Work(mul=1, add=1), "LeakyRelu": Work(compare=1, mul=1),
               "HardSigmoid": Work(mul=1, add=1, compare=2), "Softsign": Work(compare=1, add=1, div=1), "Softplus": SOFTPLUS}


class Node:
    def __init__(self, node, inputs, outputs):
        self.op, self.inputs, self.outputs = node.op_type, inputs, outputs
        self.attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}

    def attribute(self, name, default=None):
        value = self.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value

    def has(self, index):
        return index < len(self.inputs) and self.inputs[index] is not None

    def shape(self, index):
        return numpy.shape(self.inputs[index])

    def size(self, index):
        return int(numpy.size(self.inputs[index]))

    @property
    def out(self):
        return numpy.shape(self.outputs[0])

    @property
    def elements(self):
        return int(numpy.size(self.outputs[0]))


# Work for each element of the first output.
PER_ELEMENT = {
    "Relu": Work(compare=1), "LeakyRelu": Work(compare=1, mul=1), "PRelu": Work(compare=1, mul=1), "ThresholdedRelu": Work(compare=1),
    "Elu": ELU, "Selu": ELU + Work(mul=1), "Celu": ELU + Work(div=1), "Sigmoid": SIGMOID, "HardSigmoid": Work(mul=1, add=1, compare=2),
    "HardSwish": Work(mul=2, add=1, compare=2), "Softplus": SOFTPLUS, "Softsign": Work(compare=1, add=1, div=1), "Swish": SIGMOID + Work(mul=1),
    "SwiGLU": SIGMOID + Work(mul=2), "Mish": SOFTPLUS + TANH + Work(mul=1), "Shrink": Work(compare=2, add=1),
    "Div": Work(div=1), "Reciprocal": Work(div=1), "Mod": Work(div=1), "Mul": Work(mul=1), "Clip": Work(compare=2), "Pow": Work(special=1),
    "CumSum": Work(add=1), "CumProd": Work(mul=1), "Dropout": NOTHING, "QuantizeLinear": Work(div=1, add=1, compare=2),
    "DequantizeLinear": Work(add=1, mul=1), "Bernoulli": Work(compare=1), "RandomUniformLike": Work(add=1, mul=1), "Range": Work(mul=1, add=1),
    "Softmax": SOFTMAX, "Hardmax": Work(compare=1), "IsNaN": Work(compare=1), "Binarizer": Work(compare=1),
}
for op in ("Add", "Sub"):
    PER_ELEMENT[op] = Work(add=1)
for op in ("Abs", "Neg", "Sign", "Floor", "Ceil", "Round", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"):
    PER_ELEMENT[op] = Work(compare=1)
for op in ("Sqrt", "Exp", "Log", "Erf", "Sin", "Cos", "Tan", "Sinh", "Cosh", "Tanh", "Asin", "Acos", "Atan", "Asinh", "Acosh", "Atanh"):
    PER_ELEMENT[op] = Work(special=1)

# Moves data, or computes on integers, bools and texts alone.
FREE = set("""And ArrayFeatureExtractor BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast CastLike CenterCropPad Compress Concat
    ConcatFromSequence Constant ConstantOfShape DepthToSpace Expand EyeLike Flatten Gather GatherElements GatherND Identity ImageDecoder LabelEncoder
    MaxUnpool NonZero Not OneHot OptionalGetElement OptionalHasElement Or Pad RegexFullMatch Reshape ReverseSequence Scatter SequenceAt SequenceConstruct
    SequenceEmpty SequenceErase SequenceInsert SequenceLength Shape Size Slice SpaceToDepth Split SplitToSequence Squeeze StringConcat
    StringNormalizer StringSplit TensorScatter Tile Transpose Trilu Unsqueeze Where Xor""".split())


def prod(numbers):
    return math.prod(int(n) for n in numbers)


def nary(node):
    further = len(node.inputs) - 1
    each = {"Sum": Work(add=further), "Mean": Work(add=further, mul=1), "Max": Work(compare=further), "Min": Work(compare=further)}[node.op]
    return each * node.elements


def reduction(node):
    n, rows = node.size(0), node.elements
    if node.attribute("noop_with_empty_axes") and not (node.has(1) and node.size(1)) and not node.attributes.get("axes"):
        rows = n  # nothing is reduced, each element is a row of its own
    return {
        "ReduceSum": Work(add=n), "ReduceMean": Work(add=n, mul=rows), "ReduceMax": Work(compare=n), "ReduceMin": Work(compare=n),
        "ReduceProd": Work(mul=n), "ReduceL1": Work(compare=n, add=n), "ReduceSumSquare": Work(mul=n, add=n),
        "ReduceL2": Work(mul=n, add=n, special=rows), "ReduceLogSum": Work(add=n, special=rows),
        "ReduceLogSumExp": Work(compare=n, add=2 * n, special=n + rows),
    }[node.op]


def one_comparison(node):
    """One for each element of the input."""
    return Work(compare=node.size(0))


def matmul(node):
    return Work(macs=prod(node.out) * node.shape(0)[-1])


def gemm(node):
    m, n = node.out
    k = node.shape(0)[0 if node.attribute("transA") else 1]
    each = Work(add=1 if node.has(2) else 0)
    if node.attribute("alpha", 1.0) != 1:
        each += Work(mul=1)
    if node.has(2) and node.attribute("beta", 1.0) != 1:
        each += Work(mul=1)
    return Work(macs=m * n * k) + each * (m * n)


def convolution(node):
    weight, bias = {"Conv": (1, 2), "ConvInteger": (1, None), "QLinearConv": (3, 8), "DeformConv": (1, 3)}[node.op]
    kernel = node.shape(weight)
    work = Work(macs=prod(node.out) * prod(kernel[1:]))
    if bias and node.has(bias) and node.op != "QLinearConv":
        work += Work(add=prod(node.out))
    if node.op == "DeformConv":
        batch, channels = node.shape(0)[:2]
        samples = batch * channels * prod(kernel[2:]) * prod(node.out[2:])
        work += Work(mul=5 if node.has(4) else 4, add=3) * samples
    return work


def transposed_convolution(node):
    """Every element of the input meets every tap of each output channel of its group."""
    work = Work(macs=node.size(0) * prod(node.shape(1)[1:]))
    return work + Work(add=node.elements if node.has(2) else 0)


def pool(node):
    taps = prod(node.attribute("kernel_shape"))
    each = {"MaxPool": Work(compare=taps), "AveragePool": Work(add=taps, mul=1), "LpPool": Work(special=taps + 1, add=taps)}[node.op]
    return each * node.elements


def global_pool(node):
    n = node.size(0)
    return {"GlobalMaxPool": Work(compare=n), "GlobalAveragePool": Work(add=n, mul=node.elements)}[node.op]


def local_response(node):
    return Work(mul=2, add=node.attribute("size") + 1, special=1, div=1) * node.elements


def log_softmax(node):
    n, axis = node.size(0), node.attribute("axis", -1)
    return Work(compare=n, add=3 * n, special=n + n // max(1, node.shape(0)[axis]))


def gelu(node):
    return Work(special=1, add=2, mul=6) * node.elements if node.attribute("approximate", "none") == "tanh" else Work(special=1, add=1, mul=3) * node.elements


def is_infinite(node):
    """With either infinity, whichever of them is asked for."""
    return Work(compare=2) * node.elements


def layer_normalization(node):
    axis = node.attribute("axis", -1)
    rows = prod(node.shape(0)[:axis if axis >= 0 else len(node.shape(0)) + axis])
    if node.op == "RMSNormalization":
        return Work(add=1, mul=3) * node.elements + Work(div=1, add=1, special=1) * rows
    return Work(add=3 + node.has(2), mul=3) * node.elements + Work(div=2, add=1, special=1) * rows


def grouped_normalization(node):
    batch, channels = node.shape(0)[:2]
    groups = batch * (node.attribute("num_groups") if node.op == "GroupNormalization" else channels)
    return Work(add=4, mul=3) * node.elements + Work(div=2, add=1, special=1) * groups


def mean_variance(node):
    groups = prod(extent for axis, extent in enumerate(node.shape(0)) if axis not in node.attribute("axes", [0, 2, 3]))
    return Work(add=3, mul=2) * node.elements + Work(div=2, add=1, special=1) * groups


def batch_normalization(node):
    if not node.attribute("training_mode", 0):
        return Work(mul=1, add=1) * node.elements
    channel = Work(div=2, add=1, special=1) + Work(mul=2, add=1) * 2
    return Work(mul=3, add=4) * node.elements + channel * node.shape(0)[1]


def lp_normalization(node):
    rows = node.size(0) // max(1, node.shape(0)[node.attribute("axis", -1)])
    if node.attribute("p", 2) == 1:
        return Work(compare=1, add=1, div=1) * node.elements
    return Work(mul=1, add=1, div=1) * node.elements + Work(special=1) * rows


def interpolation(mode, axes):
    if mode in ("linear", "bilinear"):
        return Work(mul=2, add=1) * (2**axes - 1)
    if mode in ("cubic", "bicubic"):
        return Work(mul=4, add=3) * ((4**axes - 1) // 3)
    return NOTHING


def resize(node):
    moved = [axis for axis, (a, b) in enumerate(zip(node.shape(0), node.out)) if a != b]
    scales = node.inputs[{"Upsample": 1}.get(node.op, 2)] if len(node.inputs) > 2 or node.op == "Upsample" else None
    if scales is not None and numpy.size(scales) == len(node.out):
        moved = [axis for axis, scale in enumerate(scales) if scale != 1]
    if node.attribute("axes") is not None or node.attribute("coordinate_transformation_mode") == "tf_crop_and_resize":
        return None
    if node.attribute("antialias"):
        return None
    return interpolation(node.attribute("mode", "nearest"), len(moved)) * node.elements


def grid_sample(node):
    axes = len(node.shape(0)) - 2
    mode = node.attribute("mode", "linear")
    each = Work(mul=2**axes, add=2**axes - 1) if mode in ("linear", "bilinear") else interpolation(mode, axes)
    return each * node.elements


def roi_align(node):
    ratio = node.attribute("sampling_ratio", 0)
    samples = ratio * ratio if ratio else 1
    is_average = node.attribute("mode", "avg") == "avg"
    each = Work(mul=4, add=3) + (Work(add=1) if is_average else Work(compare=1))
    return each * (samples * node.elements) + Work(mul=1 if is_average else 0) * node.elements


def attention_heads(node):
    """Extents of the scores and widths of a query and a value."""
    q, k, v = (node.shape(i) for i in range(3))
    if len(q) == 3:
        heads, kv_heads = node.attribute("q_num_heads"), node.attribute("kv_num_heads")
        batch, queries, keys = q[0], q[1], k[1]
        width, value_width = q[2] // heads, v[2] // kv_heads
    else:
        batch, heads, queries, width = q
        keys, value_width = k[2], v[3]
    if node.has(4):
        keys += node.shape(4)[2]
    return batch * heads * queries * keys, width, value_width


def attention(node):
    scores, width, value_width = attention_heads(node)
    each = SOFTMAX + Work(mul=1)
    if node.has(3) and node.inputs[3].dtype != numpy.bool_:
        each += Work(add=1)
    if node.attribute("softcap", 0.0):
        each += Work(div=1, special=1, mul=1)
    return Work(macs=scores * (width + value_width)) + each * scores


def rotary(node):
    rotated = node.elements
    fraction = node.attribute("rotary_embedding_dim", 0)
    if fraction:
        heads = node.attribute("num_heads", 0)
        head = node.shape(0)[-1] if len(node.shape(0)) == 4 else node.shape(0)[-1] // heads
        rotated = rotated // head * fraction
    return Work(mul=2, add=1) * rotated


def recurrent(node):
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[node.op]
    directions, rows, width = node.shape(1)
    hidden = rows // gates
    sequence, batch = node.shape(0)[:2] if not node.attribute("layout") else node.shape(0)[1::-1]
    steps = directions * sequence * batch * hidden
    each = {"RNN": TANH, "GRU": SIGMOID * 2 + TANH + Work(mul=3, add=2), "LSTM": SIGMOID * 3 + TANH * 2 + Work(mul=3, add=1)}[node.op]
    if node.attribute("activations"):
        return None
    if node.has(3):
        each += Work(add=2 * gates)
    if node.op == "LSTM" and node.has(7):
        each += Work(mul=3, add=3)
    if node.attribute("clip"):
        each += Work(compare=2 * gates)
    if node.attribute("linear_before_reset"):
        return None
    return Work(macs=gates * (width + hidden)) * steps + each * steps


def einsum(node):
    equation = node.attribute("equation").replace(" ", "")
    if "." in equation or len(node.inputs) > 2:
        return None
    left, _, right = equation.partition("->")
    terms = left.split(",")
    if "->" not in equation:
        letters = "".join(terms)
        right = "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1))
    if any(len(set(term)) != len(term) for term in terms):
        return None
    extent = {letter: size for term, array in zip(terms, node.inputs) for letter, size in zip(term, numpy.shape(array))}
    if len(terms) == 1:
        summed = set(terms[0]) - set(right)
        return Work(add=node.size(0) if summed else 0)
    alone = [set(terms[0]) - set(terms[1]) - set(right), set(terms[1]) - set(terms[0]) - set(right)]
    work = Work(add=sum(node.size(i) for i in range(2) if alone[i]))
    indices = (set(terms[0]) - alone[0]) | (set(terms[1]) - alone[1])
    points = prod(extent[letter] for letter in indices)
    return work + (Work(macs=points) if indices - set(right) else Work(mul=points))


def determinant(node):
    n = node.shape(0)[-1]
    adds = n * (n - 1) * (2 * n - 1) // 6
    return Work(mul=adds + n - 1, add=adds, div=n * (n - 1) // 2) * (node.size(0) // (n * n))


def scatter(node):
    kind = {"add": "add", "mul": "mul", "max": "compare", "min": "compare"}.get(node.attribute("reduction", "none"))
    return Work(**{kind: node.size(2)}) if kind else Work()


def likelihood(node):
    targets = node.size(1)
    has_weights, mode = node.has(2), node.attribute("reduction", "mean")
    work = Work(compare=targets, mul=targets if has_weights else 0)
    if mode in ("sum", "mean"):
        work += Work(add=targets)
    if mode == "mean":
        work += Work(div=1, add=targets if has_weights else 0)
    return work


def cross_entropy(node):
    n = node.size(0)
    return Work(compare=n, add=3 * n, special=n + n // node.shape(0)[1]) + likelihood(node)


def window(node):
    each = {"HannWindow": Work(special=1, mul=2, add=1), "HammingWindow": Work(special=1, mul=2, add=1), "BlackmanWindow": Work(special=2, mul=4, add=2)}
    return each[node.op] * node.elements


def affine_grid(node):
    axes = len(node.out) - 2
    return Work(macs=axes * (axes + 1) * prod(node.out[:-1]))


def dynamic_quantization(node):
    n = node.size(0)
    return Work(div=1, add=1, compare=2) * n + Work(compare=2) * n + Work(add=2, div=2, compare=4)


def optimizer(node):
    count = (len(node.inputs) - 2) // {"Adagrad": 3, "Adam": 4, "Momentum": 3}[node.op]
    elements = sum(node.size(2 + i) for i in range(count))
    if node.op == "Adagrad":
        return Work(add=4, mul=3, div=1, special=1) * elements + Work(add=1, mul=1, div=1)
    if node.op == "Adam":
        return Work(add=5, mul=8, div=1, special=1) * elements + Work(add=2, mul=1, div=1, special=3)
    nesterov = Work(add=1, mul=1) if node.attribute("mode") == "nesterov" else Work()
    return (Work(add=3, mul=4) + nesterov) * elements


def columns_to_image(node):
    return Work(add=node.size(0))


def linear_attention(node):
    """Steps one after the other for every head that has a state, and every query head that reads it."""
    batch, length, _ = node.shape(0)
    states, readers = node.attribute("kv_num_heads"), node.attribute("q_num_heads")
    width, values = node.shape(1)[2] // states, node.shape(2)[2] // states
    rule = node.attribute("update_rule", "gated_delta")
    work = Work()
    for _ in range(batch * length):
        for _ in range(states):
            work += Work(macs=width * values)  # the outer product of key and value, added to the state
            if "gated" in rule:
                work += Work(mul=width * values)
            if "delta" in rule:
                work += Work(macs=width * values, add=values, mul=values)  # what the state has for the key, taken from the value; times beta
        work += Work(macs=width * values, mul=values) * readers  # read, and scaled
    if "gated" in rule:
        work += Work(special=node.size(4))
    return work


def causal_convolution(node):
    each = Work(macs=node.shape(1)[2], add=1 if node.has(2) else 0)
    if node.attribute("activation", "none") in ("silu", "swish"):
        each += SIGMOID + Work(mul=1)
    return each * node.elements


def flexible_attention(node):
    if any(name in node.attributes for name in ("score_mod", "prob_mod")):
        return None  # these are graphs of their own
    (batch, heads, queries, width), keys = node.shape(0), node.shape(1)[2]
    scores = batch * heads * queries * keys
    return Work(macs=width + node.shape(2)[3]) * scores + (SOFTMAX + Work(mul=1)) * scores


def mel_weights(node):
    bands, elements = int(node.inputs[0]), node.elements
    return Work(add=2, div=2, compare=2) * elements + Work(special=1, mul=2, div=2, add=2) * (bands + 2)


def suppression(node):
    """Areas of all boxes, scores against the threshold, and each box that was chosen against all of them."""
    boxes, chosen = node.size(0) // 4, node.out[0]
    return Work(compare=node.size(1)) + Work(add=2, mul=1) * boxes + Work(compare=7, add=4, mul=1, div=1) * (chosen * node.shape(0)[1])


def ngram_counts(node):
    """Counts are integers; weights multiply what is put out."""
    return Work(mul=0 if node.attribute("mode") == "TF" or "weights" not in node.attributes else node.elements)


BY_RULE = {
    "LinearAttention": linear_attention, "CausalConvWithState": causal_convolution, "FlexAttention": flexible_attention,
    "MelWeightMatrix": mel_weights, "NonMaxSuppression": suppression, "TfIdfVectorizer": ngram_counts,
    "Gemm": gemm, "ConvTranspose": transposed_convolution, "LRN": local_response, "LogSoftmax": log_softmax, "Gelu": gelu, "IsInf": is_infinite,
    "LayerNormalization": layer_normalization, "RMSNormalization": layer_normalization, "GroupNormalization": grouped_normalization,
    "InstanceNormalization": grouped_normalization, "MeanVarianceNormalization": mean_variance, "BatchNormalization": batch_normalization,
    "LpNormalization": lp_normalization, "Resize": resize, "Upsample": resize, "GridSample": grid_sample, "RoiAlign": roi_align,
    "Attention": attention, "RotaryEmbedding": rotary, "Einsum": einsum, "Det": determinant, "ScatterElements": scatter, "ScatterND": scatter,
    "NegativeLogLikelihoodLoss": likelihood, "SoftmaxCrossEntropyLoss": cross_entropy, "AffineGrid": affine_grid, "Col2Im": columns_to_image,
    "DynamicQuantizeLinear": dynamic_quantization, "Unique": one_comparison, "TopK": one_comparison,
}
for op in ("Sum", "Mean", "Max", "Min"):
    BY_RULE[op] = nary
for op in ("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"):
    BY_RULE["Reduce" + op] = reduction
for op in ("ArgMax", "ArgMin"):
    BY_RULE[op] = one_comparison
for op in ("MatMul", "MatMulInteger", "QLinearMatMul"):
    BY_RULE[op] = matmul
for op in ("Conv", "ConvInteger", "QLinearConv", "DeformConv"):
    BY_RULE[op] = convolution
for op in ("MaxPool", "AveragePool", "LpPool"):
    BY_RULE[op] = pool
for op in ("GlobalMaxPool", "GlobalAveragePool"):
    BY_RULE[op] = global_pool
for op in ("RNN", "GRU", "LSTM"):
    BY_RULE[op] = recurrent
for op in ("HannWindow", "HammingWindow", "BlackmanWindow"):
    BY_RULE[op] = window
for op in ("Adagrad", "Adam", "Momentum"):
    BY_RULE[op] = optimizer

# Work that is none where the first operand holds integers or bools; of the others the MACs count whatever they are made of.
COUNTS_INTEGERS = {"MatMulInteger", "ConvInteger", "QLinearConv", "QLinearMatMul", "DequantizeLinear", "HannWindow", "HammingWindow", "BlackmanWindow",
                   "AffineGrid", "RandomUniformLike", "MelWeightMatrix", "TfIdfVectorizer"}


def is_floating(array):
    kind = numpy.asarray(array).dtype
    return kind.kind == "f" or kind.name.startswith(("bfloat", "float"))


def work_of(proto, inputs, outputs):
    """\\return None where no second count is known for this node"""
    node = Node(proto, inputs, outputs)
    if node.op in FREE:
        return Work()
    if not any(isinstance(array, (numpy.ndarray, numpy.generic)) for array in outputs):
        return None
    if node.op == "Dropout" and node.has(2) and bool(numpy.all(node.inputs[2])):
        return Work(mul=2, compare=1) * node.size(0)
    if node.op in PER_ELEMENT:
        work = PER_ELEMENT[node.op] * node.elements
    elif node.op in BY_RULE:
        work = BY_RULE[node.op](node)
    else:
        return None
    if work is None:
        return None
    of_integers = inputs and inputs[0] is not None and not is_floating(inputs[0]) and node.op not in COUNTS_INTEGERS
    return Work(macs=work["macs"]) if of_integers else work
