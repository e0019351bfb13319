"""What a file says besides its graph: names, attributes, stored tensors, domains, strings."""
import onnx
from onnx import TensorProto as T
from onnx import helper

from growing_models.making import OPSET, chain, model, model_of_size, value


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
def strings(count):
    def step(i, a, b):
        return helper.make_node("StringConcat", [a, "suffix"], [b])
    return chain(count, step, [value("x", ["N"], T.STRING)], [helper.make_tensor("suffix", T.STRING, [1], [b"<&>" * 8])])
