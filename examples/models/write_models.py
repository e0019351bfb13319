#!/usr/bin/env python3
"""Writes the example models: real architectures, without their weights.

A weight is declared as external data in a file that is not there, so a model of 100 MB is a file of 70 kB; macroscope never reads
weights and does not miss it.  Runs wherever the onnx package is:

    .venv/bin/python examples/models/write_models.py [DIRECTORY]

The same bytes come out every time; the tests compare them with the committed files.
"""
import math
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class ModelWriter:
    """One model in the making.  Names of nodes and values follow PyTorch's exporter: `/layer1/layer1.0/conv1/Conv`.

    `payload(dims, elem_type)` gives a weight's bytes where they stand in the file itself; without it all weights are external.
    """

    def __init__(self, name, payload=None):
        self.name = name
        self.payload = payload
        self.nodes = []
        self.initializers = []
        self.offset = 0
        self.used = set()

    def weight(self, name, dims, elem_type=TensorProto.FLOAT):
        tensor = TensorProto(name=name, data_type=elem_type, dims=dims)
        if self.payload:
            tensor.raw_data = self.payload(dims, elem_type)
        else:
            length = math.prod(dims) * np.dtype(helper.tensor_dtype_to_np_dtype(elem_type)).itemsize
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", f"{self.name}.weights"), ("offset", self.offset), ("length", length)):
                tensor.external_data.add(key=key, value=str(value))
            self.offset += length
        self.initializers.append(tensor)
        return name

    def stored(self, name, value):
        """A tensor whose value is part of the structure: sizes, axes, scalars."""
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def constant(self, scope, value):
        return self.node("Constant", scope, value=numpy_helper.from_array(np.asarray(value)))

    def node(self, op, scope, *inputs, outputs=None, **attributes):
        """Adds a node below the module path `scope` and gives the name of its only output."""
        name, count = f"{scope}/{op}", 0
        while name in self.used:
            count += 1
            name = f"{scope}/{op}_{count}"
        self.used.add(name)
        outputs = outputs or [f"{name}_output_0"]
        self.nodes.append(helper.make_node(op, inputs, outputs, name=name, **attributes))
        return outputs[0]

    def model(self, inputs, outputs, opset=17):
        graph = helper.make_graph(self.nodes, self.name, inputs, outputs, self.initializers)
        return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", opset)],
                                 producer_name="macroscope examples")


# --- ResNet-50, as torchvision.models.resnet50 defines it: 25,557,032 parameters, 4.09 GMACs at 224 x 224 ---


def _convolution_and_norm(model, scope, module, x, channels_in, channels_out, kernel, stride, norm_name=None):
    """Conv without bias, then BatchNormalization, as torchvision names them: conv1 and bn1, or downsample.0 and downsample.1."""
    norm_name = norm_name or module.replace("conv", "bn")
    prefix = scope.strip("/").split("/")[-1]
    prefix = f"{prefix}." if prefix else ""
    weight = model.weight(f"{prefix}{module}.weight", [channels_out, channels_in, kernel, kernel])
    pad = kernel // 2
    x = model.node("Conv", f"{scope}/{module}", x, weight, dilations=[1, 1], group=1, kernel_shape=[kernel, kernel],
                   pads=[pad] * 4, strides=[stride, stride])
    norm = [model.weight(f"{prefix}{norm_name}.{part}", [channels_out]) for part in ("weight", "bias", "running_mean", "running_var")]
    return model.node("BatchNormalization", f"{scope}/{norm_name}", x, *norm, epsilon=1e-5, momentum=0.9)


