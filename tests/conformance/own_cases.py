"""Operators that the onnx package has no node test of, or none with a dense result: what must come out, worked out by hand.

Shapes follow the operators' documentation, work docs/counting.md.  A case is a model and what is expected of its outputs."""
import dataclasses

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from cost_reference import NOTHING, SOFTPLUS, TANH, Work

ML = "ai.onnx.ml"
ROWS, FEATURES = 4, 3


@dataclasses.dataclass
class Case:
    operators: list  # that the case speaks for, with their domain
    model: onnx.ModelProto
    outputs: dict  # name to shape, or to what JSON says of a value that is no dense tensor
    work: Work


def floats(*dims):
    return numpy.zeros(dims, numpy.float32)


def typed(name, array):
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)


def model_of(nodes, inputs, stored, outputs, version, domain=""):
    opsets = [helper.make_opsetid(domain, version)] if not domain else [helper.make_opsetid("", 21), helper.make_opsetid(domain, version)]
    graph = helper.make_graph(nodes, "case", [typed(name, array) for name, array in inputs.items()],
                              [onnx.ValueInfoProto(name=name) for name in outputs],
                              [numpy_helper.from_array(array, name) for name, array in stored.items()])
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def one(operator, inputs, shapes, work, version, stored=None, **attributes):
    """A case of one node.  Inputs are arrays in order; those named in `stored` are initializers."""
    domain, _, op = operator.rpartition(":")
    names = [f"i{index}" for index in range(len(inputs))]
    given = dict(zip(names, inputs))
    kept = {name: given.pop(name) for name in stored or ()}
    outputs = {f"o{index}": shape for index, shape in enumerate(shapes)}
    node = helper.make_node(op, names, list(outputs), domain=domain, **attributes)
    return Case([operator], model_of([node], given, kept, outputs, version, domain), outputs, work)


def activations():
    x = floats(2, 3)
    return [
        one("Affine", [x], [[2, 3]], Work(mul=1, add=1) * 6, 1, alpha=2.0, beta=1.0),
        one("ScaledTanh", [x], [[2, 3]], (TANH + Work(mul=2)) * 6, 1, alpha=2.0, beta=1.0),
        one("ParametricSoftplus", [x], [[2, 3]], (SOFTPLUS + Work(mul=2)) * 6, 1, alpha=2.0, beta=1.0),
        one("Mish", [x], [[2, 3]], (SOFTPLUS + TANH + Work(mul=1)) * 6, 18),
        one("ImageScaler", [floats(1, 3, 4, 4)], [[1, 3, 4, 4]], Work(mul=1, add=1) * 48, 1, scale=2.0, bias=[0.0, 0.0, 0.0]),
    ]


def conversions():
    return [one("Cast", [floats(2, 3)], [[2, 3]], NOTHING, 21, to=TensorProto.FLOAT16),
            one("CastLike", [floats(2, 3), numpy.zeros(1, numpy.float16)], [[2, 3]], NOTHING, 21)]


def pools():
    # |x|^p is one special for each of 20 elements of 6 maps, 20 additions, and a root for each map.
    return [one("GlobalLpPool", [floats(2, 3, 4, 5)], [[2, 3, 1, 1]], Work(special=120 + 6, add=120), 2, p=2)]


def fused():
    # A map of 5x5 with three channels last, a kernel of 2x2 in ONNX's own layout: 4x4 positions of 4 channels.
    return [one("com.ms.internal.nhwc:Conv", [floats(1, 5, 5, 3), floats(4, 3, 2, 2), floats(4)], [[1, 4, 4, 4]],
                Work(macs=4 * 4 * 4 * 3 * 2 * 2, add=4 * 4 * 4), 11, stored=["i1", "i2"])]


def random_numbers():
    normal, uniform = Work(special=2, mul=2, add=1), Work(mul=1, add=1)  # Box and Muller's transform; scale and shift
    return [
        one("RandomNormal", [], [[2, 3]], normal * 6, 1, shape=[2, 3]),
        one("RandomUniform", [], [[2, 3]], uniform * 6, 1, shape=[2, 3]),
        one("RandomNormalLike", [floats(2, 3)], [[2, 3]], normal * 6, 1),
        one("RandomUniformLike", [floats(2, 3)], [[2, 3]], uniform * 6, 1),
        # The running sum of 5 exponentials a row, which each of 4 samples is held against.
        one("Multinomial", [floats(2, 5)], [[2, 4]], Work(special=10, add=10, compare=2 * 5 * 4), 7, sample_size=4),
    ]


