"""Writes the loop of a fused node: Python source from the expressions of its steps, compiled like
any other kernel.

Dimensions that all operands run through alike are collapsed first, so most loops have one or two
    levels: rows, whose range
is divided among threads, and columns, over which every operand has stride 1 or 0.
"""

import functools
import hashlib
import linecache
import math
import re

import numpy as np

from estikeras.engine import dtypes
from estikeras.kernels import abi, mathematics

COST_OF_FUNCTION = 10  # of a call such as exp, in units of an addition


def collapse(shape, operands):
    """Merge neighbouring dimensions that every operand runs through alike.

    Args:
        shape: the shape of the loop.
        operands: shapes that broadcast to it.

    Returns:
        The sizes that are left and, for each operand, which of them it runs through (False where it
        is broadcast).
    """
    sizes, runs = [], []
    for d, size in enumerate(shape):
        if size == 1:
            continue
        pattern = tuple(
            d - len(shape) + len(o) >= 0 and o[d - len(shape) + len(o)] != 1 for o in operands
        )
        if runs and runs[-1] == pattern:
            sizes[-1] *= size
        else:
            sizes.append(size)
            runs.append(pattern)
    if not sizes:
        sizes, runs = [1], [tuple(True for _ in operands)]
    return sizes, [tuple(run[i] for run in runs) for i in range(len(operands))]


def strides(sizes, run):
    """Elements from one index to the next along each size; 0 where the operand is broadcast."""
    out, step = [], 1
    for size, through in zip(reversed(sizes), reversed(run), strict=True):
        out.append(step if through else 0)
        step *= size if through else 1
    return out[::-1]


class FusedLoop:
    """A generated loop together with the arguments that a call of it takes.

    Args:
        fused: the Fused primitive.
        inputs: Specs of the inputs.
        outputs: Specs of the outputs.
        in_place: output number -> number of the input whose array it overwrites.
    """

    def __init__(self, fused, inputs, outputs, in_place=None):
        self.fused, self.inputs, self.outputs = fused, inputs, outputs
        self.shared = in_place or {}
        shape = outputs[0].shape
        self.sizes, self.runs = collapse(shape, [x.shape for x in inputs])
        self.strides = [strides(self.sizes, run) for run in self.runs]
        self.flat = len(self.sizes) == 1
        calls = sum(step.primitive.elementwise.count("math.") for step in fused.steps)
        self.work = math.prod(shape) * (len(inputs) + len(fused.steps) + COST_OF_FUNCTION * calls)

    def arguments(self):
        """The words of the argument block, in the order of the generated function's parameters."""
        words = [("in", i) for i in range(len(self.inputs))]
        words += [("out", j) for j in range(len(self.outputs)) if j not in self.shared]
        if self.flat:
            return (*words, self.sizes[0])
        words += [math.prod(self.sizes[:-1]), self.sizes[-1]]
        for i, steps in enumerate(self.strides):
            if self._kind(i) == "any":
                words += [max(1, self.inputs[i].size), *[t for t in steps[:-1] if t]]
        return (*words, *self.sizes[1:-1])

    def native(self):
        """The compiled loop, an object with an `address`."""
        return _native(self.source(), "size" if self.flat else "rows")

    def _kind(self, i):
        """How the loop runs through input i: "full", "one", "row" (one row for all), "column" or
        "any".
        """
        run = self.runs[i]
        if all(run):
            return "full"
        if not any(run):
            return "one"
        if not any(run[:-1]):
            return "row"
        return "column" if all(run[:-1]) and len(run) == 2 else "any"

    def source(self):
        """The Python source of the loop."""
        full = "size" if self.flat else "rows, columns"
        shapes = {"full": full, "one": "1", "row": "columns", "column": "rows"}
        arrays = [
            f'a{i}: "{x.dtype}[{shapes.get(self._kind(i), f"s{i}")}]"'
            for i, x in enumerate(self.inputs)
        ]
        arrays += [
            f'b{j}: "{y.dtype}[{full}]"' for j, y in enumerate(self.outputs) if j not in self.shared
        ]
        if self.flat:
            numbers = ["size"]
        else:
            numbers = ["rows", "columns"]
            for i, steps in enumerate(self.strides):
                if self._kind(i) == "any":
                    numbers += [f"s{i}", *[f"t{i}_{d}" for d, t in enumerate(steps[:-1]) if t]]
            numbers += [*[f"n{d}" for d in range(1, len(self.sizes) - 1)], "first"]
        outside, in_row, inside = self._loads()
        body = [*inside, *self._steps()]
        if self.flat:
            lines = [*outside, "for i in range(size):", *_indent(body)]
        else:
            rows = [*in_row, "for j in range(columns):", *_indent(body)]
            lines = [*outside, "for i in range(rows):", *_indent(rows)]
        return "\n".join([f"def fused({', '.join([*arrays, *numbers])}):", *_indent(lines)]) + "\n"

    def _loads(self):
        """Lines that read the inputs: before the loops, once a row, once an element."""
        outside, in_row, inside = [], [], []
        if any(self._kind(i) == "any" for i in range(len(self.inputs))):
            in_row += self._row_indices()
        for i, steps in enumerate(self.strides):
            kind = self._kind(i)
            if kind == "one":
                outside.append(f"v{i} = a{i}[0]")
            elif kind == "full":
                inside.append(f"v{i} = a{i}[{'i' if self.flat else 'i, j'}]")
            elif kind == "row":
                inside.append(f"v{i} = a{i}[j]")
            elif kind == "column":
                in_row.append(f"v{i} = a{i}[i]")
            else:
                terms = [f"i{d} * t{i}_{d}" for d, t in enumerate(steps[:-1]) if t]
                in_row.append(f"o{i} = {' + '.join(terms)}")
                if steps[-1]:
                    inside.append(f"v{i} = a{i}[unsigned(o{i} + j)]")
                else:
                    in_row.append(f"v{i} = a{i}[unsigned(o{i})]")
        return outside, in_row, inside

    def _row_indices(self):
        """Lines that turn the number of a row into the indices of the outer dimensions."""
        lines, rest = [], "(first + i)"
        for d in reversed(range(len(self.sizes) - 1)):
            lines.append(f"i{d} = {rest}" + (f" % n{d}" if d else ""))
            if d:
                lines.append(f"r{d} = {rest} // n{d}")
                rest = f"r{d}"
        return lines

    def _steps(self):
        count, place = len(self.inputs), "i" if self.flat else "i, j"
        lines = [f"v{count + k} = {_expression(step)}" for k, step in enumerate(self.fused.steps)]
        for j, number in enumerate(self.fused.results):
            array = f"a{self.shared[j]}" if j in self.shared else f"b{j}"
            lines.append(f"{array}[{place}] = v{count + number}")
        return lines


