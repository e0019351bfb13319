"""The models that the bench measures on, written on the spot: too large for a repository, too small a matter to download."""
import dataclasses
import importlib.util
import math
import os
import pathlib
import typing

import numpy as np
from onnx import TensorProto, helper

_script = pathlib.Path(__file__).resolve().parents[1] / "examples" / "models" / "write_models.py"
_spec = importlib.util.spec_from_file_location("write_models", _script)
write_models = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(write_models)
ModelWriter = write_models.ModelWriter


@dataclasses.dataclass(frozen=True)
class BenchModel:
    """A model, what is known about it from elsewhere, and what its peers need to run at all."""
    name: str
    build: typing.Callable  # gives the ModelProto
    macs: int  # at `sizes`
    parameters: int
    sizes: dict  # values for the symbols
    input_shapes: dict  # for peers that take no symbols
    sparse_weights: bool = False  # write the external file as a hole: some peers open it


def random_payload(dims, elem_type):
    """Random bytes: no peer may gain from pages of zeros."""
    return np.random.default_rng(len(dims)).bytes(math.prod(dims) * np.dtype(helper.tensor_dtype_to_np_dtype(elem_type)).itemsize)


# --- Llama-7B: rotary embedding, causal mask by Trilu, RMS norm spelled out, half-precision weights ---


def _sizes(model, scope, x, *parts):
    """A vector for Reshape or Expand, of numbers and of x's own sizes given as `"0"`."""
    pieces = [write_models._size(model, scope, x, int(part)) if isinstance(part, str) else model.constant(scope, np.array([part]))
              for part in parts]
    return model.node("Concat", scope, *pieces, axis=0)


def _rms_norm(model, scope, x, features):
    wide = model.node("Cast", scope, x, to=TensorProto.FLOAT)
    square = model.node("Pow", scope, wide, model.constant(scope, np.float32(2)))
    mean = model.node("ReduceMean", scope, square, axes=[-1], keepdims=1)
    root = model.node("Sqrt", scope, model.node("Add", scope, mean, model.constant(scope, np.float32(1e-6))))
    normal = model.node("Mul", scope, wide, model.node("Div", scope, model.constant(scope, np.float32(1)), root))
    narrow = model.node("Cast", scope, normal, to=TensorProto.FLOAT16)
    return model.node("Mul", scope, model.weight(f"{scope.strip('/').replace('/', '.')}.weight", [features], TensorProto.FLOAT16), narrow)


def _rotary_tables(model, scope, x, size):
    """cos and sin of position times frequency, as [1, 1, sequence, size]."""
    length = model.node("Gather", scope, model.node("Shape", scope, x), model.constant(scope, np.int64(1)), axis=0)
    positions = model.node("Range", scope, model.constant(scope, np.int64(0)), length, model.constant(scope, np.int64(1)))
    positions = model.node("Unsqueeze", scope, model.node("Cast", scope, positions, to=TensorProto.FLOAT), model.constant(scope, np.array([1])))
    frequencies = model.constant(scope, (10000.0 ** (-np.arange(0, size, 2) / size)).astype(np.float32))
    angles = model.node("Mul", scope, positions, frequencies)
    angles = model.node("Concat", scope, angles, angles, axis=-1)
    angles = model.node("Unsqueeze", scope, angles, model.constant(scope, np.array([0, 1])))
    return [model.node("Cast", scope, model.node(function, scope, angles), to=TensorProto.FLOAT16) for function in ("Cos", "Sin")]


def _rotate(model, scope, x, cosine, sine, size):
    """x * cos + rotate_half(x) * sin, the halves cut by the exporter's chain of Shape, Gather and Div."""
    width = model.node("Gather", scope, model.node("Shape", scope, x), model.constant(scope, np.int64(3)), axis=0)
    half = model.node("Unsqueeze", scope, model.node("Div", scope, width, model.constant(scope, np.int64(2))), model.constant(scope, np.array([0])))
    axis = model.constant(scope, np.array([3]))
    first = model.node("Slice", scope, x, model.constant(scope, np.array([0])), half, axis)
    second = model.node("Slice", scope, x, half, model.constant(scope, np.array([np.iinfo(np.int64).max])), axis)
    turned = model.node("Concat", scope, model.node("Neg", scope, second), first, axis=-1)
    return model.node("Add", scope, model.node("Mul", scope, x, cosine), model.node("Mul", scope, turned, sine))


