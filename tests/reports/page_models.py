"""Which models do the tests of the HTML page need, besides the examples?  As a script: writes them into a folder."""
import pathlib
import sys

import onnx
from onnx import TensorProto, helper

# Texts that would be markup, code or controls if a format let them.
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'onmouseover='alert(1)", "</style><script>alert(2)</script>", "</svg><svg onload=alert(3)>",
           "javascript:alert(4)", "&lt;b&gt;", "-->", "]]>", "\x1b[31m", "\u202egnp", "\"]; click n0 callback", "a\nb", "</table></article><h1>", "=1+1", "```"]


def hostile_model():
    nodes, before = [], "x"
    for index, text in enumerate(HOSTILE):
        nodes.append(helper.make_node("Relu", [before], [text], name=f"{text}/{text}", domain="" if index else "<b>"))
        before = text
    nodes.append(helper.make_node("<i>op</i>", [before], ["end"], name="last", domain="\"><script>alert(5)</script>"))
    graph = helper.make_graph(nodes, "<script>alert(6)</script>", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["<b>N</b>", 4])],
                              [helper.make_tensor_value_info("end", TensorProto.FLOAT, None)])
    return helper.make_model(graph, producer_name="</title><script>alert(7)</script>", opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("<b>", 1), helper.make_opsetid("\"><script>alert(5)</script>", 1)], ir_version=8)


def large_model(layers):
    """Blocks of convolution, normalisation and addition with names as exporters give them."""
    weights = [helper.make_tensor("w", TensorProto.FLOAT, [8, 8, 3, 3], [0.0] * 576)]
    nodes, before = [], "x"
    for index in range(layers // 4):
        scope = f"/model/stages.{index // 100}/blocks.{index % 100}"
        start = before
        for op, inputs in (("Conv", ["w"]), ("Relu", []), ("Sigmoid", [])):
            nodes.append(helper.make_node(op, [before, *inputs], [f"{scope}/{op.lower()}/{op}_output_0"], name=f"{scope}/{op.lower()}/{op}", **({"pads": [1, 1, 1, 1]} if op == "Conv" else {})))
            before = nodes[-1].output[0]
        nodes.append(helper.make_node("Add", [before, start], [f"{scope}/Add_output_0"], name=f"{scope}/Add"))
        before = nodes[-1].output[0]
    graph = helper.make_graph(nodes, "large", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8, 224, 224])], [helper.make_tensor_value_info(before, TensorProto.FLOAT, None)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def loop_model():
    """A matrix product five times over in the body of a loop, and another in a branch of it."""
    value = helper.make_tensor_value_info
    then = helper.make_graph([helper.make_node("MatMul", ["h", "v"], ["t"], name="then/MatMul")], "then", [], [value("t", TensorProto.FLOAT, [2, 8])])
    otherwise = helper.make_graph([helper.make_node("Identity", ["h"], ["e"], name="else/Identity")], "else", [], [value("e", TensorProto.FLOAT, [2, 8])])
    body = helper.make_graph([helper.make_node("MatMul", ["s", "w"], ["h"], name="body/MatMul"), helper.make_node("If", ["c"], ["next"], name="body/If", then_branch=then, else_branch=otherwise),
                              helper.make_node("Identity", ["c"], ["again"], name="body/again")], "body",
                             [value("i", TensorProto.INT64, []), value("c", TensorProto.BOOL, []), value("s", TensorProto.FLOAT, [2, 8])],
                             [value("again", TensorProto.BOOL, []), value("next", TensorProto.FLOAT, [2, 8])])
    weights = [helper.make_tensor(name, TensorProto.FLOAT, [8, 8], [0.0] * 64) for name in "wv"] + [helper.make_tensor("five", TensorProto.INT64, [], [5]), helper.make_tensor("on", TensorProto.BOOL, [], [True])]
    graph = helper.make_graph([helper.make_node("Loop", ["five", "on", "x"], ["y"], name="Loop", body=body)], "loop", [value("x", TensorProto.FLOAT, [2, 8])], [value("y", TensorProto.FLOAT, [2, 8])], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    for name, made in (("hostile.onnx", hostile_model()), ("large.onnx", large_model(10_000)), ("loop.onnx", loop_model())):
        onnx.save(made, pathlib.Path(sys.argv[1]) / name)
