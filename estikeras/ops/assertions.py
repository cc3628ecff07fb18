"""Assertions about values, under the names of `tf.debugging`.

In a trace, one about values is a node that fails when it is computed: in every run, and in a model
function where the operation is run that it gives, by itself or as what others come after.
"""

from dataclasses import dataclass

import numpy as np

from estikeras.engine import context, dtypes
from estikeras.engine import session_graph as session
from estikeras.engine.operation import is_traced
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import TraceError, as_tensor
from estikeras.ops import comparison, core, reduction
from estikeras.ops.branches import is_taken
from estikeras.primitives import checks
from estikeras.public import public

_SIGNS = {
    "==": comparison.equal,
    "!=": comparison.not_equal,
    "<": comparison.less,
    "<=": comparison.less_equal,
    ">": comparison.greater,
    ">=": comparison.greater_equal,
}
_SHOWN = 3  # numbers of a tensor in a message


@dataclass(frozen=True)
class _Message:
    """The text of an assertion that fails, made of its data.

    Attributes:
        parts: texts, and None where an array's values come.
        summarize: how many numbers of an array are shown; a negative number shows all.
    """

    parts: tuple
    summarize: int

    def __call__(self, *arrays):
        given = iter(arrays)
        texts = [_shown(next(given), self.summarize) if x is None else x for x in self.parts]
        return "assertion failed: " + " ".join(f"[{text}]" for text in texts)


def _shown(array, most):
    """The first numbers of an array; rows are in brackets."""
    array = np.asarray(array)
    most = array.size if most < 0 else most
    cut = "..." if array.ndim > 1 and most < array.size else ""
    return _shown_rows(np.atleast_1d(array), most) + cut


def _shown_rows(array, most):
    if array.ndim == 1:
        cut = "..." if most < array.size else ""
        return " ".join(map(_shown_number, array[:most])) + cut
    rows = []
    for row in array:
        if most > 0:
            rows.append(f"[{_shown_rows(row, most)}]")
            most -= row.size
    return "".join(rows)


def _shown_number(x):
    if isinstance(x, bytes):
        return x.decode(errors="backslashreplace")
    return str(int(x) if isinstance(x, np.bool_) else x).removesuffix(".0")


def require(condition, data, summarize=None, name=None):
    """Refuse a condition that is not true, now or when it is computed.

    Args:
        condition: boolean tensor.
        data: list of tensors and texts for the message.
        summarize: how many numbers of each tensor the message has; None for 3.
        name: name of the operation.

    Returns:
        In a model function the operation that checks it, else None.

    Raises:
        InvalidArgumentError: when it is known and not true everywhere.
    """
    most = _SHOWN if summarize is None else summarize
    data = [x if isinstance(x, str) else as_tensor(x) for x in data]
    traced = [x for x in data if is_traced(x)]
    parts = [
        x if isinstance(x, str) else None if is_traced(x) else _shown(x.value, most) for x in data
    ]
    message = _Message(tuple(parts), most)
    trace = context.current.trace
    if trace is None:
        checks.check(condition, message=message)
        return None
    if trace.must_check:
        raise TraceError("An assertion needs the value.")
    if context.current.branches:
        condition = comparison.logical_or(condition, comparison.logical_not(is_taken()))
    checked = trace.apply(checks.check, (as_tensor(condition), *traced), {"message": message})
    return trace.must_compute(checked, name or "Assert")


def _require_of_values(condition, data, summarize, name):
    """As `require`; what is known is refused at once also in a trace."""
    if is_traced(condition) or context.current.trace is None:
        return require(condition, data, summarize, name)
    with context.init_scope():
        require(condition, data, summarize)
    return nothing()


def nothing():
    """What an assertion gives that holds: in a model function an operation, else None."""
    return None if session_graph() is None else session.group([], "assert")


def compare(sign, x, y, message=None, summarize=None, name=None, data=None):
    """Refuse tensors for which a comparison is not true everywhere.

    Args:
        sign: `"=="` and its kin.
        x: tensor.
        y: tensor.
        message: text in front of the data, or None.
        summarize: as for `require`.
        name: as for `require`.
        data: what the message has in place of both tensors.
    """
    x, y = core.promote(x, y)
    if data is None:
        says = f"Condition x {sign} y did not hold element-wise:"
        data = [says, _label("x", x), x, _label("y", y), y]
    holds = reduction.all(_SIGNS[sign](x, y))
    return _require_of_values(holds, _with(message, data), summarize, name)


def compare_with_zero(sign, x, message=None, summarize=None, name=None, data=None):
    """Refuse a tensor for which a comparison with 0 is not true everywhere; see `compare`."""
    x = as_tensor(x)
    if data is None:
        data = [f"Condition x {sign} 0 did not hold element-wise:", _label("x", x), x]
    holds = reduction.all(_SIGNS[sign](x, 0))
    return _require_of_values(holds, _with(message, data), summarize, name)