def _projection(model, scope, x, features_in, features_out):
    weight = model.weight(f"{scope.strip('/').replace('/', '.')}.weight", [features_in, features_out], TensorProto.FLOAT16)
    return model.node("MatMul", scope, x, weight)


def _causal_attention(model, scope, x, mask, tables, hidden, heads):
    size = hidden // heads
    split = {}
    for name in ("q_proj", "k_proj", "v_proj"):
        projected = _projection(model, f"{scope}/{name}", x, hidden, hidden)
        shaped = model.node("Reshape", scope, projected, _sizes(model, scope, x, "0", "1", heads, size))
        split[name] = model.node("Transpose", scope, shaped, perm=[0, 2, 1, 3])
    query, key = (_rotate(model, scope, split[name], *tables, size) for name in ("q_proj", "k_proj"))
    scores = model.node("MatMul", scope, query, model.node("Transpose", scope, key, perm=[0, 1, 3, 2]))
    scores = model.node("Div", scope, scores, model.constant(scope, np.float16(math.sqrt(size))))
    scores = model.node("Add", scope, scores, mask)
    scores = model.node("Softmax", scope, model.node("Cast", scope, scores, to=TensorProto.FLOAT), axis=-1)
    context = model.node("MatMul", scope, model.node("Cast", scope, scores, to=TensorProto.FLOAT16), split["v_proj"])
    context = model.node("Transpose", scope, context, perm=[0, 2, 1, 3])
    context = model.node("Reshape", scope, context, _sizes(model, scope, x, "0", "1", hidden))
    return _projection(model, f"{scope}/o_proj", context, hidden, hidden)


def llama(layers=32, hidden=4096, heads=32, intermediate=11008, vocabulary=32000):
    model = ModelWriter("llama")
    half = TensorProto.FLOAT16
    x = model.node("Gather", "/model/embed_tokens", model.weight("model.embed_tokens.weight", [vocabulary, hidden], half), "input_ids")
    tables = _rotary_tables(model, "/model/rotary_emb", x, hidden // heads)
    mask = model.node("ConstantOfShape", "/model", _sizes(model, "/model", x, "1", "1"),
                      value=helper.make_tensor("value", half, [1], [float(np.finfo(np.float16).min)]))
    mask = model.node("Trilu", "/model", mask, model.constant("/model", np.int64(1)), upper=1)
    for layer in range(layers):
        scope = f"/model/layers.{layer}"
        normal = _rms_norm(model, f"{scope}/input_layernorm", x, hidden)
        x = model.node("Add", scope, x, _causal_attention(model, f"{scope}/self_attn", normal, mask, tables, hidden, heads))
        normal = _rms_norm(model, f"{scope}/post_attention_layernorm", x, hidden)
        gate = _projection(model, f"{scope}/mlp/gate_proj", normal, hidden, intermediate)
        gate = model.node("Mul", f"{scope}/mlp/act_fn", gate, model.node("Sigmoid", f"{scope}/mlp/act_fn", gate))
        wide = model.node("Mul", f"{scope}/mlp", gate, _projection(model, f"{scope}/mlp/up_proj", normal, hidden, intermediate))
        x = model.node("Add", scope, x, _projection(model, f"{scope}/mlp/down_proj", wide, intermediate, hidden))
    x = _rms_norm(model, "/model/norm", x, hidden)
    logits = _projection(model, "/lm_head", x, hidden, vocabulary)
    model.node("Cast", "", logits, outputs=["logits"], to=TensorProto.FLOAT)
    return model.model([helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "sequence"])],
                       [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "sequence", vocabulary])])