def _indent(lines):
    return ["    " + line for line in lines]


def _expression(step):
    dtype = step.spec.dtype
    text = re.sub(
        r"\bx(\d+)\b",
        lambda found: f"v{step.inputs[int(found.group(1))]}",
        step.primitive.elementwise,
    )
    if dtypes.is_float(dtype):
        text = re.sub(r"(v\d+) \*\* (v\d+)", r"math.pow(\1, \2)", text)
    text = re.sub(r"\bT\(", f"{dtype}_(", text)
    text = re.sub(
        r"\bmath\.(\w+)",
        lambda found: (
            f"{found.group(1)}_{dtype}"
            if (found.group(1), dtype) in mathematics.FAST
            else found.group(0)
        ),
        text,
    )
    return text if dtype == "bool" else f"{dtype}_({text})"


@functools.cache
def _scope():
    """What the expressions may name."""
    scope = {"__name__": "generated", "math": math, "unsigned": np.uint64, "bool_": np.bool_}
    scope |= {f"{dtype}_": getattr(np, dtype) for dtype in (*dtypes.INTS, "float32", "float64")}
    return scope | {
        f"{function}_{dtype}": helper for (function, dtype), helper in mathematics.FAST.items()
    }


@functools.cache
def _native(source, split):
    """The loop for a source text; machine code is found on the disk by the hash of the text."""
    name = f"fused-{hashlib.blake2b(source.encode(), digest_size=12).hexdigest()}"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    scope = dict(_scope())
    exec(compile(source, name, "exec"), scope)  # our own text, made of the primitives' expressions
    scope["fused"].__qualname__ = name
    return abi.loop(split=split)(scope["fused"]).native({})
