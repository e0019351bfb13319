"""What generators are written with: `model_of_size` takes one into `MODELS`, the others make parts of a file."""
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
