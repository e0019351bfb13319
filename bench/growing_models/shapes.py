"""Shapes: sizes that follow from other sizes through operators of every kind, in ways that no expression stays short."""
from onnx import TensorProto as T
from onnx import helper

from growing_models.making import chain, integers, model, model_of_size, value
from growing_models.sizes import sizes


@model_of_size
def transposed_conv_chain(count):
    weights = [helper.make_tensor("w", T.FLOAT, [8, 8, 3, 3], bytes(4 * 576), raw=True)]
    return chain(count, lambda i, a, b: helper.make_node("ConvTranspose", [a, "w"], [b], strides=[2 + i % 2] * 2, output_padding=[1, 1]) if i % 2
                 else helper.make_node("Conv", [a, "w"], [b], strides=[3, 3], pads=[1, 1, 1, 1]), [value("x")], weights)


@model_of_size
def wide_kernels(count):
    """Each tap of a kernel that may hang over the border is a case of its own."""
    weights = [helper.make_tensor("w", T.FLOAT, [8, 8, 1, 33], bytes(4 * 64 * 33), raw=True)]
    return chain(count, lambda i, a, b: helper.make_node("Conv", [a, "w"], [b], strides=[1, 2 + i % 3], pads=[0, 15, 0, 16], dilations=[1, 1 + i % 4]),
                 [value("x")], weights)


@model_of_size
def ceiling_pools(count):
    return chain(count, lambda i, a, b: helper.make_node("AveragePool", [a], [b], kernel_shape=[3, 2], strides=[2, 3], pads=[1, 0, 1, 1], ceil_mode=1,
                                                         count_include_pad=i % 2), [value("x")])


@model_of_size
def slices_to_symbols(count):
    """Each crop ends where an extent of another input does."""
    inputs, nodes = sizes(8)
    for i in range(count // 2 + 1):
        nodes.append(helper.make_node("Sub", [f"s{i % 8}", "one"], [f"e{i}"]))
        nodes.append(helper.make_node("Slice", [f"t{i}" if i else "x", f"s{(3 * i + 1) % 8}", f"e{i}", "axes", "steps"], [f"t{i + 1}"]))
    return model(nodes, [*inputs, value("x")], [f"t{count // 2 + 1}"], [integers("one", [1]), integers("axes", [2]), integers("steps", [2])])


@model_of_size
def tiles_and_expands(count):
    inputs, nodes = sizes(8)
    for i in range(count // 3 + 1):
        nodes.append(helper.make_node("Tile", [f"t{i}" if i else "x", f"s{i % 8}"], [f"r{i}"]))
        nodes.append(helper.make_node("Concat", [f"r{i}", "x"], [f"c{i}"], axis=0))
        nodes.append(helper.make_node("Expand", [f"c{i}", "one"], [f"t{i + 1}"]))
    return model(nodes, [*inputs, value("x", ["N"])], [f"t{count // 3 + 1}"], [integers("one", [1])])


@model_of_size
def shape_arithmetic(count):
    """What exporters write for a view, each with the extents that the last one left."""
    def step(i, a, b):
        return [helper.make_node("Shape", [a], [f"s{i}"]), helper.make_node("Gather", [f"s{i}", "zero"], [f"g{i}"]),
                helper.make_node("Gather", [f"s{i}", "first"], [f"h{i}"]), helper.make_node("Add", [f"g{i}", f"h{i}"], [f"a{i}"]),
                helper.make_node("Div", [f"a{i}", "two"], [f"d{i}"]), helper.make_node("Unsqueeze", [f"d{i}", "zero_axis"], [f"u{i}"]),
                helper.make_node("Concat", [f"u{i}", "rest"], [f"c{i}"], axis=0), helper.make_node("Reshape", [a, f"c{i}"], [b])]
    stored = [integers("zero", [0], []), integers("first", [1], []), integers("two", [2], []), integers("zero_axis", [0]), integers("rest", [-1])]
    return chain(count // 8 + 1, step, [value("x", ["N", "L"])], stored)


@model_of_size
def remainders_by_symbols(count):
    inputs, nodes = sizes(8)
    total = "s0"
    for i in range(max(2, count // 3)):
        nodes.append(helper.make_node("Mod", [total, f"s{i % 7 + 1}"], [f"m{i}"]))
        nodes.append(helper.make_node("Mul", [f"m{i}", f"s{(i + 2) % 8}"], [f"p{i}"]))
        nodes.append(helper.make_node("Sub", [f"p{i}", total], [f"t{i}"]))
        total = f"t{i}"
    nodes.append(helper.make_node("Expand", ["one", total], ["y"]))
    return model(nodes, inputs, ["y"], [integers("one", [1])])


@model_of_size
def branches_of_unlike_sizes(count):
    """Each If crops what the one before it gave, by unlike steps."""
    def step(i, a, b):
        graphs = [helper.make_graph([helper.make_node("Slice", [a, "starts", "ends", "axes", steps], [f"{steps}{i}"])], f"g{i}", [],
                                    [value(f"{steps}{i}", [None] * 4)]) for steps in ("two", "three")]
        return helper.make_node("If", ["c"], [b], then_branch=graphs[0], else_branch=graphs[1])
    return chain(count // 4 + 1, step, [value("x"), value("c", [], T.BOOL)],
                 [integers("starts", [0]), integers("ends", [-1]), integers("axes", [2]), integers("two", [2]), integers("three", [3])])


@model_of_size
def recurrent_of_new_lengths(count):
    """Each GRU has a sequence of its own length."""
    weights = [helper.make_tensor("w", T.FLOAT, [1, 24, 8], bytes(4 * 192), raw=True), helper.make_tensor("r", T.FLOAT, [1, 24, 8], bytes(4 * 192), raw=True)]
    nodes = [helper.make_node("GRU", [f"x{i}", "w", "r"], [f"y{i}"], hidden_size=8) for i in range(count // 2 + 1)]
    return model(nodes, [value(f"x{i}", [f"l{i}", "N", 8]) for i in range(count // 2 + 1)], [f"y{i}" for i in range(count // 2 + 1)], weights)


@model_of_size
def norms_of_new_sizes(count):
    stored = [helper.make_tensor("s", T.FLOAT, [8], [1.0] * 8)]
    nodes = []
    for i in range(count // 3 + 1):
        nodes.append(helper.make_node("InstanceNormalization", [f"x{i}", "s", "s"], [f"m{i}"]))
        nodes.append(helper.make_node("GroupNormalization", [f"m{i}", "s", "s"], [f"y{i}"], num_groups=4))
    return model(nodes, [value(f"x{i}", ["N", 8, f"h{i}", f"w{i % 5}"]) for i in range(count // 3 + 1)], ["y0"], stored)


@model_of_size
def declared_sizes(count):
    """Every tensor is declared to have a size that is written as an expression in the last one."""
    return chain(count, lambda i, a, b: helper.make_node("MaxPool", [a], [b], kernel_shape=[2, 2], strides=[2, 1]), [value("x")],
                 value_infos=[value(f"t{i}", ["N", 8, f"floor(h{i - 1}/2)" if i > 1 else "H", f"w{i}"]) for i in range(1, count)])


@model_of_size
def unique_elements(count):
    """Each gives a size of its own, and all are joined."""
    nodes = [helper.make_node("Unique", ["x"], [f"u{i}"]) for i in range(count // 2 + 1)]
    nodes.append(helper.make_node("Concat", [f"u{i}" for i in range(count // 2 + 1)], ["y"], axis=0))
    nodes.append(helper.make_node("Relu", ["y"], ["z"]))
    return model(nodes, [value("x", ["N"])], ["z"])
