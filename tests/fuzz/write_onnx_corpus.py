#!/usr/bin/env python3
"""Writes the seeds of onnx_reader_fuzz and model_fuzz: small models that between them hold every message of the schema that the reader knows.
Those of model_fuzz end with eight bytes that choose options, formats and a node.

    write_onnx_corpus.py [DIRECTORY]      default: corpus beside this script
"""
import hashlib
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

F = TensorProto.FLOAT
I = TensorProto.INT64


def value(name, dims, dtype=F):
    return helper.make_tensor_value_info(name, dtype, dims)


def model(nodes, inputs, outputs, initializers=(), functions=(), **graph):
    made = helper.make_graph(nodes, "g", inputs, outputs, list(initializers), **graph)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], functions=functions, ir_version=8, producer_name="seed")


def convolution():
    weight = numpy_helper.from_array(np.zeros((4, 3, 3, 3), np.float32), "w")
    shape = numpy_helper.from_array(np.array([0, -1]), "shape")
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"], name="conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["c"], ["r"]), helper.make_node("Reshape", ["r", "shape"], ["y"])]
    return model(nodes, [value("x", ["N", 3, 8, 8])], [value("y", ["N", None])], [weight, shape], value_info=[value("c", ["N", 4, 8, 8])])


def branches():
    def branch(name, op):
        return helper.make_graph([helper.make_node(op, ["x"], [name])], name, [], [value(name, [2, 3])])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch("a", "Abs"), else_branch=branch("b", "Neg"))
    return model([node], [value("c", [], TensorProto.BOOL), value("x", [2, 3])], [value("y", [2, 3])])


def function():
    body = helper.make_function("local", "Scale", ["x"], ["y"], [helper.make_node("Constant", [], ["c"], value_float=2.0),
                                helper.make_node("Mul", ["x", "c"], ["y"])], [helper.make_opsetid("", 17)], attributes=["factor"])
    made = model([helper.make_node("Scale", ["x"], ["y"], domain="local", factor=1.5)], [value("x", [4])], [value("y", [4])], functions=[body])
    made.opset_import.append(helper.make_opsetid("local", 1))
    return made


def types():
    tensor = helper.make_tensor_type_proto(F, [1, "n"])
    sequence, optional = helper.make_sequence_type_proto(tensor), helper.make_optional_type_proto(tensor)
    mapped = helper.make_map_type_proto(I, tensor)
    sparse = helper.make_sparse_tensor_type_proto(F, [3, 4])
    inputs = [helper.make_value_info(f"v{i}", t) for i, t in enumerate([sequence, optional, mapped, sparse, tensor])]
    return model([helper.make_node("SequenceEmpty", [], ["s"], dtype=1)], inputs, [helper.make_value_info("s", sequence)])


def attributes():
    tensor = helper.make_tensor("t", F, [2], [1.0, 2.0])
    sparse = helper.make_sparse_tensor(helper.make_tensor("v", F, [1], [1.0]), helper.make_tensor("i", I, [1], [2]), [4])
    node = helper.make_node("Many", ["", "x"], ["y", ""], domain="custom", i=-1, f=0.5, s="text", ints=[1, -2, 3], floats=[0.1, 0.2], strings=["a", "b"],
                            t=tensor, tensors=[tensor, tensor], sparse=sparse, tp=helper.make_tensor_type_proto(F, [2]))
    reference = onnx.AttributeProto(name="r", ref_attr_name="outer", type=onnx.AttributeProto.INT)
    node.attribute.append(reference)
    return model([node], [value("x", [2])], [value("y", [2])])


def stored():
    external = TensorProto(name="e", data_type=F, dims=[1000], data_location=TensorProto.EXTERNAL)
    for key, text in (("location", "weights.bin"), ("offset", "4096"), ("length", "4000")):
        external.external_data.add(key=key, value=text)
    lists = [helper.make_tensor(f"t{dtype}", dtype, [2], [1, 2]) for dtype in (F, TensorProto.DOUBLE, TensorProto.INT32, I, TensorProto.UINT64, TensorProto.INT8)]
    texts = helper.make_tensor("words", TensorProto.STRING, [2], ["a", "b"])
    sparse = helper.make_sparse_tensor(helper.make_tensor("sparse", F, [1], [1.0]), helper.make_tensor("i", I, [1], [2]), [4])
    return model([], [], [value("t1", [2])], [external, *lists, texts], sparse_initializer=[sparse])


def remarks():
    made = branches()
    made.metadata_props.add(key="k", value="v")
    made.training_info.add().algorithm.node.add(op_type="Identity", input=["x"], output=["z"])
    made.graph.quantization_annotation.add(tensor_name="y").quant_parameter_tensor_names.add(key="SCALE_TENSOR", value="s")
    made.graph.node[0].metadata_props.add(key="pkg.torch.onnx.name_scopes", value="['', 'layer']")
    made.graph.node[0].doc_string = "remark"
    made.configuration.add(name="two", num_devices=2, device=["a", "b"])
    made.graph.node[0].device_configurations.add(configuration_id="two").sharding_spec.add(tensor_name="x", device=[0, 1]).sharded_dim.add(axis=0).simple_sharding.add(dim_value=2, num_shards=2)
    return made


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    for target in ("onnx_reader_fuzz", "model_fuzz"):
        os.makedirs(os.path.join(directory, target), exist_ok=True)
    for number, seed in enumerate((convolution, branches, function, types, attributes, stored, remarks)):
        model = seed().SerializeToString(deterministic=True)
        with open(os.path.join(directory, "onnx_reader_fuzz", seed.__name__ + ".onnx"), "wb") as file:
            file.write(model)
        for variant in range(3):
            choices = hashlib.sha256(f"{number} {variant}".encode()).digest()[:8]
            with open(os.path.join(directory, "model_fuzz", f"{seed.__name__}_{variant}"), "wb") as file:
                file.write(model + choices)


if __name__ == "__main__":
    main()
