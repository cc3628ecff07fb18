"""Assertions about shapes and dtypes, which are known in traces, too, under the names of
`tf.debugging`.
"""

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.public import public


@public("assert_rank", "debugging.assert_rank")
def assert_rank(x, rank, message=None, name=None):
    """Refuse a tensor with another number of axes."""
    _refuse_rank(x, as_tensor(x).ndim == int(rank), f"{int(rank)} axes", message)


@public("debugging.assert_rank_at_least")
def assert_rank_at_least(x, rank, message=None, name=None):
    """Refuse tensors with fewer axes."""
    _refuse_rank(x, as_tensor(x).ndim >= int(rank), f"at least {int(rank)} axes", message)


@public("debugging.assert_rank_in")
def assert_rank_in(x, ranks, message=None, name=None):
    """Refuse tensors with other numbers of axes."""
    ranks = [int(rank) for rank in ranks]
    _refuse_rank(x, as_tensor(x).ndim in ranks, f"one of {ranks} axes", message)


def _refuse_rank(x, holds, expected, message):
    if not holds:
        raise errors.shape_mismatch("x", got=as_tensor(x).shape, expected=expected, hint=message)


@public("debugging.assert_scalar")
def assert_scalar(tensor, message=None, name=None):
    """Refuse what is no scalar; gives the tensor."""
    tensor = as_tensor(tensor)
    if tensor.shape:
        raise errors.shape_mismatch("tensor", got=tensor.shape, expected="a scalar", hint=message)
    return tensor


@public("debugging.assert_integer", "compat.v1.assert_integer")
def assert_integer(x, message=None, name=None):
    """Refuse tensors of other dtypes than ints."""
    if not dtypes.is_int(as_tensor(x).dtype):
        raise TypeError(f"{message or 'Expected integers'}: {as_tensor(x).dtype}")


@public("debugging.assert_type", "compat.v1.assert_type")
def assert_type(tensor, tf_type, message=None, name=None):
    """Refuse tensors of another dtype."""
    dtype = as_tensor(tensor).dtype
    if dtype != dtypes.standardize(tf_type):
        raise TypeError(f"{message or 'Wrong dtype'}: expected {tf_type}, got {dtype}.")


@public("debugging.is_numeric_tensor")
def is_numeric_tensor(tensor):
    """Whether something is a tensor of numbers."""
    dtype = getattr(tensor, "dtype", None)
    return dtype is not None and hasattr(tensor, "shape") and dtype not in ("string", "bool")


@public("debugging.assert_shapes")
def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """Refuse tensors whose sizes are not as they are said, or not the same where one letter stands
    for them.

    Args:
        shapes: list of pairs, or dict, of a tensor and its shape: a sequence of int, None for any
            size, and strings that stand for one size each; a string is taken letter by letter.
            `...` or `"*"` in front stand for any axes.
        data: of no consequence.
        summarize: of no consequence.
        message: text for the error, or None.
        name: of no consequence.
    """
    sizes = {}
    for x, given in shapes.items() if isinstance(shapes, dict) else shapes:
        expected = [int(n) if isinstance(n, str) and n.isdigit() else n for n in given]
        got = tuple(as_tensor(x).shape)
        if expected and expected[0] in (..., "*"):
            expected = expected[1:]
            got = got[max(0, len(got) - len(expected)) :]
        fits = len(got) == len(expected)
        for size, wanted in zip(got, expected, strict=False):
            if isinstance(wanted, str) and wanted != ".":
                wanted = sizes.setdefault(wanted, size)
            fits = fits and wanted in (None, ".", size)
        if not fits:
            known = tuple(sizes.get(n, n) if isinstance(n, str) else n for n in given)
            raise errors.shape_mismatch("x", got=as_tensor(x).shape, expected=known, hint=message)
