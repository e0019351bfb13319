"""Models of any size that are hard on a tool in one way each: what costs one the square of its bytes shows when they double.

`MODELS` maps a name to a function from a number of elements (nodes, names, dimensions...) to the bytes of an ONNX file.
"""
import struct

import onnx
from onnx import TensorProto as T
from onnx import helper

MODELS = {}
OPSET = 21


def model_of_size(make):
    MODELS[make.__name__] = make
    return make


def value(name, shape=("N", 8, "H", "W"), dtype=T.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def integers(name, numbers, dims=None):
    return helper.make_tensor(name, T.INT64, [len(numbers)] if dims is None else dims, numbers)


def model(nodes, inputs, outputs=(), initializers=(), value_infos=(), functions=(), imports=(("", OPSET),), metadata=()):
    """Outputs are names: what they are is left to inference."""
    graph = helper.make_graph(nodes, "growth", inputs, [onnx.ValueInfoProto(name=name) for name in outputs], initializers)
    graph.value_info.extend(value_infos)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid(domain, version) for domain, version in imports],
                             functions=functions)
    for key, text in metadata:
        made.metadata_props.add(key=key, value=text)
    return made.SerializeToString()


def chain(count, step, inputs, initializers=(), first="x", **others):
    """`step(i, operand, result)` gives a node or a list of them."""
    nodes = []
    for i in range(count):
        made = step(i, f"t{i}" if i else first, f"t{i + 1}")
        nodes.extend(made if isinstance(made, list) else [made])
    return model(nodes, inputs, [f"t{count}"], initializers, **others)


@model_of_size
def relu_chain(count):
    return chain(count, lambda i, a, b: helper.make_node("Relu", [a], [b]), [value("x")])


@model_of_size
def conv_chain(count):
    weights = [helper.make_tensor(f"w{i}", T.FLOAT, [8, 8, 1, 1], struct.pack("<64f", *[0.0] * 64), raw=True) for i in range(count)]
    return chain(count, lambda i, a, b: helper.make_node("Conv", [a, f"w{i}"], [b], kernel_shape=[1, 1]), [value("x")], weights)


@model_of_size
def strided_conv_chain(count):
    weights = [helper.make_tensor("w", T.FLOAT, [8, 8, 3, 3], bytes(4 * 576), raw=True)]
    return chain(count, lambda i, a, b: helper.make_node("Conv", [a, "w"], [b], strides=[2, 2], pads=[1, 1, 1, 1]), [value("x")], weights)


@model_of_size
def dilated_conv_chain(count):
    weights = [helper.make_tensor("w", T.FLOAT, [8, 8, 3, 3], bytes(4 * 576), raw=True)]
    return chain(count, lambda i, a, b: helper.make_node("Conv", [a, "w"], [b], dilations=[i % 7 + 1] * 2), [value("x")], weights)


@model_of_size
def pools(count):
    return chain(count, lambda i, a, b: helper.make_node("MaxPool", [a], [b], kernel_shape=[3, 3], strides=[2, 2]), [value("x")])


@model_of_size
def same_pools(count):
    return chain(count, lambda i, a, b: helper.make_node("AveragePool", [a], [b], kernel_shape=[2 + i % 3] * 2,
                                                         strides=[1 + i % 3] * 2, auto_pad="SAME_UPPER"), [value("x")])


@model_of_size
def resizes(count):
    scales = [helper.make_tensor("up", T.FLOAT, [4], [1, 1, 1.5, 1.5]), helper.make_tensor("down", T.FLOAT, [4], [1, 1, 0.5, 0.5])]
    return chain(count, lambda i, a, b: helper.make_node("Resize", [a, "", ("up", "down")[i % 2]], [b]), [value("x")], scales)


@model_of_size
def slices(count):
    numbers = [integers("starts", [1]), integers("ends", [-1]), integers("axes", [2]), integers("steps", [2])]
    return chain(count, lambda i, a, b: helper.make_node("Slice", [a, "starts", "ends", "axes", "steps"][: 4 + i % 2], [b]),
                 [value("x")], numbers)


