"""The functions of the package: analyze, compare, check, explain, table, assert_budget."""
from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from fractions import Fraction
from typing import Any, Optional, Union, overload

from . import _program
from ._analysis import Analysis, Diagnostic, MaybeSize, totals_by_name
from ._errors import BudgetError, UndecidedError, UsageError
from ._expression import Expression
from ._models import Model, Path, source_of
from ._request import Expressions, Names, Request, Sizes, Source, document_of, options_of, tell


@overload  # a list is no model, which the type of objects from other packages cannot say
def analyze(  # pyright: ignore[reportOverlappingOverload]
            model: list[Any], args: None = None, *, set: Optional[Sizes] = None, assume: Optional[Expressions] = None, free: Names = (),
            training: bool = False, freeze: Names = (), optimizer: Optional[str] = None, mixed_precision: bool = False,
            device: Optional[Path] = None, ops: Optional[Path] = None, without_biases: bool = False, cuts: bool = False,
            order: Optional[str] = None, in_place: bool = False, kwargs: None = None, dynamic_shapes: None = None,
            jobs: Optional[int] = None, raises: bool = True) -> list[Analysis]: ...


@overload
def analyze(model: Model, args: Optional[Any] = None, *, set: Optional[Sizes] = None, assume: Optional[Expressions] = None, free: Names = (),
            training: bool = False, freeze: Names = (), optimizer: Optional[str] = None, mixed_precision: bool = False,
            device: Optional[Path] = None, ops: Optional[Path] = None, without_biases: bool = False, cuts: bool = False,
            order: Optional[str] = None, in_place: bool = False, kwargs: Optional[Mapping[str, Any]] = None,
            dynamic_shapes: Optional[Any] = None, jobs: Optional[int] = None, raises: bool = True) -> Analysis: ...


def analyze(model: Any, args: Optional[Any] = None, *, set: Optional[Sizes] = None, assume: Optional[Expressions] = None, free: Names = (),
            training: bool = False, freeze: Names = (), optimizer: Optional[str] = None, mixed_precision: bool = False,
            device: Optional[Path] = None, ops: Optional[Path] = None, without_biases: bool = False, cuts: bool = False,
            order: Optional[str] = None, in_place: bool = False, kwargs: Optional[Mapping[str, Any]] = None,
            dynamic_shapes: Optional[Any] = None, jobs: Optional[int] = None, raises: bool = True) -> Union[Analysis, list[Analysis]]:
    """What a model costs: parameters, MACs, FLOPs, memory, layer by layer.  No weight is read.

    model           a path (``model.onnx``, ``net.net``, ``net.net:NAME``), bytes or a binary file object of ONNX, the text of a net, an
                    onnx.ModelProto, an onnx_ir.Model, a torch.nn.Module (with ``args``, ``kwargs``, ``dynamic_shapes`` as torch.export.export
                    takes them) or a torch.export.ExportedProgram.  A list of paths is analysed in one run of the program, on ``jobs`` threads,
                    and gives a list in the same order.
    args            of a module: the example inputs, a tensor or a tuple of them; on the meta device, fake or real
    set             numbers for open sizes: ``{"batch": 8}`` or ``"batch=8,height=224"``; a range sweeps: ``{"height": range(224, 513, 32)}``
    assume          expressions for open sizes: ``{"height": "32*h"}``
    free            parameters of a net that stay symbols, whatever their default is
    training        also what a step of training costs: gradients, ``optimizer`` (sgd, momentum, adam), kept activations
    freeze          patterns of parameters that are not learned; of a module those whose ``requires_grad`` is off are known
    device          path of a device's data sheet (TOML): best-case time
    ops             path of cost rules for own operators (TOML)
    without_biases  biases are stored, but count as no parameters
    cuts            where to split the model across two devices
    order           "best" looks for the order of layers that needs the least memory; "file" is the file's
    in_place        element-wise layers write over operands that nobody reads later
    raises          False: models with errors come back with what could be computed, and ``diagnostics``

    Sizes are in elements, memory in bytes, time in seconds.

    >>> macroscope.analyze("resnet50.onnx").macs.at(batch=8)
    32713474048

    Raises ModelError for a model that cannot be read or contradicts itself, UsageError for arguments that make no sense, ExportError where
    PyTorch cannot export the module.  Warnings of the program are MacroscopeWarning.
    """
    options = options_of(set=set, assume=assume, free=free, training=training, freeze=freeze, optimizer=optimizer, mixed_precision=mixed_precision,
                         device=device, ops=ops, without_biases=without_biases, cuts=cuts, order=order, in_place=in_place)
    if isinstance(model, (list, tuple)):
        return _analyze_all(model, options, jobs, raises)
    source = source_of(model, args, kwargs, dynamic_shapes)
    analysis = Request(source, options).analysis()
    if source.declared_parameters is not None:
        analysis = _with_the_module_s_parameters(analysis, source)
    return tell(analysis, raises=raises)


