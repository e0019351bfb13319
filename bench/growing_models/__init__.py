"""Models of any size that are hard on a tool in one way each: what costs one the square of its bytes shows when they double.

`MODELS` maps a name to a function from a number of elements (nodes, names, dimensions...) to the bytes of an ONNX file.
"""
from growing_models import graphs, layers, programs, records, shapes, sizes  # noqa: F401
from growing_models.making import MODELS  # noqa: F401