# --- A chain: small convolutions with their activation and a residual, over and over ---

CHAIN_CHANNELS, CHAIN_SIZE = 4, 32
CHAIN_BLOCK = 3  # Conv, Relu, Add


def chain(nodes):
    model = ModelWriter(f"chain_{nodes}", random_payload)
    x = "input"
    blocks, rest = divmod(nodes, CHAIN_BLOCK)
    for block in range(blocks):
        scope = f"/layers/layers.{block}"
        weight = model.weight(f"layers.{block}.conv.weight", [CHAIN_CHANNELS, CHAIN_CHANNELS, 3, 3])
        bias = model.weight(f"layers.{block}.conv.bias", [CHAIN_CHANNELS])
        y = model.node("Conv", f"{scope}/conv", x, weight, bias, dilations=[1, 1], group=1, kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1])
        x = model.node("Add", scope, x, model.node("Relu", f"{scope}/relu", y))
    for _ in range(rest):
        x = model.node("Relu", "/tail", x)
    model.nodes[-1].output[0] = "output"
    shape = [1, CHAIN_CHANNELS, CHAIN_SIZE, CHAIN_SIZE]
    return model.model([helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
                       [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)])


def chain_model(name, nodes):
    blocks = nodes // CHAIN_BLOCK
    return BenchModel(name, lambda: chain(nodes), macs=blocks * CHAIN_CHANNELS**2 * 9 * CHAIN_SIZE**2,
                      parameters=blocks * (CHAIN_CHANNELS**2 * 9 + CHAIN_CHANNELS), sizes={},
                      input_shapes={"input": [1, CHAIN_CHANNELS, CHAIN_SIZE, CHAIN_SIZE]})


BATCH, SEQUENCE = 1, 128
TOKENS = {"batch": BATCH, "sequence": SEQUENCE}
MODELS = [
    BenchModel("resnet50", lambda: write_models.resnet50(random_payload, batch=1), macs=4_089_184_256, parameters=25_557_032, sizes={},
               input_shapes={"input": [1, 3, 224, 224]}),  # both figures as torchvision publishes them
    BenchModel("bert", lambda: write_models.encoder("bert", 12, 768, 12),
               macs=12 * SEQUENCE * (4 * 768 * 768 + 8 * 768 * 768 + 2 * SEQUENCE * 768) + 768 * 768, parameters=109_482_240, sizes=TOKENS,
               input_shapes={name: [BATCH, SEQUENCE] for name in ("input_ids", "attention_mask", "token_type_ids")}, sparse_weights=True),
    BenchModel("llama", llama, macs=SEQUENCE * (32 * (4 * 4096 * 4096 + 3 * 4096 * 11008 + 2 * SEQUENCE * 4096) + 4096 * 32000),
               parameters=6_738_415_616, sizes=TOKENS, input_shapes={"input_ids": [BATCH, SEQUENCE]}),
    chain_model("chain_1k", 1_000),
    chain_model("chain_10k", 10_000),
    chain_model("chain_100k", 100_000),
]


def write(model, directory):
    """Writes the model and its structure alone (the same without the weights' bytes); gives both paths.  Old files are kept."""
    path, structure = directory / f"{model.name}.onnx", directory / f"{model.name}.structure"
    if not (path.exists() and structure.exists()):
        proto = model.build()
        path.write_bytes(proto.SerializeToString())
        length = 0
        for tensor in proto.graph.initializer:
            if tensor.data_type in (TensorProto.FLOAT, TensorProto.FLOAT16):
                tensor.ClearField("raw_data")
            fields = {entry.key: entry.value for entry in tensor.external_data}
            length = max(length, int(fields.get("offset", 0)) + int(fields.get("length", 0)))
        structure.write_bytes(proto.SerializeToString())
        if model.sparse_weights:
            with open(directory / f"{model.name}.weights", "wb") as weights:
                os.truncate(weights.fileno(), length)
    return path, structure