def resnet50(payload=None, batch="batch"):
    model = ModelWriter("resnet50", payload)
    x = _convolution_and_norm(model, "", "conv1", "input", 3, 64, 7, 2)
    x = model.node("Relu", "/relu", x)
    x = model.node("MaxPool", "/maxpool", x, ceil_mode=0, dilations=[1, 1], kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2])
    channels = 64
    for stage, (blocks, width) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512)), start=1):
        for block in range(blocks):
            scope = f"/layer{stage}/layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            shortcut = x
            x = _convolution_and_norm(model, scope, "conv1", x, channels, width, 1, 1)
            x = model.node("Relu", f"{scope}/relu", x)
            x = _convolution_and_norm(model, scope, "conv2", x, width, width, 3, stride)
            x = model.node("Relu", f"{scope}/relu", x)
            x = _convolution_and_norm(model, scope, "conv3", x, width, 4 * width, 1, 1)
            if block == 0:
                shortcut = _convolution_and_norm(model, scope, "downsample.0", shortcut, channels, 4 * width, 1, stride, "downsample.1")
            x = model.node("Add", scope, x, shortcut)
            x = model.node("Relu", f"{scope}/relu", x)
            channels = 4 * width
    x = model.node("GlobalAveragePool", "/avgpool", x)
    x = model.node("Flatten", "", x, axis=1)
    model.node("Gemm", "/fc", x, model.weight("fc.weight", [1000, 2048]), model.weight("fc.bias", [1000]), outputs=["output"],
               alpha=1.0, beta=1.0, transB=1)
    return model.model([helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, 3, 224, 224])],
                       [helper.make_tensor_value_info("output", TensorProto.FLOAT, [batch, 1000])])


# --- A transformer encoder as BERT's, with the chains of shape arithmetic that exporters write ---


def _size(model, scope, x, axis):
    """One size of x as a vector of one element, the exporter's way: Shape, Gather, Unsqueeze."""
    size = model.node("Gather", scope, model.node("Shape", scope, x), model.constant(scope, np.int64(axis)), axis=0)
    return model.node("Unsqueeze", scope, size, model.constant(scope, np.array([0])))


def _linear(model, scope, x, features_in, features_out):
    prefix = scope.strip("/").replace("/", ".")
    weight = model.weight(f"{prefix}.weight", [features_in, features_out])
    return model.node("Add", scope, model.weight(f"{prefix}.bias", [features_out]), model.node("MatMul", scope, x, weight))


def _layer_norm(model, scope, x, features):
    prefix = scope.strip("/").replace("/", ".")
    scale, shift = (model.weight(f"{prefix}.{part}", [features]) for part in ("weight", "bias"))
    return model.node("LayerNormalization", scope, x, scale, shift, axis=-1, epsilon=1e-12)


def _split_heads(model, scope, x, heads, size, order):
    shape = model.node("Concat", scope, _size(model, scope, x, 0), _size(model, scope, x, 1),
                       model.constant(scope, np.array([heads])), model.constant(scope, np.array([size])), axis=0)
    return model.node("Transpose", scope, model.node("Reshape", scope, x, shape), perm=order)


def _self_attention(model, scope, x, mask, hidden, heads):
    size = hidden // heads
    query, key, value = (_linear(model, f"{scope}/self/{name}", x, hidden, hidden) for name in ("query", "key", "value"))
    query = _split_heads(model, f"{scope}/self", query, heads, size, [0, 2, 1, 3])
    key = _split_heads(model, f"{scope}/self", key, heads, size, [0, 2, 3, 1])
    value = _split_heads(model, f"{scope}/self", value, heads, size, [0, 2, 1, 3])
    scores = model.node("MatMul", f"{scope}/self", query, key)
    scores = model.node("Div", f"{scope}/self", scores, model.constant(f"{scope}/self", np.float32(math.sqrt(size))))
    scores = model.node("Softmax", f"{scope}/self", model.node("Add", f"{scope}/self", scores, mask), axis=-1)
    context = model.node("Transpose", f"{scope}/self", model.node("MatMul", f"{scope}/self", scores, value), perm=[0, 2, 1, 3])
    shape = model.node("Concat", f"{scope}/self", _size(model, f"{scope}/self", context, 0), _size(model, f"{scope}/self", context, 1),
                       model.constant(f"{scope}/self", np.array([hidden])), axis=0)
    return _linear(model, f"{scope}/output/dense", model.node("Reshape", f"{scope}/self", context, shape), hidden, hidden)