def _with_the_module_s_parameters(analysis: Analysis, source: Source) -> Analysis:
    """A module knows how many parameters it has; those that its forward pass does not read are in no file."""
    counted = analysis.parameters
    if not isinstance(counted, int) or source.declared_parameters is None or "--bias=exclude" in analysis.options:
        return analysis
    unread = source.declared_parameters - counted
    notes = source.notes
    if unread > 0:
        notes += (Diagnostic("note", "unused-parameters", f"{unread:,} parameters of the module are read by no layer of this forward pass"),)
    if unread < 0:
        notes += (Diagnostic("warning", "parameters", f"the exported graph has {-unread:,} parameters more than the module"),)
    return analysis.with_module(unread, notes)


def _analyze_all(models: Sequence[Any], options: tuple[str, ...], jobs: Optional[int], raises: bool) -> list[Analysis]:
    if not models:
        return []
    for model in models:
        if not isinstance(model, (str, os.PathLike)):
            raise UsageError(f"a list of models is one of paths, and holds a {type(model).__name__}", code="usage", help="call analyze for each of the others")
    paths = [os.fspath(model) for model in models]
    command = ["analyze", *options, f"--jobs={jobs or os.cpu_count() or 1}", "--format=json", "--quiet", *map(_program.as_argument, paths)]
    content = document_of(_program.run(command))
    documents = content if isinstance(content, list) else [content]
    return [tell(Analysis(document, Request(Source(path=document["model"]["path"]), options)), raises=raises, stacklevel=4) for document in documents]


class _Files:
    """Sources as files for commands that take several models."""

    def __init__(self, stack: ExitStack) -> None:
        self._folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="macroscope-"))
        self._count = 0

    def path_of(self, model: Model) -> str:
        if isinstance(model, Analysis):
            source = model._request.source
        else:
            source = source_of(model)
        if source.content is None:
            return _program.as_argument(source.path)
        self._count += 1
        path = os.path.join(self._folder, f"model{self._count}{'.net' if source.is_net else '.onnx'}")
        with open(path, "wb") as file:
            file.write(source.content)
        return path


