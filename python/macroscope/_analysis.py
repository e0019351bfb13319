"""What an analysis found: totals, layers, tensors, findings and messages, as the document macroscope/1 has them."""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Optional, Union, overload

from ._algebra.parser import Definitions
from ._errors import UsageError
from ._expression import Expression, Size, size_of

if TYPE_CHECKING:
    import pandas

    from ._request import Request

Json = dict[str, Any]
MaybeSize = Optional[Size]


@dataclass(frozen=True)
class Diagnostic:
    """A message of the program.  ``severity`` is error, warning or note; ``origin`` names the node or the place in the text."""

    severity: str
    code: str
    message: str
    origin: str = ""
    help: str = ""


@dataclass(frozen=True)
class Layer:
    """One node of the model, or of a graph inside of it (``scope``).

    Figures are None where they are unknown (``status`` is then "unknown"), and an Expression where sizes are open.  MACs and FLOPs are of one
    forward pass, bytes are of memory traffic; ``multiplicity`` says how often the node runs, and figures are of all runs together.
    """

    index: int
    name: str
    operator: str
    domain: str
    path: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    multiplicity: MaybeSize
    parameters: MaybeSize
    macs: MaybeSize
    effective_macs: MaybeSize
    flops: MaybeSize
    bytes_read: MaybeSize
    bytes_written: MaybeSize
    training_macs: MaybeSize
    live_bytes: MaybeSize
    status: str
    formula: str = ""
    scope: str = ""
    bound: Optional[str] = None
    best_case_seconds: Optional[float] = None
    flops_by_kind: Mapping[str, MaybeSize] = field(default_factory=dict)


@dataclass(frozen=True)
class Tensor:
    """A value of the model: its element type and shape (None where they are not known), or its ``kind`` where it is no dense tensor."""

    name: str
    dtype: Optional[str]
    shape: Optional[tuple[Size, ...]]
    kind: str = "dense"


@dataclass(frozen=True)
class Finding:
    """Something about the structure: a bottleneck, a norm that could be folded away, weights that are tied.  ``details`` has what the kind adds."""

    kind: str
    layers: tuple[str, ...]
    saves: Mapping[str, MaybeSize]
    details: Mapping[str, Any]


class Layers(Sequence[Layer]):
    """The layers in the order of the file, those of inner graphs behind those of the main graph; rows are made when they are asked for."""

    def __init__(self, rows: list[tuple[str, Json]], sizes: Callable[[Any], MaybeSize]) -> None:
        self._rows = rows
        self._size = sizes

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Layer: ...

    @overload
    def __getitem__(self, index: slice) -> Layers: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[Layer, Layers]:
        if isinstance(index, slice):
            return Layers(self._rows[index], self._size)
        return self._layer(*self._rows[index])

    def __iter__(self) -> Iterator[Layer]:
        for row in self._rows:
            yield self._layer(*row)

    def named(self, name: str) -> Layer:
        """The layer called ``name``.  Raises KeyError."""
        for scope, row in self._rows:
            if row["name"] == name:
                return self._layer(scope, row)
        raise KeyError(name)

    def _layer(self, scope: str, row: Json) -> Layer:
        figures = {name: self._size(row.get(name)) for name in _FIGURES}
        return Layer(index=row["index"], name=row["name"], operator=row["op"], domain=row["domain"], path=row["path"], inputs=tuple(row["inputs"]),
                     outputs=tuple(row["outputs"]), status=row["status"], formula=row.get("formula", ""), scope=scope, bound=row.get("bound"),
                     best_case_seconds=row.get("best_case_seconds"),
                     flops_by_kind={kind: self._size(number) for kind, number in row["flops_by_kind"].items()}, **figures)

    def to_pandas(self) -> pandas.DataFrame:
        """A row for each layer.  Figures are integers where no size is open.  Raises ImportError where pandas is not installed."""
        import pandas

        columns = ["name", "operator", "path", *_FIGURES, "status", "scope"]
        return pandas.DataFrame([[getattr(layer, column) for column in columns] for layer in self], columns=columns)

    def _repr_html_(self) -> str:
        columns = ("name", "operator", "parameters", "macs", "bytes_read", "bytes_written")
        head = "".join(f"<th>{column}</th>" for column in columns)
        rows = "".join("<tr>" + "".join(f"<td>{_escaped(getattr(layer, column))}</td>" for column in columns) + "</tr>" for layer in self[:100])
        more = f"<p>{len(self) - 100} more</p>" if len(self) > 100 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