def norms():
    rows, elements = 6, 48
    # Square, sum; mean, epsilon and root once a row; then divided by it (as a product) and scaled.
    work = Work(mul=3, add=1) * elements + Work(div=1, add=1, special=1) * rows
    return [one("SimplifiedLayerNormalization", [floats(2, 3, 8), floats(8)], [[2, 3, 8]], work, 1, stored=["i1"], axis=-1)]


def transforms():
    step, window = numpy.array(4, numpy.int64), floats(8)
    complex_step, real_step = Work(mul=4, add=4), Work(mul=2, add=2)  # a complex factor times a complex, or a real number, added up
    return [
        one("DFT", [floats(1, 8, 2)], [[1, 8, 2]], complex_step * 64, 17, axis=1),
        one("DFT", [floats(1, 8, 1)], [[1, 5, 2]], real_step * (5 * 8), 17, axis=1, onesided=1),
        one("DFT", [floats(1, 8, 2)], [[1, 8, 2]], complex_step * 64 + Work(mul=16), 17, axis=1, inverse=1),
        # (16 - 8) / 4 + 1 frames of 8, each times the window, 5 bins each.
        one("STFT", [floats(1, 16, 1), step, window], [[1, 3, 5, 2]], (Work(mul=8) + real_step * (5 * 8)) * 3, 17, stored=["i1", "i2"],
            onesided=1),
    ]


def regions():
    return [one("MaxRoiPool", [floats(1, 2, 8, 8), floats(3, 5)], [[3, 2, 2, 2]], None, 1, pooled_shape=[2, 2])]


def texts():
    return [one("TfIdfVectorizer", [numpy.zeros((2, 6), numpy.int64)], [[2, 3]], Work(mul=6), 9, mode="TFIDF", min_gram_length=1, max_gram_length=1,
                max_skip_count=0, ngram_counts=[0], ngram_indexes=[0, 1, 2], pool_int64s=[4, 5, 6], weights=[1.0, 2.0, 3.0])]


def info(name, *dims, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, dims)


def control():
    product = helper.make_graph([helper.make_node("MatMul", ["s", "w"], ["t"]), helper.make_node("Identity", ["c"], ["d"]),
                                 helper.make_node("Relu", ["t"], ["kept"])], "body",
                                [info("n", kind=TensorProto.INT64), info("c", kind=TensorProto.BOOL), info("s", 2, 3)],
                                [info("d", kind=TensorProto.BOOL), info("t", 2, 3), info("kept", 2, 3)])
    loop = model_of([helper.make_node("Loop", ["trips", "", "x"], ["last", "all"], body=product)], {"x": floats(2, 3), "w": floats(3, 3)},
                    {"trips": numpy.array(5, numpy.int64)}, {"last": None, "all": None}, 21)
    adding = helper.make_graph([helper.make_node("Add", ["sum", "row"], ["next"]), helper.make_node("Exp", ["next"], ["each"])], "body",
                               [info("sum", 3), info("row", 3)], [info("next", 3), info("each", 3)])
    scan = model_of([helper.make_node("Scan", ["start", "rows"], ["end", "curve"], body=adding, num_scan_inputs=1)],
                    {"start": floats(3), "rows": floats(7, 3)}, {}, {"end": None, "curve": None}, 21)
    branches = {name: helper.make_graph([helper.make_node(op, ["x"] * operands, ["r"])], name, [], [info("r", 2, 3)])
                for name, op, operands in (("then_branch", "Mul", 2), ("else_branch", "Exp", 1))}
    either = model_of([helper.make_node("If", ["q"], ["y"], **branches)], {"q": numpy.array(True), "x": floats(2, 3)}, {}, {"y": None}, 21)
    return [Case(["Loop"], loop, {"last": [2, 3], "all": [5, 2, 3]}, Work(macs=2 * 3 * 3, compare=6) * 5),
            Case(["Scan"], scan, {"end": [3], "curve": [7, 3]}, Work(add=3, special=3) * 7),
            Case(["If"], either, {"y": [2, 3]}, Work(mul=6, special=6))]  # of each kind of work the dearer branch