@model_of_size
def paddings(count):
    return chain(count, lambda i, a, b: helper.make_node("Pad", [a, "pads"], [b], mode="reflect"), [value("x")],
                 [integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])])


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
def residual_blocks(count):
    def block(i, a, b):
        return [helper.make_node("MatMul", [a, "w"], [f"m{i}"]), helper.make_node("Relu", [f"m{i}"], [f"r{i}"]),
                helper.make_node("Add", [f"r{i}", a], [b])]
    return chain(count // 3 + 1, block, [value("x", ("N", "L", 8))], [helper.make_tensor("w", T.FLOAT, [8, 8], bytes(256), raw=True)])


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
def concats_and_splits(count):
    def step(i, a, b):
        return [helper.make_node("Split", [a], [f"p{i}", f"q{i}"], axis=2, num_outputs=2),
                helper.make_node("Concat", [f"q{i}", f"p{i}", f"q{i}"], [b], axis=2)]
    return chain(count // 2 + 1, step, [value("x")])


@model_of_size
def concat_of_inputs(count):
    inputs = [value(f"x{i}", ["N", f"c{i}"]) for i in range(count)]
    return model([helper.make_node("Concat", [f"x{i}" for i in range(count)], ["y"], axis=1), helper.make_node("Relu", ["y"], ["z"])],
                 inputs, ["z"])


@model_of_size
def reshapes(count):
    def step(i, a, b):
        return [helper.make_node("Shape", [a], [f"s{i}"], start=0, end=1), helper.make_node("Concat", [f"s{i}", "rest"], [f"c{i}"], axis=0),
                helper.make_node("Reshape", [a, f"c{i}"], [f"r{i}"]), helper.make_node("Transpose", [f"r{i}"], [b], perm=[0, 2, 1])]
    return chain(count // 4 + 1, step, [value("x", ["N", "H", "W"])], [integers("rest", [4, -1])])


@model_of_size
def if_branches(count):
    def branch(i, operator):
        return helper.make_graph([helper.make_node(operator, ["x"], [f"b{operator}{i}"])], f"g{i}", [],
                                 [onnx.ValueInfoProto(name=f"b{operator}{i}")])
    nodes = [helper.make_node("If", ["c"], [f"t{i}"], then_branch=branch(i, "Relu"), else_branch=branch(i, "Neg"))
             for i in range(count // 3 + 1)]
    return model(nodes, [value("x"), value("c", [], T.BOOL)], ["t0"])


@model_of_size
def if_chain(count):
    """Each branch takes what the If before it gave."""
    def step(i, a, b):
        graphs = [helper.make_graph([helper.make_node(operator, [a], [f"{operator}{i}"])], f"g{i}", [],
                                    [onnx.ValueInfoProto(name=f"{operator}{i}")]) for operator in ("Relu", "Neg")]
        return helper.make_node("If", ["c"], [b], then_branch=graphs[0], else_branch=graphs[1])
    return chain(count // 3 + 1, step, [value("x"), value("c", [], T.BOOL)])


@model_of_size
def loops(count):
    def body(i):
        return helper.make_graph([helper.make_node("Add", [f"v{i}", f"v{i}"], [f"w{i}"]), helper.make_node("Identity", [f"k{i}"], [f"l{i}"])],
                                 f"body{i}", [value(f"i{i}", [], T.INT64), value(f"k{i}", [], T.BOOL), onnx.ValueInfoProto(name=f"v{i}")],
                                 [onnx.ValueInfoProto(name=f"l{i}"), onnx.ValueInfoProto(name=f"w{i}")])
    return chain(count // 4 + 1, lambda i, a, b: helper.make_node("Loop", ["trips", "", a], [b], body=body(i)),
                 [value("x"), value("trips", [], T.INT64)])


@model_of_size
def scanning_loops(count):
    """Each stacks as many outputs as the data say."""
    def body(i):
        return helper.make_graph([helper.make_node("Relu", ["x"], [f"w{i}"]), helper.make_node("Identity", [f"k{i}"], [f"l{i}"])],
                                 f"body{i}", [value(f"i{i}", [], T.INT64), value(f"k{i}", [], T.BOOL)],
                                 [onnx.ValueInfoProto(name=f"l{i}"), onnx.ValueInfoProto(name=f"w{i}")])
    nodes = [helper.make_node("Loop", ["trips", ""], [f"t{i}"], body=body(i)) for i in range(count // 4 + 1)]
    return model(nodes, [value("x"), value("trips", [], T.INT64)], [f"t{i}" for i in range(count // 4 + 1)])


@model_of_size
def functions_called_once(count):
    functions = [helper.make_function("own", f"F{i}", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])],
                                      [helper.make_opsetid("", OPSET)]) for i in range(count // 2 + 1)]
    return chain(count // 2 + 1, lambda i, a, b: helper.make_node(f"F{i}", [a], [b], domain="own"), [value("x")],
                 functions=functions, imports=(("", OPSET), ("own", 1)))


@model_of_size
def one_function_called_often(count):
    function = helper.make_function("own", "F", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["m"]), helper.make_node("Neg", ["m"], ["b"])],
                                    [helper.make_opsetid("", OPSET)])
    return chain(count, lambda i, a, b: helper.make_node("F", [a], [b], domain="own"), [value("x")], functions=[function],
                 imports=(("", OPSET), ("own", 1)))


@model_of_size
def function_of_new_shapes(count):
    """Every call has operands that no other call had."""
    function = helper.make_function("own", "F", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])], [helper.make_opsetid("", OPSET)])
    nodes = [helper.make_node("F", [f"x{i}"], [f"y{i}"], domain="own") for i in range(count // 2 + 1)]
    return model(nodes, [value(f"x{i}", [f"n{i}", 3]) for i in range(count // 2 + 1)], ["y0"], functions=[function],
                 imports=(("", OPSET), ("own", 1)))


@model_of_size
def attributes(count):
    numbers = {f"own_{i}": i for i in range(count)}
    return model([helper.make_node("Own", ["x"], ["y"], domain="own", **numbers)], [value("x")], ["y"], imports=(("", OPSET), ("own", 1)))


@model_of_size
def long_attribute_lists(count):
    return model([helper.make_node("Own", ["x"], ["y"], domain="own", numbers=list(range(count)), texts=[f"t{i}" for i in range(count)]),
                  helper.make_node("LabelEncoder", ["z"], ["w"], domain="ai.onnx.ml", keys_int64s=list(range(count)), values_floats=[0.5] * count)],
                 [value("x"), value("z", ["N"], T.INT64)], ["y", "w"], imports=(("", OPSET), ("own", 1), ("ai.onnx.ml", 4)))


@model_of_size
def tree_ensemble(count):
    leaves = list(range(count))
    node = helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", n_targets=1, nodes_treeids=[i // 15 for i in leaves],
                            nodes_nodeids=[i % 15 for i in leaves], nodes_featureids=[0] * count, nodes_values=[0.5] * count,
                            nodes_modes=["LEAF" if i % 15 > 6 else "BRANCH_LEQ" for i in leaves],
                            nodes_truenodeids=[0 if i % 15 > 6 else 2 * (i % 15) + 1 for i in leaves],
                            nodes_falsenodeids=[0 if i % 15 > 6 else 2 * (i % 15) + 2 for i in leaves],
                            target_treeids=[i // 15 for i in leaves], target_nodeids=[i % 15 for i in leaves],
                            target_ids=[0] * count, target_weights=[1.0] * count)
    return model([node], [value("x", ["N", 4])], ["y"], imports=(("", OPSET), ("ai.onnx.ml", 3)))


@model_of_size
def module_names(count):
    """Paths as exporters write them, one module deeper every few nodes, and up again."""
    def step(i, a, b):
        path = "/".join(f"layer{(i >> (3 * depth)) % 8}" for depth in range(4, -1, -1))
        return helper.make_node("Relu", [a], [b], name=f"/{path}/act{i}/Relu")
    return chain(count, step, [value("x")])


@model_of_size
def deep_module_names(count):
    """Bytes are what the names hold: each has forty parts."""
    return chain(count // 8 + 1, lambda i, a, b: helper.make_node("Relu", [a], [b], name="/" + "/".join(f"m{i}_{d}" for d in range(40)) + "/Relu"),
                 [value("x")])


@model_of_size
def one_long_name(count):
    return chain(2, lambda i, a, b: helper.make_node("Relu", [a], [b], name="/a<" * (40 * count)), [value("x")])


@model_of_size
def initializers(count):
    stored = [helper.make_tensor(f"w{i}", T.FLOAT, [1], [0.0]) for i in range(count)]
    return model([helper.make_node("Sum", ["x", *[f"w{i}" for i in range(count)]], ["y"])], [value("x")], ["y"], stored)


@model_of_size
def equal_initializers(count):
    stored = [helper.make_tensor(f"w{i}", T.FLOAT, [8, 8], bytes(256), raw=True) for i in range(count // 4 + 1)]
    return chain(count // 4 + 1, lambda i, a, b: helper.make_node("MatMul", [a, f"w{i}"], [b]), [value("x", ["N", 8])], stored)


@model_of_size
def external_data(count):
    stored = []
    for i in range(count):
        tensor = onnx.TensorProto(name=f"w{i}", data_type=T.FLOAT, dims=[8, 8], data_location=T.EXTERNAL)
        for key, text in (("location", f"w{i % 97}.bin"), ("offset", str(4096 * i)), ("length", "256")):
            tensor.external_data.add(key=key, value=text)
        stored.append(tensor)
    return chain(count, lambda i, a, b: helper.make_node("MatMul", [a, f"w{i}"], [b]), [value("x", ["N", 8])], stored)


@model_of_size
def opset_imports(count):
    return chain(count, lambda i, a, b: helper.make_node("Relu", [a], [b]) if i % 2 else helper.make_node("Own", [a], [b], domain=f"d{i}"),
                 [value("x")], imports=[("", OPSET), *((f"d{i}", 1) for i in range(count))])


@model_of_size
def unknown_operators(count):
    return chain(count, lambda i, a, b: helper.make_node(f"Own{i}", [a], [b], domain="own"), [value("x")], imports=(("", OPSET), ("own", 1)))


@model_of_size
def metadata(count):
    return model([helper.make_node("Relu", ["x"], ["y"])], [value("x")], ["y"], metadata=[(f"key{i}", f"value {i}") for i in range(count)])


@model_of_size
def quantised(count):
    def step(i, a, b):
        return [helper.make_node("QuantizeLinear", [a, "scale", "zero"], [f"q{i}"]),
                helper.make_node("DequantizeLinear", [f"q{i}", "scale", "zero"], [f"d{i}"]),
                helper.make_node("DequantizeLinear", [f"w{i}", "scale", "zero8"], [f"v{i}"]),
                helper.make_node("MatMul", [f"d{i}", f"v{i}"], [b])]
    stored = [helper.make_tensor("scale", T.FLOAT, [], [0.5]), helper.make_tensor("zero", T.UINT8, [], [0]), helper.make_tensor("zero8", T.INT8, [], [0])]
    stored += [helper.make_tensor(f"w{i}", T.INT8, [8, 8], bytes(64), raw=True) for i in range(count // 4 + 1)]
    return chain(count // 4 + 1, step, [value("x", ["N", "L", 8])], stored)


@model_of_size
def einsums(count):
    return chain(count, lambda i, a, b: helper.make_node("Einsum", [a, "w"], [b], equation=("bij,jk->bik", "bkj,ji->bki")[i % 2]),
                 [value("x", ["B", "L", 8]), value("w", [8, 8])])


@model_of_size
def long_einsum(count):
    letters = "abcdefghijklmnopqrstuvwxyz"
    terms = ",".join(letters[i % 26] + letters[(i + 1) % 26] for i in range(count))
    return model([helper.make_node("Einsum", [f"x{i}" for i in range(count)], ["y"], equation=f"{terms}->a")],
                 [value(f"x{i}", [f"s{i % 26}", f"s{(i + 1) % 26}"]) for i in range(count)], ["y"])


@model_of_size
def attention(count):
    def step(i, a, b):
        return [helper.make_node("MatMul", [a, "w"], [f"q{i}"]), helper.make_node("Transpose", [f"q{i}"], [f"k{i}"], perm=[0, 2, 1]),
                helper.make_node("MatMul", [f"q{i}", f"k{i}"], [f"s{i}"]), helper.make_node("Softmax", [f"s{i}"], [f"p{i}"]),
                helper.make_node("MatMul", [f"p{i}", f"q{i}"], [b])]
    return chain(count // 5 + 1, step, [value("x", ["N", "L", 8])], [helper.make_tensor("w", T.FLOAT, [8, 8], bytes(256), raw=True)])


@model_of_size
def gathers_and_scatters(count):
    def step(i, a, b):
        return [helper.make_node("GatherElements", [a, "at"], [f"g{i}"], axis=1), helper.make_node("ScatterElements", [a, "at", f"g{i}"], [b], axis=1)]
    return chain(count // 2 + 1, step, [value("x", ["N", "L"]), value("at", ["N", "K"], T.INT64)])


@model_of_size
def gathers_of_new_indices(count):
    inputs = [value("x", ["N", "L"])] + [value(f"i{i}", [f"k{i}"], T.INT64) for i in range(count // 2 + 1)]
    return chain(count // 2 + 1, lambda i, a, b: helper.make_node("Gather", [a, f"i{i}"], [b], axis=i % 2), inputs)


@model_of_size
def data_dependent_sizes(count):
    def step(i, a, b):
        return [helper.make_node("NonZero", [a], [f"z{i}"]), helper.make_node("Cast", [f"z{i}"], [b], to=T.FLOAT)]
    return chain(count // 2 + 1, step, [value("x", ["N", "L"])])


@model_of_size
def sequences(count):
    def step(i, a, b):
        return helper.make_node("SequenceInsert", [a, "x"], [b])
    nodes = [helper.make_node("SequenceEmpty", [], ["first"], dtype=T.FLOAT)]
    nodes += [step(i, f"t{i}" if i else "first", f"t{i + 1}") for i in range(count)]
    nodes.append(helper.make_node("ConcatFromSequence", [f"t{count}"], ["y"], axis=0))
    return model(nodes, [value("x")], ["y"])


@model_of_size
def long_sequence(count):
    return model([helper.make_node("SequenceConstruct", [f"x{i}" for i in range(count)], ["s"]),
                  helper.make_node("ConcatFromSequence", ["s"], ["y"], axis=0)], [value(f"x{i}", [f"n{i}", 4]) for i in range(count)], ["y"])


@model_of_size
def optionals(count):
    def step(i, a, b):
        return [helper.make_node("Optional", [a], [f"o{i}"]), helper.make_node("OptionalGetElement", [f"o{i}"], [b])]
    return chain(count // 2 + 1, step, [value("x")])


@model_of_size
def strings(count):
    def step(i, a, b):
        return helper.make_node("StringConcat", [a, "suffix"], [b])
    return chain(count, step, [value("x", ["N"], T.STRING)], [helper.make_tensor("suffix", T.STRING, [1], [b"<&>" * 8])])


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


@model_of_size
def many_outputs_of_symbols(count):
    """Bytes at each step are a sum of as many symbols as there are tensors alive."""
    nodes = [helper.make_node("Relu", [f"x{i}"], [f"y{i}"]) for i in range(count // 2 + 1)]
    return model(nodes, [value(f"x{i}", [f"n{i}"]) for i in range(count // 2 + 1)], [f"y{i}" for i in range(count // 2 + 1)])


@model_of_size
def recurrent(count):
    weights = [helper.make_tensor("w", T.FLOAT, [1, 32, 8], bytes(4 * 256), raw=True), helper.make_tensor("r", T.FLOAT, [1, 32, 8], bytes(4 * 256), raw=True),
               integers("axes", [1])]
    def step(i, a, b):
        return [helper.make_node("LSTM", [a, "w", "r"], [f"l{i}"], hidden_size=8), helper.make_node("Squeeze", [f"l{i}", "axes"], [b])]
    return chain(count // 2 + 1, step, [value("x", ["L", "N", 8])], weights)


@model_of_size
def constants(count):
    def step(i, a, b):
        return [helper.make_node("Constant", [], [f"c{i}"], value=helper.make_tensor(f"v{i}", T.FLOAT, [1], [float(i)])),
                helper.make_node("Mul", [a, f"c{i}"], [b])]
    return chain(count // 2 + 1, step, [value("x")])


@model_of_size
def norms(count):
    weights = [helper.make_tensor("s", T.FLOAT, [8], [1.0] * 8)]
    return chain(count, lambda i, a, b: helper.make_node("LayerNormalization", [a, "s"], [b], axis=-1), [value("x", ["N", "L", 8])], weights)


@model_of_size
def nested_loops(count):
    """Loops twelve deep, one such tower after another."""
    def tower(i, depth):
        inner = [helper.make_node("Relu", [f"v{i}_{depth}"], [f"w{i}_{depth}"])] if depth == 12 else [
            helper.make_node("Loop", ["trips", "", f"v{i}_{depth}"], [f"w{i}_{depth}"], body=tower(i, depth + 1))]
        inner.append(helper.make_node("Identity", [f"k{i}_{depth}"], [f"l{i}_{depth}"]))
        return helper.make_graph(inner, f"b{i}_{depth}", [value(f"i{i}_{depth}", [], T.INT64), value(f"k{i}_{depth}", [], T.BOOL),
                                                          onnx.ValueInfoProto(name=f"v{i}_{depth}")],
                                 [onnx.ValueInfoProto(name=f"l{i}_{depth}"), onnx.ValueInfoProto(name=f"w{i}_{depth}")])
    return chain(count // 40 + 1, lambda i, a, b: helper.make_node("Loop", ["trips", "", a], [b], body=tower(i, 1)),
                 [value("x"), value("trips", [], T.INT64)])


@model_of_size
def large_function_called_often(count):
    """Half of the bytes are its body, half are its calls."""
    inner = [helper.make_node("Relu", [f"i{j}" if j else "a"], [f"i{j + 1}"]) for j in range(count // 2)]
    inner.append(helper.make_node("Neg", [f"i{count // 2}"], ["b"]))
    function = helper.make_function("own", "F", ["a"], ["b"], inner, [helper.make_opsetid("", OPSET)])
    return chain(count // 2 + 1, lambda i, a, b: helper.make_node("F", [a], [b], domain="own"), [value("x")], functions=[function],
                 imports=(("", OPSET), ("own", 1)))


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
def functions_calling_functions(count):
    """Each level calls the next one twice; the last one is long."""
    functions = []
    levels = 60
    for level in range(levels):
        inner = [helper.make_node(f"F{level + 1}", ["a"], ["m"], domain="own"), helper.make_node(f"F{level + 1}", ["m"], ["b"], domain="own")]
        if level == levels - 1:
            inner = [helper.make_node("Relu", [f"r{i}" if i else "a"], [f"r{i + 1}" if i + 1 < count else "b"]) for i in range(count)]
        functions.append(helper.make_function("own", f"F{level}", ["a"], ["b"], inner, [helper.make_opsetid("", OPSET), helper.make_opsetid("own", 1)]))
    return model([helper.make_node("F0", ["x"], ["y"], domain="own")], [value("x")], ["y"], functions=functions, imports=(("", OPSET), ("own", 1)))