def _gelu(model, scope, x):
    erf = model.node("Erf", scope, model.node("Div", scope, x, model.constant(scope, np.float32(math.sqrt(2)))))
    half = model.node("Mul", scope, x, model.node("Add", scope, erf, model.constant(scope, np.float32(1))))
    return model.node("Mul", scope, half, model.constant(scope, np.float32(0.5)))


def encoder(name, layers, hidden, heads, vocabulary=30522, positions=512, payload=None):
    """BERT: embeddings, `layers` layers, pooler.  encoder(12, 768, 12) is BERT-base with its 109,482,240 parameters."""
    model = ModelWriter(name, payload)
    # 0 where a token counts and the lowest float where it does not, as [batch, 1, 1, sequence].
    mask = model.node("Unsqueeze", "", "attention_mask", model.constant("", np.array([1])))
    mask = model.node("Unsqueeze", "", mask, model.constant("", np.array([2])))
    mask = model.node("Cast", "", mask, to=TensorProto.FLOAT)
    mask = model.node("Sub", "", model.constant("", np.float32(1)), mask)
    mask = model.node("Mul", "", mask, model.constant("", np.finfo(np.float32).min))
    # The position numbers are the first `sequence` of a stored row.
    scope = "/embeddings"
    numbers = model.stored("embeddings.position_ids", np.arange(positions, dtype=np.int64).reshape(1, positions))
    end = _size(model, scope, "input_ids", 1)
    numbers = model.node("Slice", scope, numbers, model.constant(scope, np.array([0])), end, model.constant(scope, np.array([1])),
                         model.constant(scope, np.array([1])))
    x = None
    for table, rows, index in (("word_embeddings", vocabulary, "input_ids"), ("token_type_embeddings", 2, "token_type_ids"),
                               ("position_embeddings", positions, numbers)):
        rows = model.node("Gather", f"{scope}/{table}", model.weight(f"embeddings.{table}.weight", [rows, hidden]), index)
        x = model.node("Add", scope, x, rows) if x else rows
    x = _layer_norm(model, f"{scope}/LayerNorm", x, hidden)
    for layer in range(layers):
        scope = f"/encoder/layer.{layer}"
        attended = _self_attention(model, f"{scope}/attention", x, mask, hidden, heads)
        x = _layer_norm(model, f"{scope}/attention/output/LayerNorm", model.node("Add", f"{scope}/attention/output", attended, x), hidden)
        wide = _gelu(model, f"{scope}/intermediate/intermediate_act_fn",
                     _linear(model, f"{scope}/intermediate/dense", x, hidden, 4 * hidden))
        narrow = _linear(model, f"{scope}/output/dense", wide, 4 * hidden, hidden)
        x = _layer_norm(model, f"{scope}/output/LayerNorm", model.node("Add", f"{scope}/output", narrow, x), hidden)
    model.node("Identity", "", x, outputs=["last_hidden_state"])
    first = model.node("Gather", "/pooler", x, model.constant("/pooler", np.int64(0)), axis=1)
    pooled = model.node("Gemm", "/pooler/dense", first, model.weight("pooler.dense.weight", [hidden, hidden]),
                        model.weight("pooler.dense.bias", [hidden]), alpha=1.0, beta=1.0, transB=1)
    model.node("Tanh", "/pooler/activation", pooled, outputs=["pooler_output"])
    ids = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
           for name in ("input_ids", "attention_mask", "token_type_ids")]
    return model.model(ids, [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", hidden]),
                             helper.make_tensor_value_info("pooler_output", TensorProto.FLOAT, ["batch", hidden])])


EXAMPLES = {
    "resnet50.onnx": resnet50,
    "encoder.onnx": lambda: encoder("encoder", layers=4, hidden=256, heads=4),
}


def main():
    directory = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    directory.mkdir(parents=True, exist_ok=True)
    for name, build in EXAMPLES.items():
        model = build()
        (directory / name).write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main()