class Comparison:
    """What is different between two models.  ``print`` shows it as the terminal does; ``document`` has all of it."""

    def __init__(self, document: dict[str, Any], text: str) -> None:
        self.document = document
        self._text = text

    @property
    def totals(self) -> dict[str, Any]:
        """By figure: its value before and after."""
        return dict(self.document["totals"])

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Layers that were added, removed or changed, by their effect."""
        return list(self.document["changes"])

    def __str__(self) -> str:
        return self._text


def compare(before: Model, after: Model, *, sort: Optional[str] = None, **options: Any) -> Comparison:
    """What is different between two models, layer by layer, and what each difference costs.

    ``before`` and ``after`` are models as analyze takes them, or analyses; ``options`` are those of analyze.
    """
    with ExitStack() as stack:
        files = _Files(stack)
        command = ["compare", *options_of(**options), *([f"--sort={sort}"] if sort else [])]
        paths = [files.path_of(before), files.path_of(after)]
        document = document_of(_program.run([*command, "--format=json", *paths]))
        text = _program.run([*command, "--format=text", "--color=never", *paths]).output.decode("utf-8", "replace")
    return Comparison(document, text)


class Check:
    """Which limits hold.  ``passed`` is whether all do; ``print`` shows what the terminal shows."""

    def __init__(self, document: dict[str, Any], text: str, code: int) -> None:
        self.document = document
        self.code = code
        self._text = text

    @property
    def passed(self) -> bool:
        """Whether no limit is broken, none undecided, and every model could be read."""
        return self.code == _program.FINE

    @property
    def failures(self) -> list[str]:
        """What failed or could not be decided, one message each."""
        return [f"{model['path']}: {verdict['message']}" for model in self.document["models"] for verdict in model["verdicts"]
                if verdict["outcome"] in ("failed", "undecided")]

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return self._text


def check(models: Union[Model, Sequence[Model]] = (), budget: Optional[Path] = None, *, baseline: Optional[Path] = None, locked: bool = False,
          **options: Any) -> Check:
    """Holds models to a budget file (TOML), to its lock file (``locked``) and to a baseline, as ``macroscope check`` does.

    models   a model or a list of them; none: those that the budget names
    budget   path of the budget; otherwise macroscope.toml, if it is here

    Raises UsageError for a budget that makes no sense.  A limit that does not hold raises nothing: see ``Check.passed``.
    """
    with ExitStack() as stack:
        files = _Files(stack)
        chosen = list(models) if isinstance(models, (list, tuple)) else [models]
        command = ["check", *options_of(**options)]
        command += [f"--budget={os.fspath(budget)}"] if budget is not None else []
        command += [f"--baseline={os.fspath(baseline)}"] if baseline is not None else []
        command += ["--locked"] if locked else []
        paths = [files.path_of(model) for model in chosen]
        every = (_program.FINE, _program.BROKEN_LIMIT, _program.BAD_MODEL, _program.UNDECIDED)
        done = _program.run([*command, "--format=json", *paths], fine=every)
        text = _program.run([*command, "--color=never", *paths], fine=every).output.decode("utf-8", "replace")
    return Check(document_of(done), text, done.code)


class Text(str):
    """Text that a notebook shows as the terminal does."""

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self)}</pre>"


def explain(model: Union[Model, Analysis], node: Union[str, int], **options: Any) -> Text:
    """One node in full: shapes, calculations, gradients, receptive field, memory.

    ``node`` is its name, its number in the file, or the name of an output.  Raises UsageError where there is no such node.
    """
    with ExitStack() as stack:
        path = _Files(stack).path_of(model)
        done = _program.run(["explain", *options_of(**options), "--color=never", path, str(node)])
    return Text(done.output.decode("utf-8", "replace"))


def table(model: Union[Model, Analysis], *, format: str = "text", depth: Optional[int] = None, **options: Any) -> Text:
    """Every layer's figures and how each is worked out: the formula, the numbers put in, the result.

    ``format`` is text, markdown, html, latex or csv; ``options`` are those of analyze.
    """
    with ExitStack() as stack:
        path = _Files(stack).path_of(model)
        more = [f"--depth={depth}"] if depth is not None else []
        done = _program.run(["table", *options_of(**options), *more, f"--format={format}", "--color=never", path])
    return Text(done.output.decode("utf-8", "replace"))


_SUFFIXES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "B": 1, "KIB": 2**10, "MIB": 2**20,
             "GIB": 2**30, "TIB": 2**40}


def _limit(name: str, value: Union[int, str]) -> int:
    if isinstance(value, int):
        return value
    found = re.fullmatch(r"\s*([0-9][0-9_,]*(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", value)
    if found is None or found[2].upper() not in _SUFFIXES:
        raise UsageError(f"{name}: {value!r} is no limit", code="usage", help='a number, or for example "4.4G", "3.2M", "16MiB"')
    exact = Fraction(found[1].replace("_", "").replace(",", "")) * _SUFFIXES[found[2].upper()]
    return int(exact)


def assert_budget(model: Union[Model, Analysis], args: Optional[Any] = None, *, kwargs: Optional[Mapping[str, Any]] = None,
                  dynamic_shapes: Optional[Any] = None, set: Optional[Sizes] = None, parameters: Union[int, str, None] = None,
                  macs: Union[int, str, None] = None, effective_macs: Union[int, str, None] = None, flops: Union[int, str, None] = None,
                  int_ops: Union[int, str, None] = None, weight_bytes: Union[int, str, None] = None,
                  activation_bytes: Union[int, str, None] = None, peak_bytes: Union[int, str, None] = None,
                  bytes_read: Union[int, str, None] = None, bytes_written: Union[int, str, None] = None,
                  training_macs: Union[int, str, None] = None) -> Analysis:
    """For tests: the model costs no more than this, ``assert_budget(model, macs="4.4G", parameters="3.2M")``.

    Limits are numbers, or text with K, M, G, T (powers of 1000) or KiB, MiB, GiB (powers of 1024).  Returns the analysis.

    Raises BudgetError, an AssertionError, that says by how much, and which layers hold most; also where a total is unknown, or depends
    on an open size that ``set`` gives no number for.
    """
    limits = {"parameters": parameters, "macs": macs, "effective_macs": effective_macs, "flops": flops, "int_ops": int_ops, "weight_bytes": weight_bytes,
              "activation_bytes": activation_bytes, "peak_bytes": peak_bytes, "bytes_read": bytes_read, "bytes_written": bytes_written,
              "training_macs": training_macs}
    given = {name: _limit(name, limit) for name, limit in limits.items() if limit is not None}
    if not given:
        raise UsageError("a budget has at least one limit", code="usage", help='for example macs="4.4G"')
    analysis = model if isinstance(model, Analysis) else analyze(model, args, kwargs=kwargs, dynamic_shapes=dynamic_shapes, set=set,
                                                                 training=training_macs is not None)
    totals = totals_by_name(analysis)
    broken = [text for name, limit in given.items() for text in _broken(analysis, name, totals[name], limit)]
    if broken:
        raise BudgetError("\n".join([f"{analysis.name or analysis.path} is over its budget", *broken]), code="budget")
    return analysis


def _broken(analysis: Analysis, name: str, total: MaybeSize, limit: int) -> list[str]:
    """Lines that say why this limit does not hold; none if it does."""
    try:
        if total is not None and total <= limit:
            return [] if analysis.complete else [f"  {name}: at least {total:,}, and not every layer could be costed (see .diagnostics)"]
    except UndecidedError as error:
        return [f"  {name}: {total} against {limit:,}: {error.help}"]
    if total is None:
        return [f"  {name}: unknown (see .diagnostics)"]
    over = f", {_by_how_much(total, limit)} too much" if isinstance(total, int) else ""
    return [f"  {name}: {_shown(total)} against {limit:,}{over}", *_largest(analysis, name)]


def _by_how_much(total: int, limit: int) -> str:
    return f"{total - limit:,} ({float(Fraction(total - limit, limit) * 100):.1f} %)" if limit else f"{total - limit:,}"


def _shown(size: MaybeSize) -> str:
    return f"{size:,}" if isinstance(size, int) else str(size)


def _largest(analysis: Analysis, name: str) -> list[str]:
    figure = {"peak_bytes": "live_bytes", "weight_bytes": "parameters", "activation_bytes": "bytes_written", "int_ops": "flops"}.get(name, name)
    at_64 = {symbol: 64 for symbol in analysis.symbols}
    rows = []
    for layer in analysis.layers:
        amount = getattr(layer, figure)
        number = amount.at(at_64) if isinstance(amount, Expression) else amount
        if isinstance(number, int) and number > 0:
            rows.append((number, amount, layer))
    rows.sort(key=lambda row: -row[0])
    return [f"    {_shown(amount):>16}  {layer.name} ({layer.operator})" for _, amount, layer in rows[:5]]