def sequences():
    nodes = [helper.make_node("SequenceConstruct", ["a", "b"], ["s"]), helper.make_node("SequenceInsert", ["s", "c"], ["t"]),
             helper.make_node("SequenceErase", ["t", "zero"], ["u"]), helper.make_node("SequenceAt", ["u", "zero"], ["first"]),
             helper.make_node("SequenceLength", ["u"], ["length"]), helper.make_node("ConcatFromSequence", ["u"], ["joined"], axis=0)]
    chain = model_of(nodes, {"a": floats(1, 3), "b": floats(2, 3), "c": floats(4, 3)}, {"zero": numpy.array(0, numpy.int64)},
                     {"first": None, "length": None, "joined": None}, 21)
    relu = helper.make_graph([helper.make_node("Relu", ["e"], ["r"])], "body", [info("e", 2, 3)], [info("r", 2, 3)])
    mapped = model_of([helper.make_node("SplitToSequence", ["x", "two"], ["v"], axis=0), helper.make_node("SequenceMap", ["v"], ["w"], body=relu),
                       helper.make_node("SequenceAt", ["w", "zero"], ["y"])], {"x": floats(6, 3)},
                      {"two": numpy.array(2, numpy.int64), "zero": numpy.array(0, numpy.int64)}, {"y": None}, 21)
    empty = model_of([helper.make_node("SequenceEmpty", [], ["s"], dtype=TensorProto.FLOAT), helper.make_node("SequenceInsert", ["s", "a"], ["t"]),
                      helper.make_node("ConcatFromSequence", ["t"], ["y"], axis=0, new_axis=1)], {"a": floats(2, 3)}, {}, {"y": None}, 21)
    optional = model_of([helper.make_node("Optional", ["a"], ["o"]), helper.make_node("OptionalGetElement", ["o"], ["y"])], {"a": floats(2, 3)}, {},
                        {"y": None}, 21)
    return [Case(["SequenceConstruct", "SequenceInsert", "SequenceErase", "SequenceAt", "SequenceLength", "ConcatFromSequence"], chain,
                 {"first": [2, 3], "length": [], "joined": [6, 3]}, NOTHING),
            Case(["SplitToSequence", "SequenceMap"], mapped, {"y": [2, 3]}, Work(compare=18)),
            Case(["SequenceEmpty"], empty, {"y": [1, 2, 3]}, NOTHING), Case(["Optional"], optional, {"y": [2, 3]}, NOTHING)]


def features():
    x = floats(2, 3)
    return [
        one(f"{ML}:CategoryMapper", [numpy.zeros((2, 3), numpy.int64)], [[2, 3]], NOTHING, 1, cats_int64s=[0], cats_strings=["zero"]),
        one(f"{ML}:FeatureVectorizer", [x, floats(2, 4)], [[2, 7]], NOTHING, 1, inputdimensions=[3, 4]),
        one(f"{ML}:Imputer", [x], [[2, 3]], Work(compare=6), 1, imputed_value_floats=[0.0], replaced_value_float=-1.0),
        one(f"{ML}:Normalizer", [x], [[2, 3]], Work(compare=2, div=1) * 6, 1, norm="MAX"),
        one(f"{ML}:Normalizer", [x], [[2, 3]], Work(compare=1, add=1, div=1) * 6, 1, norm="L1"),
        one(f"{ML}:Normalizer", [x], [[2, 3]], Work(mul=1, add=1, div=1) * 6 + Work(special=2), 1, norm="L2"),
        one(f"{ML}:OneHotEncoder", [numpy.zeros(2, numpy.int64)], [[2, 3]], NOTHING, 1, cats_int64s=[1, 2, 3]),
        one(f"{ML}:Scaler", [x], [[2, 3]], Work(add=1, mul=1) * 6, 1, scale=[1.0], offset=[0.0]),
        one(f"{ML}:LabelEncoder", [numpy.zeros(5, numpy.int64)], [[5]], NOTHING, 2, keys_int64s=[0], values_floats=[1.0]),
    ]


