"""Layers one after another: what neural networks are made of."""
import struct

from onnx import TensorProto as T
from onnx import helper

from growing_models.making import chain, integers, model, model_of_size, value


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
def residual_blocks(count):
    def block(i, a, b):
        return [helper.make_node("MatMul", [a, "w"], [f"m{i}"]), helper.make_node("Relu", [f"m{i}"], [f"r{i}"]),
                helper.make_node("Add", [f"r{i}", a], [b])]
    return chain(count // 3 + 1, block, [value("x", ("N", "L", 8))], [helper.make_tensor("w", T.FLOAT, [8, 8], bytes(256), raw=True)])


@model_of_size
def recurrent(count):
    weights = [helper.make_tensor("w", T.FLOAT, [1, 32, 8], bytes(4 * 256), raw=True), helper.make_tensor("r", T.FLOAT, [1, 32, 8], bytes(4 * 256), raw=True),
               integers("axes", [1])]
    def step(i, a, b):
        return [helper.make_node("LSTM", [a, "w", "r"], [f"l{i}"], hidden_size=8), helper.make_node("Squeeze", [f"l{i}", "axes"], [b])]
    return chain(count // 2 + 1, step, [value("x", ["L", "N", 8])], weights)


@model_of_size
def norms(count):
    weights = [helper.make_tensor("s", T.FLOAT, [8], [1.0] * 8)]
    return chain(count, lambda i, a, b: helper.make_node("LayerNormalization", [a, "s"], [b], axis=-1), [value("x", ["N", "L", 8])], weights)


@model_of_size
def attention(count):
    def step(i, a, b):
        return [helper.make_node("MatMul", [a, "w"], [f"q{i}"]), helper.make_node("Transpose", [f"q{i}"], [f"k{i}"], perm=[0, 2, 1]),
                helper.make_node("MatMul", [f"q{i}", f"k{i}"], [f"s{i}"]), helper.make_node("Softmax", [f"s{i}"], [f"p{i}"]),
                helper.make_node("MatMul", [f"p{i}", f"q{i}"], [b])]
    return chain(count // 5 + 1, step, [value("x", ["N", "L", 8])], [helper.make_tensor("w", T.FLOAT, [8, 8], bytes(256), raw=True)])


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
def concats_and_splits(count):
    def step(i, a, b):
        return [helper.make_node("Split", [a], [f"p{i}", f"q{i}"], axis=2, num_outputs=2),
                helper.make_node("Concat", [f"q{i}", f"p{i}", f"q{i}"], [b], axis=2)]
    return chain(count // 2 + 1, step, [value("x")])


@model_of_size
def reshapes(count):
    def step(i, a, b):
        return [helper.make_node("Shape", [a], [f"s{i}"], start=0, end=1), helper.make_node("Concat", [f"s{i}", "rest"], [f"c{i}"], axis=0),
                helper.make_node("Reshape", [a, f"c{i}"], [f"r{i}"]), helper.make_node("Transpose", [f"r{i}"], [b], perm=[0, 2, 1])]
    return chain(count // 4 + 1, step, [value("x", ["N", "H", "W"])], [integers("rest", [4, -1])])


@model_of_size
def gathers_and_scatters(count):
    def step(i, a, b):
        return [helper.make_node("GatherElements", [a, "at"], [f"g{i}"], axis=1), helper.make_node("ScatterElements", [a, "at", f"g{i}"], [b], axis=1)]
    return chain(count // 2 + 1, step, [value("x", ["N", "L"]), value("at", ["N", "K"], T.INT64)])


@model_of_size
def gathers_of_new_indices(count):
    inputs = [value("x", ["N", "L"])] + [value(f"i{i}", [f"k{i}"], T.INT64) for i in range(count // 2 + 1)]
    return chain(count // 2 + 1, lambda i, a, b: helper.make_node("Gather", [a, f"i{i}"], [b], axis=i % 2), inputs)