def near(x, y, rtol, atol, message=None, summarize=None, name=None, data=None):
    """Refuse an x that is farther than `atol + rtol * |y|` from y anywhere; see `compare`."""
    x, y = core.promote(x, y)
    small = 10 * float(np.finfo(dtypes.to_numpy(x.dtype)).eps)
    rtol, atol = small if rtol is None else rtol, small if atol is None else atol
    if data is None:
        says = f"x and y not equal to tolerance rtol = {rtol:.8g}, atol = {atol:.8g}"
        data = [says, _label("x", x), x, _label("y", y), y]
    close = abs(x - y) <= core.cast(atol, x.dtype) + core.cast(rtol, x.dtype) * abs(y)
    return _require_of_values(reduction.all(close), _with(message, data), summarize, name)


def _with(message, data):
    return [*([message] if message else []), *data]


def _label(word, x):
    """How the message calls a tensor: by its name, or else by its shape and dtype."""
    graph = session_graph()
    name = None if graph is None else graph.known_as(x)
    return f"{word} ({name or f'shape={tuple(x.shape)} dtype={x.dtype}'}) = "


@public("Assert", "debugging.Assert")
def Assert(condition, data, summarize=None, name=None):
    """Refuse a condition that is false.

    Args:
        condition: a boolean scalar.
        data: list of tensors and texts for the message.
        summarize: how many numbers of each tensor the message has; None for 3, -1 for all.
        name: name of the operation.

    Returns:
        In a model function the operation that checks it, else None.
    """
    return require(core.boolean(condition), data, summarize, name)


@public("assert_equal", "debugging.assert_equal")
def assert_equal(x, y, message=None, summarize=None, name=None):
    """Refuse tensors that are not equal everywhere."""
    return compare("==", x, y, message, summarize, name)


@public("debugging.assert_none_equal")
def assert_none_equal(x, y, summarize=None, message=None, name=None):
    """Refuse tensors that are equal anywhere."""
    return compare("!=", x, y, message, summarize, name)


@public("assert_greater", "debugging.assert_greater")
def assert_greater(x, y, message=None, summarize=None, name=None):
    """Refuse an x that is not greater than y everywhere."""
    return compare(">", x, y, message, summarize, name)


@public("debugging.assert_greater_equal")
def assert_greater_equal(x, y, message=None, summarize=None, name=None):
    """Refuse an x that is less than y anywhere."""
    return compare(">=", x, y, message, summarize, name)


@public("assert_less", "debugging.assert_less")
def assert_less(x, y, message=None, summarize=None, name=None):
    """Refuse an x that is not less than y everywhere."""
    return compare("<", x, y, message, summarize, name)


@public("debugging.assert_less_equal")
def assert_less_equal(x, y, message=None, summarize=None, name=None):
    """Refuse an x that is greater than y anywhere."""
    return compare("<=", x, y, message, summarize, name)


@public("debugging.assert_near")
def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """Refuse an x that is farther than `atol + rtol * |y|` from y anywhere.

    Args:
        x: tensor of floats.
        y: tensor of floats.
        rtol: number; None stands for ten times the distance of 1 to the next number.
        atol: number; None stands for the same.
        message: text in front of the data, or None.
        summarize: how many numbers of each tensor the message has; None for 3, -1 for all.
        name: name of the operation.
    """
    return near(x, y, rtol, atol, message, summarize, name)


@public("debugging.assert_positive")
def assert_positive(x, message=None, summarize=None, name=None):
    """Refuse values that are not greater than 0."""
    return compare_with_zero(">", x, message, summarize, name)


@public("debugging.assert_negative")
def assert_negative(x, message=None, summarize=None, name=None):
    """Refuse values that are not less than 0."""
    return compare_with_zero("<", x, message, summarize, name)


@public("debugging.assert_non_negative")
def assert_non_negative(x, message=None, summarize=None, name=None):
    """Refuse values less than 0."""
    return compare_with_zero(">=", x, message, summarize, name)


@public("debugging.assert_non_positive")
def assert_non_positive(x, message=None, summarize=None, name=None):
    """Refuse values greater than 0."""
    return compare_with_zero("<=", x, message, summarize, name)


@public("debugging.check_numerics", "compat.v1.check_numerics")
def check_numerics(tensor, message, name=None):
    """The tensor, whose values and gradients must be finite numbers.

    Args:
        tensor: tensor of floats.
        message: text in front of what is said about the values.
        name: name of the result.
    """
    x = as_tensor(tensor)
    trace = context.current.trace
    if trace is None:
        return checks.check_numerics(x, message=message)[0]
    if trace.must_check:
        raise TraceError("An assertion needs the value.")
    for choice, wanted in context.current.branches:
        choice = choice if wanted else comparison.logical_not(choice)
        x = comparison.where(choice, x, 0)
    y, checked = checks.check_numerics(trace.own(x), message=message)
    if session_graph() is None:  # a model function computes it where its result is needed
        trace.must_compute(checked, "CheckNumerics")
    return y


@public("debugging.assert_all_finite")
def assert_all_finite(x, message, name=None):
    """The tensor, whose values and gradients must be finite numbers; see `check_numerics`."""
    return check_numerics(x, message, name)
