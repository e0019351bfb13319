"""One peer on one model, as its documentation says to use it: peers.py PEER MODEL JSON-OF-INPUT-SHAPES JSON-OF-SIZES.

Prints what the peer found as JSON: {"macs": ...}.  A process of its own, so that its whole cost can be measured.
"""
import json
import sys


def onnx_inference(path, shapes, sizes):
    """Shapes only: onnx counts nothing."""
    import onnx
    model = onnx.load(path, load_external_data=False)
    inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    made_up = sum(any(dim.dim_param.startswith("unk__") for dim in value.type.tensor_type.shape.dim) for value in inferred.graph.value_info)
    return {"macs": None, "made_up_shapes": made_up}


def onnx_tool(path, shapes, sizes):
    import numpy
    import onnx_tool
    model = onnx_tool.Model(path, {"verbose": False})
    model.graph.graph_reorder_nodes()
    integer = {"input_ids", "attention_mask", "token_type_ids"}
    model.graph.shape_infer({name: numpy.zeros(shape, numpy.int64 if name in integer else numpy.float32) for name, shape in shapes.items()})
    model.graph.profile()
    return {"macs": int(model.graph.macs[0])}


def onnxsim(path, shapes, sizes):
    import onnx
    from onnxsim.model_info import ModelInfo
    model = onnx.load(path, load_external_data=False)
    macs = ModelInfo(model).macs
    if hasattr(macs, "subs"):
        macs = macs.subs(sizes)
    return {"macs": int(macs) if not getattr(macs, "free_symbols", None) else str(macs)}


def onnxsim_plain(path, shapes, sizes):
    sys.modules["sympy"] = None
    return onnxsim(path, shapes, sizes)


PEERS = {"onnx": onnx_inference, "onnx-tool": onnx_tool, "onnxsim": onnxsim, "onnxsim-plain": onnxsim_plain}

if __name__ == "__main__":
    peer, path, shapes, sizes = sys.argv[1:]
    print(json.dumps(PEERS[peer](path, json.loads(shapes), json.loads(sizes))))