def linear_models():
    x, targets, vectors = floats(ROWS, FEATURES), 2, 5
    products = Work(macs=ROWS * FEATURES * targets)
    pairs = ROWS * vectors
    radial = (Work(add=2, mul=1) * FEATURES + Work(mul=1, special=1)) * pairs  # exp(-gamma |x - v|^2)
    return [
        one(f"{ML}:LinearRegressor", [x], [[ROWS, targets]], products + Work(add=1) * (ROWS * targets), 1, coefficients=[1.0] * 6,
            intercepts=[0.0, 0.0], targets=targets),
        one(f"{ML}:LinearClassifier", [x], [[ROWS], [ROWS, targets]], products + Work(add=1, compare=1) * (ROWS * targets), 1,
            coefficients=[1.0] * 6, intercepts=[0.0, 0.0], classlabels_ints=[0, 1], multi_class=0),
        one(f"{ML}:SVMRegressor", [x], [[ROWS, 1]], Work(macs=(FEATURES + 1) * pairs, add=ROWS), 1, kernel_type="LINEAR", n_supports=vectors,
            coefficients=[1.0] * vectors, support_vectors=[1.0] * vectors * FEATURES, rho=[0.0]),
        one(f"{ML}:SVMClassifier", [x], [[ROWS], [ROWS, 2]], radial + Work(macs=pairs, add=ROWS, compare=2 * ROWS), 1, kernel_type="RBF",
            kernel_params=[0.5, 0.0, 3.0], vectors_per_class=[2, 3], coefficients=[1.0] * vectors, support_vectors=[1.0] * vectors * FEATURES,
            rho=[0.0], classlabels_ints=[0, 1]),
    ]


def trees():
    """One split, which each row passes; of two classes the score that wins is picked."""
    splits = dict(nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0], nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"],
                  nodes_values=[0.5, 0.0, 0.0], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0])
    leaves = {"treeids": [0, 0], "nodeids": [1, 2], "ids": [0, 1], "weights": [1.0, 2.0]}
    x = floats(ROWS, FEATURES)
    return [one(f"{ML}:TreeEnsembleRegressor", [x], [[ROWS, 2]], Work(compare=ROWS), 1, n_targets=2, **splits,
                **{f"target_{key}": value for key, value in leaves.items()}),
            one(f"{ML}:TreeEnsembleClassifier", [x], [[ROWS], [ROWS, 2]], Work(compare=ROWS + 2 * ROWS), 1, classlabels_int64s=[0, 1], **splits,
                **{f"class_{key}": value for key, value in leaves.items()})]


def maps():
    """Values that are no dense tensors, on one side of the node or the other."""
    scores = helper.make_node("ZipMap", ["x"], ["y"], domain=ML, classlabels_int64s=[0, 1, 2])
    zipped = model_of([scores], {"x": floats(2, 3)}, {}, {"y": None}, 1, ML)
    cases = [Case([f"{ML}:ZipMap"], zipped, {"y": {"kind": "sequence", "elem": {"kind": "map", "key": "int64"}}}, NOTHING)]
    for op, shape, attributes in (("DictVectorizer", [1, 4], {"int64_vocabulary": [1, 2, 3, 4]}),
                                  ("CastMap", [1, 4], {"map_form": "SPARSE", "max_map": 4, "cast_to": "TO_FLOAT"})):
        one_float = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
        model = model_of([helper.make_node(op, ["m"], ["y"], domain=ML, **attributes)], {}, {}, {"y": None}, 1, ML)
        model.graph.input.append(helper.make_value_info("m", helper.make_map_type_proto(TensorProto.INT64, one_float)))
        cases.append(Case([f"{ML}:{op}"], model, {"y": shape}, NOTHING))
    return cases


def simulated_quantization():
    """Scaled, shifted, rounded, clipped to both ends, shifted back and scaled back, element by element."""
    x, scale, zero, bits = floats(2, 3), floats(), floats(), floats()
    rounded, floating = Work(add=2, mul=1, div=1, compare=3) * 6, Work(add=1, mul=2, div=2, compare=3, special=2) * 6
    return [one(f"{domain}:{op}", [x, scale, *operands], [[2, 3]], work, 1)
            for domain in ("qonnx.custom_op.general", "onnx.brevitas")
            for op, operands, work in (("Quant", [zero, bits], rounded), ("IntQuant", [zero, bits], rounded),
                                       ("Trunc", [zero, bits, bits], rounded), ("BipolarQuant", [], Work(mul=1, compare=1) * 6),
                                       ("FloatQuant", [bits, bits, bits, bits], floating))]


def all_cases():
    return [case for group in (simulated_quantization, activations, conversions, pools, fused, random_numbers, norms, transforms, regions, texts, control, sequences, features,
                               linear_models, trees, maps) for case in group()]
