"""Graphs that run other graphs (branches, loops, functions), and values that are no tensors."""
import onnx
from onnx import TensorProto as T
from onnx import helper

from growing_models.making import OPSET, chain, model, model_of_size, value


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
def large_function_called_often(count):
    """Half of the bytes are its body, half are its calls."""
    inner = [helper.make_node("Relu", [f"i{j}" if j else "a"], [f"i{j + 1}"]) for j in range(count // 2)]
    inner.append(helper.make_node("Neg", [f"i{count // 2}"], ["b"]))
    function = helper.make_function("own", "F", ["a"], ["b"], inner, [helper.make_opsetid("", OPSET)])
    return chain(count // 2 + 1, lambda i, a, b: helper.make_node("F", [a], [b], domain="own"), [value("x")], functions=[function],
                 imports=(("", OPSET), ("own", 1)))


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
