"""tf.print: values as text, now or whenever a program comes there."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.operation import is_traced
from estikeras.engine.tensor import Tensor, TraceError, as_tensor
from estikeras.engine.variable import Variable
from estikeras.ops.branches import is_taken
from estikeras.primitives.telling import told
from estikeras.public import public

_FILE = "file://"


@public("print")
def print(*inputs, output_stream=None, summarize=3, sep=" ", end="\n", name=None):
    """Write values, in a compiled function or a model function each time it comes there.

    Args:
        *inputs: tensors, and structures of them and of anything else.
        output_stream: a file, a function of a text such as `tf.get_logger().info`, or "file://"
            and a path, to which is added; None stands for sys.stderr.
        summarize: how many numbers at each end of an axis are written; None or -1 for all.
        sep: what stands between inputs.
        end: what stands at the end.
        name: name of the operation.

    Returns:
        In a model function the operation that writes, which runs where it is fetched or required;
        else None.
    """
    parts = []
    for i, x in enumerate(inputs):
        parts += [sep] * (i > 0) + (_parts(x) if isinstance(x, _HELD) else [str(x)])
    parts = [x if isinstance(x, str) or is_traced(x) else x.value for x in [*parts, end]]
    stream = sys.stderr if output_stream is None else output_stream
    if not (hasattr(stream, "write") or callable(stream) or str(stream).startswith(_FILE)):
        raise errors.invalid(
            "output_stream", got=stream, expected="a file, a function of a text, or 'file://PATH'"
        )
    most = None if summarize is None or summarize < 0 else summarize
    traced = [x for x in parts if is_traced(x)]
    write = _Writer(tuple(None if is_traced(x) else x for x in parts), stream, most)
    trace = context.current.trace
    if trace is None:
        write(True)
        return None
    if trace.must_check:
        raise TraceError("print() writes for each element.")
    wanted = as_tensor(is_taken())
    # What is told begins with the value itself: whether to write at all.
    done = trace.apply(told, (wanted, wanted, *traced), {"tell": write})
    return trace.must_compute(done, name or "PrintV2")


@dataclass(frozen=True, eq=False)
class _Writer:
    """Writes texts and arrays, unless a branch is not wanted.

    Attributes:
        parts: texts and arrays, and None where an array comes that the call is given.
        stream: where to.
        most: how many numbers at each end of an axis are written, or None for all.
    """

    parts: tuple
    stream: object
    most: int | None

    def __call__(self, wanted, *arrays):
        if not wanted:
            return
        given = iter(arrays)
        found = [next(given) if x is None else x for x in self.parts]
        text = "".join(x if isinstance(x, str) else text_of(x, self.most) for x in found)
        if hasattr(self.stream, "write"):
            self.stream.write(text)
        elif callable(self.stream):
            self.stream(text.removesuffix("\n"))
        else:
            with Path(self.stream.removeprefix(_FILE)).open("a", encoding="utf-8") as file:
                file.write(text)


_HELD = (Tensor, Variable, dict, list, tuple)


def _parts(x):
    """A structure as texts and tensors."""
    if isinstance(x, Tensor | Variable):
        return [as_tensor(x)]
    if isinstance(x, dict):
        rows = [[f"{key!r}: ", *_parts(value)] for key, value in x.items()]
        return _in_brackets("{}", rows)
    if isinstance(x, list | tuple):
        ends = "[]" if isinstance(x, list) else ("()", "(,)")[len(x) == 1]
        return _in_brackets(ends, [_parts(value) for value in x])
    return [repr(x)]


def _in_brackets(ends, rows):
    parts = [part for i, row in enumerate(rows) for part in ([", "] * (i > 0) + row)]
    return [ends[0], *parts, ends[1:]]


def text_of(array, most):
    """An array as TensorFlow writes it.

    Args:
        array: of numbers, truth values or bytes.
        most: how many entries at each end of an axis are written, or None for all.
    """
    return _rows(array, most, np.ndim(array))


def _rows(array, most, ndim):
    if np.ndim(array) == 0:
        return _number(array[()] if isinstance(array, np.ndarray) else array)
    count = len(array)
    is_cut = most is not None and count > 2 * most
    places = [*range(most), *range(count - most, count)] if is_cut else range(count)
    texts = [_rows(array[i], most, ndim) for i in places]
    if is_cut:
        texts.insert(most, "...")
    between = " "
    if array.ndim > 1:  # what has more axes is further apart; rows stand below their bracket
        between = "\n" * (array.ndim - 1) + " " * (ndim - array.ndim + 1)
    return f"[{between.join(texts)}]"


def _number(x):
    if isinstance(x, bytes):
        return f'"{x.decode(errors="backslashreplace")}"'
    if isinstance(x, np.complexfloating):
        return f"({x.real:g},{x.imag:g})"
    if isinstance(x, np.integer | np.bool_):
        return str(int(x))
    few, all_digits = (15, 17) if isinstance(x, np.float64) else (6, 9)
    text = f"{float(x):.{few}g}"
    return text if type(x)(text) == x or np.isnan(float(x)) else f"{float(x):.{all_digits}g}"
