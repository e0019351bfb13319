"""Sizes: expressions in the symbols of a model that grow with it."""
from onnx import TensorProto as T
from onnx import helper

from growing_models.making import chain, integers, model, model_of_size, value


def sizes(symbols, per_input=4):
    """Inputs whose extents are symbols of their own, and nodes that give each extent as a tensor `sI`."""
    inputs, nodes = [], []
    for i in range(0, symbols, per_input):
        extents = [f"d{j}" for j in range(i, min(i + per_input, symbols))]
        inputs.append(value(f"x{i}", extents))
        for j in range(len(extents)):
            nodes.append(helper.make_node("Shape", [f"x{i}"], [f"s{i + j}"], start=j, end=j + 1))
    return inputs, nodes


@model_of_size
def symbol_sum_chain(count):
    inputs, nodes = sizes(max(2, count // 3))
    total = "s0"
    for i in range(1, max(2, count // 3)):
        nodes.append(helper.make_node("Add", [total, f"s{i}"], [f"t{i}"]))
        total = f"t{i}"
        nodes.append(helper.make_node("Expand", ["one", total], [f"e{i}"]))
    return model(nodes, inputs, [f"e{i}"], [helper.make_tensor("one", T.FLOAT, [1], [1.0])])


@model_of_size
def symbol_sum_tree(count):
    symbols = max(2, count // 3)
    inputs, nodes = sizes(symbols)
    names = [f"s{i}" for i in range(symbols)]
    while len(names) > 1:
        pairs, names = [names[i:i + 2] for i in range(0, len(names), 2)], []
        for pair in pairs:
            nodes.append(helper.make_node("Add", [pair[0], pair[-1]], [f"t{len(nodes)}"]))
            names.append(nodes[-1].output[0])
    nodes.append(helper.make_node("Expand", ["one", names[0]], ["y"]))
    return model(nodes, inputs, ["y"], [helper.make_tensor("one", T.FLOAT, [1], [1.0])])


@model_of_size
def symbol_products(count):
    inputs, nodes = sizes(max(2, count // 4))
    total = "s0"
    for i in range(1, max(2, count // 4)):
        nodes.append(helper.make_node("Add", [total, f"s{i}"], [f"a{i}"]))
        nodes.append(helper.make_node("Mul", [f"a{i}", f"s{i}"], [f"t{i}"]))
        total = f"t{i}"
    nodes.append(helper.make_node("Expand", ["one", total], ["y"]))
    return model(nodes, inputs, ["y"], [helper.make_tensor("one", T.FLOAT, [1], [1.0])])


@model_of_size
def minima_and_maxima(count):
    inputs, nodes = sizes(32)
    total = "s0"
    for i in range(max(2, count // 2)):
        nodes.append(helper.make_node("Add", [total, f"s{i % 31 + 1}"], [f"a{i}"]))
        nodes.append(helper.make_node(("Max", "Min")[i % 2], [f"a{i}", f"s{(7 * i) % 32}"], [f"t{i}"]))
        total = f"t{i}"
    nodes.append(helper.make_node("Expand", ["one", total], ["y"]))
    return model(nodes, inputs, ["y"], [helper.make_tensor("one", T.FLOAT, [1], [1.0])])


@model_of_size
def maxima_of_sums(count):
    """Independent of each other: each tensor has a size of its own."""
    inputs, nodes = sizes(64)
    for i in range(max(2, count // 3)):
        nodes.append(helper.make_node("Add", [f"s{i % 64}", f"s{(i // 64 + 3 * i + 1) % 64}"], [f"a{i}"]))
        nodes.append(helper.make_node("Max", [f"a{i}", f"s{(5 * i + i // 64) % 64}", f"s{(i // 7) % 64}"], [f"t{i}"]))
        nodes.append(helper.make_node("Expand", ["one", f"t{i}"], [f"y{i}"]))
    return model(nodes, inputs, [f"y{i}"], [helper.make_tensor("one", T.FLOAT, [1], [1.0])])


@model_of_size
def floors(count):
    inputs, nodes = sizes(8)
    total = "s0"
    for i in range(max(2, count // 3)):
        nodes.append(helper.make_node("Add", [total, f"s{i % 7 + 1}"], [f"a{i}"]))
        nodes.append(helper.make_node("Div", [f"a{i}", f"n{i % 5}"], [f"t{i}"]))
        nodes.append(helper.make_node("Expand", ["one", f"t{i}"], [f"y{i}"]))
        total = f"t{i}"
    numbers = [integers(f"n{i}", [number]) for i, number in enumerate([2, 3, 5, 7, 4])]
    return model(nodes, inputs, [f"y{i}"], [helper.make_tensor("one", T.FLOAT, [1], [1.0]), *numbers])


@model_of_size
def symbolic_floors(count):
    inputs, nodes = sizes(8)
    total = "s0"
    for i in range(max(2, count // 3)):
        nodes.append(helper.make_node("Mul", [total, f"s{i % 7 + 1}"], [f"a{i}"]))
        nodes.append(helper.make_node("Add", [f"a{i}", "one"], [f"b{i}"]))
        nodes.append(helper.make_node("Div", [f"b{i}", f"s{(i + 3) % 8}"], [f"t{i}"]))
        total = f"t{i}"
    nodes.append(helper.make_node("Expand", ["one", total], ["y"]))
    return model(nodes, inputs, ["y"], [integers("one", [1])])


@model_of_size
def remainders(count):
    inputs, nodes = sizes(8)
    total = "s0"
    for i in range(max(2, count // 2)):
        nodes.append(helper.make_node("Mod", [total, "n"], [f"m{i}"]))
        nodes.append(helper.make_node("Add", [f"m{i}", f"s{i % 8}"], [f"t{i}"]))
        total = f"t{i}"
    nodes.append(helper.make_node("Expand", ["one", total], ["y"]))
    return model(nodes, inputs, ["y"], [integers("one", [1]), integers("n", [7])])


@model_of_size
def where_over_shapes(count):
    inputs, nodes = sizes(8)
    inputs.append(value("c", [1], T.BOOL))
    total = "s0"
    for i in range(max(2, count // 2)):
        nodes.append(helper.make_node("Equal", [total, f"s{i % 8}"], [f"q{i}"]))
        nodes.append(helper.make_node("Where", [f"q{i}", f"s{(i + 1) % 8}", total], [f"t{i}"]))
        total = f"t{i}"
    nodes.append(helper.make_node("Expand", ["one", total], ["y"]))
    return model(nodes, inputs, ["y"], [integers("one", [1])])


@model_of_size
def where_of_tensors(count):
    """Broadcasts with a new symbol each."""
    inputs = [value("x", [1]), value("c", ["B"], T.BOOL)] + [value(f"y{i}", [f"a{i}", 1]) for i in range(count // 2 + 1)]
    return chain(count // 2 + 1, lambda i, a, b: helper.make_node("Where", ["c", a, f"y{i}"], [b]), inputs)


@model_of_size
def broadcasts(count):
    inputs = [value("x", ["A", 1, "B"])] + [value(f"y{i}", [f"a{i}", f"b{i}", 1]) for i in range(count // 2 + 1)]
    return chain(count // 2 + 1, lambda i, a, b: helper.make_node("Add", [a, f"y{i}"], [b]), inputs)


@model_of_size
def dim_params(count):
    """As many symbols as inputs, each in a name that needs another one."""
    inputs = [value(f"x{i}", [f"batch {i} <size>", f"batch+{i}", "N"]) for i in range(count // 2 + 1)]
    return model([helper.make_node("Relu", [f"x{i}"], [f"y{i}"]) for i in range(count // 2 + 1)], inputs, ["y0"])


@model_of_size
def dim_expressions(count):
    """Symbols that are written as expressions in others."""
    inputs = [value(f"x{i}", [f"floor((N + {i})/2)", f"2*L + {i}"]) for i in range(count // 2 + 1)]
    return model([helper.make_node("Relu", [f"x{i}"], [f"y{i}"]) for i in range(count // 2 + 1)], inputs, ["y0"])


@model_of_size
def value_infos(count):
    return chain(count, lambda i, a, b: helper.make_node("Relu", [a], [b]), [value("x")],
                 value_infos=[value(f"t{i}", [f"n{i}", f"c{i}", "H", "W"]) for i in range(1, count)])
