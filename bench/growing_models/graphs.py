"""Graphs: how nodes hang together, whatever they work out."""
from onnx import TensorProto as T
from onnx import helper

from growing_models.making import chain, integers, model, model_of_size, value


@model_of_size
def tree(count):
    """Each node adds two tensors until one is left."""
    names, nodes = [f"x{i}" for i in range(max(2, count // 2))], []
    inputs = [value(name) for name in names]
    while len(names) > 1:
        pairs = [names[i:i + 2] for i in range(0, len(names), 2)]
        names = []
        for pair in pairs:
            nodes.append(helper.make_node("Add", [pair[0], pair[-1]], [f"t{len(nodes)}"]))
            names.append(nodes[-1].output[0])
    return model(nodes, inputs, names)


@model_of_size
def grid(count):
    """Each node takes the one on its left and the one above."""
    side = max(2, int(count ** 0.5))
    nodes = []
    for row in range(side):
        for column in range(side):
            left = f"t{row}_{column - 1}" if column else "x"
            above = f"t{row - 1}_{column}" if row else "x"
            nodes.append(helper.make_node("Mul", [left, above], [f"t{row}_{column}"]))
    return model(nodes, [value("x")], [f"t{side - 1}_{side - 1}"])


@model_of_size
def dense_fan_out(count):
    """Each block takes all before it: bytes are the square of the blocks."""
    blocks = max(2, int((2 * count) ** 0.5))
    nodes = []
    for i in range(blocks):
        nodes.append(helper.make_node("Concat", ["x", *[f"t{j}" for j in range(i)]], [f"c{i}"], axis=1))
        nodes.append(helper.make_node("GlobalAveragePool", [f"c{i}"], [f"p{i}"]))
        nodes.append(helper.make_node("Expand", [f"p{i}", "shape"], [f"t{i}"]))
    return model(nodes, [value("x", ("N", 8, 4, 4))], [f"t{blocks - 1}"], [integers("shape", [1, 1, 4, 4])])


@model_of_size
def one_read_by_all(count):
    nodes = [helper.make_node("Relu", ["x"], [f"t{i}"]) for i in range(count)]
    return model(nodes, [value("x")], [f"t{i}" for i in range(count)])


@model_of_size
def one_reads_all(count):
    nodes = [helper.make_node("Relu", ["x"], [f"t{i}"]) for i in range(count)]
    return model([*nodes, helper.make_node("Concat", [f"t{i}" for i in range(count)], ["y"], axis=1)], [value("x")], ["y"])


@model_of_size
def weights_through_a_chain(count):
    """Each weight goes through all of a chain of views."""
    stored = [helper.make_tensor(f"w{i}", T.FLOAT, [8, 8], bytes(256), raw=True) for i in range(count // 10 + 1)]
    join = helper.make_node("Concat", [f"w{i}" for i in range(count // 10 + 1)], ["t0"], axis=0)
    nodes = [helper.make_node("Transpose", [f"t{i}"], [f"t{i + 1}"], perm=[1, 0]) for i in range(count // 2 * 2)]
    return model([join, *nodes, helper.make_node("MatMul", ["x", f"t{len(nodes)}"], ["y"])], [value("x", ["N", 8 * len(stored)])], ["y"], stored)


@model_of_size
def stored_outputs(count):
    stored = [helper.make_tensor(f"w{i}", T.FLOAT, [1], [0.0]) for i in range(count)]
    return model([helper.make_node("Relu", ["x"], ["y"])], [value("x")], ["y", *[f"w{i}" for i in range(count)]], stored)


@model_of_size
def constants(count):
    def step(i, a, b):
        return [helper.make_node("Constant", [], [f"c{i}"], value=helper.make_tensor(f"v{i}", T.FLOAT, [1], [float(i)])),
                helper.make_node("Mul", [a, f"c{i}"], [b])]
    return chain(count // 2 + 1, step, [value("x")])


@model_of_size
def many_outputs_of_symbols(count):
    """Bytes at each step are a sum of as many symbols as there are tensors alive."""
    nodes = [helper.make_node("Relu", [f"x{i}"], [f"y{i}"]) for i in range(count // 2 + 1)]
    return model(nodes, [value(f"x{i}", [f"n{i}"]) for i in range(count // 2 + 1)], [f"y{i}" for i in range(count // 2 + 1)])


@model_of_size
def data_dependent_sizes(count):
    def step(i, a, b):
        return [helper.make_node("NonZero", [a], [f"z{i}"]), helper.make_node("Cast", [f"z{i}"], [b], to=T.FLOAT)]
    return chain(count // 2 + 1, step, [value("x", ["N", "L"])])


@model_of_size
def concat_of_inputs(count):
    inputs = [value(f"x{i}", ["N", f"c{i}"]) for i in range(count)]
    return model([helper.make_node("Concat", [f"x{i}" for i in range(count)], ["y"], axis=1), helper.make_node("Relu", ["y"], ["z"])],
                 inputs, ["z"])
