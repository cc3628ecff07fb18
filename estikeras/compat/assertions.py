"""Assertions with TensorFlow 1's arguments."""

from estikeras.compat.older import older
from estikeras.ops import assertions, shape_assertions
from estikeras.public import public


@public("compat.v1.assert_equal", "compat.v1.debugging.assert_equal")
def assert_equal(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse tensors that are not equal everywhere."""
    return assertions.compare("==", x, y, message, summarize, name, data)


@public("compat.v1.assert_none_equal", "compat.v1.debugging.assert_none_equal")
def assert_none_equal(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse tensors that are equal anywhere."""
    return assertions.compare("!=", x, y, message, summarize, name, data)


@public("compat.v1.assert_greater", "compat.v1.debugging.assert_greater")
def assert_greater(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse an x that is not greater than y everywhere."""
    return assertions.compare(">", x, y, message, summarize, name, data)


@public("compat.v1.assert_greater_equal", "compat.v1.debugging.assert_greater_equal")
def assert_greater_equal(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse an x that is less than y anywhere."""
    return assertions.compare(">=", x, y, message, summarize, name, data)


@public("compat.v1.assert_less", "compat.v1.debugging.assert_less")
def assert_less(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse an x that is not less than y everywhere."""
    return assertions.compare("<", x, y, message, summarize, name, data)


@public("compat.v1.assert_less_equal", "compat.v1.debugging.assert_less_equal")
def assert_less_equal(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse an x that is greater than y anywhere."""
    return assertions.compare("<=", x, y, message, summarize, name, data)


@public("compat.v1.assert_near", "compat.v1.debugging.assert_near")
def assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None):
    """Refuse an x that is farther than `atol + rtol * |y|` from y anywhere.

    Args:
        x: tensor of floats.
        y: tensor of floats.
        rtol: number; None stands for ten times the distance of 1 to the next number.
        atol: number; None stands for the same.
        data: list of what the message has in place of both tensors, or None.
        summarize: how many numbers of each tensor the message has; None for 3, -1 for all.
        message: text in front of the data, or None.
        name: name of the operation.
    """
    return assertions.near(x, y, rtol, atol, message, summarize, name, data)


@public("compat.v1.assert_positive", "compat.v1.debugging.assert_positive")
def assert_positive(x, data=None, summarize=None, message=None, name=None):
    """Refuse values that are not greater than 0."""
    return assertions.compare_with_zero(">", x, message, summarize, name, data)


@public("compat.v1.assert_negative", "compat.v1.debugging.assert_negative")
def assert_negative(x, data=None, summarize=None, message=None, name=None):
    """Refuse values that are not less than 0."""
    return assertions.compare_with_zero("<", x, message, summarize, name, data)


@public("compat.v1.assert_non_negative", "compat.v1.debugging.assert_non_negative")
def assert_non_negative(x, data=None, summarize=None, message=None, name=None):
    """Refuse values less than 0."""
    return assertions.compare_with_zero(">=", x, message, summarize, name, data)


@public("compat.v1.assert_non_positive", "compat.v1.debugging.assert_non_positive")
def assert_non_positive(x, data=None, summarize=None, message=None, name=None):
    """Refuse values greater than 0."""
    return assertions.compare_with_zero("<=", x, message, summarize, name, data)


@public("compat.v1.verify_tensor_all_finite", "compat.v1.debugging.assert_all_finite")
def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None):
    """The tensor, whose values and gradients must be finite numbers; see `check_numerics`."""
    return assertions.check_numerics(t if x is None else x, msg if message is None else message)


_UNUSED = "data summarize"
assert_rank = public("compat.v1.assert_rank", "compat.v1.debugging.assert_rank")(
    older(shape_assertions.assert_rank, "x rank data summarize message name", _UNUSED)
)
assert_rank_at_least = public(
    "compat.v1.assert_rank_at_least", "compat.v1.debugging.assert_rank_at_least"
)(older(shape_assertions.assert_rank_at_least, "x rank data summarize message name", _UNUSED))
assert_rank_in = public("compat.v1.assert_rank_in", "compat.v1.debugging.assert_rank_in")(
    older(shape_assertions.assert_rank_in, "x ranks data summarize message name", _UNUSED)
)
assert_scalar = public("compat.v1.assert_scalar", "compat.v1.debugging.assert_scalar")(
    older(shape_assertions.assert_scalar, "tensor name message")
)