_FIGURES = ("multiplicity", "parameters", "macs", "effective_macs", "flops", "bytes_read", "bytes_written", "training_macs", "live_bytes")


def _escaped(value: object) -> str:
    import html

    return "?" if value is None else html.escape(f"{value:,}" if isinstance(value, int) else str(value))


class Analysis:
    """The cost of a model.  Made by ``macroscope.analyze``.

    Totals are exact: an int, an Expression in the open sizes, or None where they are unknown.  They are lower bounds where ``complete`` is
    False.  ``print(analysis)`` shows what the terminal shows, a notebook shows the report.
    """

    def __init__(self, document: Json, request: Request, *, unused_parameters: int = 0, notes: Sequence[Diagnostic] = ()) -> None:
        self._document = document
        self._request = request
        self._definitions = Definitions(document["definitions"])
        self._unused = unused_parameters
        self._notes = list(notes)

    @property
    def options(self) -> tuple[str, ...]:
        """The options of the program that it was made by."""
        return self._request.options

    def with_module(self, unused_parameters: int, notes: Sequence[Diagnostic]) -> Analysis:
        """With what only the PyTorch module knows."""
        return Analysis(self._document, self._request, unused_parameters=unused_parameters, notes=notes)

    def _size(self, value: Any) -> MaybeSize:
        return size_of(value, self._definitions)

    def _total(self, name: str) -> MaybeSize:
        return self._size(self._document.get("totals", {}).get(name))

    # The model.

    @property
    def name(self) -> str:
        """What the model calls itself."""
        return str(self._document["model"]["name"])

    @property
    def path(self) -> str:
        """The file, or what stands for it."""
        return str(self._document["model"]["path"])

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the open sizes."""
        return tuple(symbol["id"] for symbol in self._document["symbols"])

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What must hold of the open sizes for the figures to hold."""
        return tuple(self._document["assumptions"])

    @property
    def complete(self) -> bool:
        """Whether every node was costed; otherwise totals are lower bounds, and ``diagnostics`` say why."""
        return bool(self._document["complete"])

    @property
    def document(self) -> Json:
        """All of it, as ``macroscope analyze --format json`` writes it (docs/macroscope-1.schema.json)."""
        return self._document

    # Totals.

    @property
    def parameters(self) -> MaybeSize:
        """Number of learned parameters; of a PyTorch module exactly ``sum(p.numel() for p in module.parameters())``."""
        counted = self._total("parameters")
        return counted + self._unused if counted is not None and self._unused else counted

    @property
    def unused_parameters(self) -> int:
        """Of a PyTorch module: parameters that this forward pass does not read. They are part of ``parameters`` and of no layer."""
        return self._unused

    @property
    def macs(self) -> MaybeSize:
        """Multiply-accumulates of one forward pass."""
        return self._total("macs")

    @property
    def effective_macs(self) -> MaybeSize:
        """MACs without those on padding, masked taps and stuffed zeros."""
        return self._total("effective_macs")

    @property
    def flops(self) -> MaybeSize:
        """Floating-point operations of one forward pass: 2 per MAC, and what element-wise layers add."""
        return self._total("flops")

    @property
    def int_ops(self) -> MaybeSize:
        """Operations on integers."""
        return self._total("int_ops")

    @property
    def weight_bytes(self) -> MaybeSize:
        """Bytes of all stored tensors that some layer reads."""
        return self._total("weight_bytes")

    @property
    def activation_bytes(self) -> MaybeSize:
        """Bytes of all layers' outputs together."""
        return self._total("activation_bytes")

    @property
    def peak_bytes(self) -> MaybeSize:
        """The most bytes of activations that are alive at once; weights come on top."""
        return self._size(self._document.get("totals", {}).get("peak", {}).get("bytes"))

    @property
    def bytes_read(self) -> MaybeSize:
        """Bytes that all layers together read, weights included."""
        return self._total("bytes_read")

    @property
    def bytes_written(self) -> MaybeSize:
        """Bytes that all layers together write."""
        return self._total("bytes_written")

    @property
    def training_macs(self) -> MaybeSize:
        """MACs of one step of training: forward and backward."""
        return self._size(self._document.get("totals", {}).get("training", {}).get("macs"))

    @property
    def training(self) -> Mapping[str, Any]:
        """A step of training in full: gradients, optimizer, kept activations (bytes and MACs)."""
        return self._sized(self._document.get("totals", {}).get("training", {}))

    @property
    def best_case_seconds(self) -> Optional[float]:
        """With a device: no run on it is faster."""
        seconds = self._document.get("roofline", {}).get("best_case_seconds")
        return None if seconds is None else float(seconds)

    def _sized(self, figures: Json) -> Json:
        sized: Json = {}
        for key, value in figures.items():
            if isinstance(value, dict):
                sized[key] = self._sized(value)
            else:
                sized[key] = value if isinstance(value, bool) or key == "optimizer" else self._size(value)
        return sized

    # Rows.

    @property
    def layers(self) -> Layers:
        """Every node, typed; ``.to_pandas()`` makes a table of them."""
        rows = [("", row) for row in self._document["layers"]]
        for scope, content in self._document["scopes"].items():
            rows.extend((scope, row) for row in content["layers"])
        return Layers(rows, self._size)

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """By name: the values of the main graph."""
        return {name: self._tensor(name, content) for name, content in self._document["tensors"].items()}

    def _tensor(self, name: str, content: Json) -> Tensor:
        shape = content.get("shape")
        dims = None if shape is None else tuple(size for size in map(self._size, shape) if size is not None)
        return Tensor(name, content.get("dtype"), dims, content.get("kind", "dense"))

    @property
    def findings(self) -> list[Finding]:
        """What stands out in the structure."""
        return [
            Finding(row["kind"], tuple(row.get("layers", ())), {key: self._size(value) for key, value in row.get("saves", {}).items()},
                    {key: value for key, value in row.items() if key not in ("kind", "layers", "saves")}) for row in self._document["findings"]
        ]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Errors, warnings and notes about the model."""
        return [Diagnostic(**row) for row in self._document["diagnostics"]] + self._notes

    @property
    def generation(self) -> Optional[Json]:
        """Of a language model: the cost to read a prompt (``prefill``) and to say one more token (``decode``); None where it has no attention."""
        content = self._document.get("generation")
        if content is None:
            return None
        costs = {part: None if content[part] is None else self._sized(content[part]) for part in ("prefill", "decode")}
        return {**content, **costs, "cache_bytes_per_token": self._size(content["cache_bytes_per_token"])}

    @property
    def sweep(self) -> list[Json]:
        """With a range in ``set``: the totals for each of its sizes, in order; each row has its sizes by name as well."""
        content = self._document.get("sweep", {"symbols": [], "rows": []})
        rows = []
        for row in content["rows"]:
            figures = {key: value if key in ("complete", "best_case_seconds") else self._size(value) for key, value in row.items() if key != "values"}
            rows.append({**dict(zip(content["symbols"], map(self._size, row["values"]))), **figures})
        return rows

    # What follows.

    def at(self, sizes: Optional[Mapping[str, int]] = None, /, **named: int) -> Analysis:
        """The analysis with numbers for open sizes: ``analysis.at(batch=8, length=512).peak_bytes``.

        Raises UsageError for a name that is no open size of the model.
        """
        values = {**(sizes or {}), **named}
        for name in values:
            if name not in self.symbols:
                raise UsageError(f"the model has no open size called {name!r}", code="unknown-symbol", help=f"it has {', '.join(self.symbols) or 'none'}")
        return self._request.with_sizes(values).analysis().with_module(self._unused, self._notes)

    def save(self, file: Union[str, os.PathLike[str]]) -> None:
        """Writes a report; the ending says which: .html .txt .md .tex .json .csv .dot .svg."""
        self._request.write(os.fspath(file))

    def __str__(self) -> str:
        return self._request.report("text")

    def __repr__(self) -> str:
        return f"<macroscope.Analysis of {self.name or self.path}: {self.parameters} parameters, {self.macs} MACs>"

    def _repr_html_(self) -> str:
        import html

        page = html.escape(self._request.report("html"), quote=True)
        return f'<iframe sandbox="allow-scripts" style="width:100%;height:620px;border:0" srcdoc="{page}"></iframe>'


def totals_by_name(analysis: Analysis) -> dict[str, MaybeSize]:
    """Those that a budget may limit."""
    return {name: getattr(analysis, name) for name in
            ("parameters", "macs", "effective_macs", "flops", "int_ops", "weight_bytes", "activation_bytes", "peak_bytes", "bytes_read",
             "bytes_written", "training_macs")}


__all__ = ["Analysis", "Diagnostic", "Expression", "Finding", "Layer", "Layers", "Tensor"]
