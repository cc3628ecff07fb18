"""Penalties on weights: L1, L2, both, and on rows or columns that are not orthogonal."""

import math
import numbers

from estikeras import errors, ops
from estikeras.engine.naming import to_snake_case
from estikeras.keras.saving.family import Family
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.namespace import attach
from estikeras.public import public

# Names that differ from those of the functions here, such as aliases.
__getattr__, __dir__ = attach(__name__)


@public("keras.Regularizer", "keras.regularizers.Regularizer")
class Regularizer:
    """The base of regularizers: subclasses give a scalar for a weight tensor, which is added to the
    loss.
    """

    def __call__(self, x):
        """The penalty of a tensor, a scalar."""
        return 0.0

    @classmethod
    def from_config(cls, config):
        """A regularizer from what `get_config` gave."""
        return cls(**config)

    def get_config(self):
        """The arguments that make an equal regularizer; subclasses that are saved write this."""
        raise NotImplementedError(f"{type(self).__name__} must define `get_config()`.")


@public("keras.regularizers.L1L2", "keras.regularizers.l1_l2")
class L1L2(Regularizer):
    """`l1 * sum(abs(x)) + l2 * sum(x**2)`.

    Args:
        l1: factor >= 0 of the absolute values.
        l2: factor >= 0 of the squares.

    Raises:
        ValueError: for other factors.
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _factor("l1", 0.0 if l1 is None else l1)
        self.l2 = _factor("l2", 0.0 if l2 is None else l2)

    def __call__(self, x):
        """The penalty of a tensor, a scalar."""
        terms = []
        if self.l1:
            terms.append(self.l1 * ops.sum(ops.abs(x)))
        if self.l2:
            terms.append(self.l2 * ops.sum(ops.square(x)))
        return sum(terms[1:], terms[0]) if terms else ops.zeros((), dtype=x.dtype)

    def get_config(self):
        """The arguments that make an equal regularizer."""
        return {"l1": self.l1, "l2": self.l2}


@public("keras.regularizers.L1", "keras.regularizers.l1")
class L1(Regularizer):
    """`l1 * sum(abs(x))`.

    Args:
        l1: factor >= 0.

    Raises:
        ValueError: for another factor.
    """

    def __init__(self, l1=0.01):
        self.l1 = _factor("l1", 0.01 if l1 is None else l1)

    def __call__(self, x):
        """The penalty of a tensor, a scalar."""
        return self.l1 * ops.sum(ops.abs(x))

    def get_config(self):
        """The arguments that make an equal regularizer."""
        return {"l1": self.l1}


@public("keras.regularizers.L2", "keras.regularizers.l2")
class L2(Regularizer):
    """`l2 * sum(x**2)`.

    Args:
        l2: factor >= 0.

    Raises:
        ValueError: for another factor.
    """

    def __init__(self, l2=0.01):
        self.l2 = _factor("l2", 0.01 if l2 is None else l2)

    def __call__(self, x):
        """The penalty of a tensor, a scalar."""
        return self.l2 * ops.sum(ops.square(x))

    def get_config(self):
        """The arguments that make an equal regularizer."""
        return {"l2": self.l2}


@public("keras.regularizers.OrthogonalRegularizer", "keras.regularizers.orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """`factor` times the mean absolute cosine between different rows (or columns).

    Args:
        factor: factor >= 0.
        mode: `"rows"` or `"columns"`.

    Raises:
        ValueError: for other arguments, and when called with a tensor that is no matrix.
    """

    def __init__(self, factor=0.01, mode="rows"):
        self.factor = _factor("factor", factor)
        if mode not in ("rows", "columns"):
            raise errors.invalid("mode", got=mode, expected="'rows' or 'columns'")
        self.mode = mode

    def __call__(self, x):
        """The penalty of a matrix, a scalar."""
        if len(x.shape) != 2:
            raise errors.shape_mismatch("x", got=x.shape, expected="(rows, columns)")
        vectors = ops.normalize(x if self.mode == "rows" else ops.transpose(x), axis=1)
        size = vectors.shape[0]
        cosines = ops.matmul(vectors, ops.transpose(vectors)) * (1.0 - ops.eye(size, dtype=x.dtype))
        return self.factor * ops.sum(ops.abs(cosines)) / (size * (size - 1.0))

    def get_config(self):
        """The arguments that make an equal regularizer."""
        return {"factor": self.factor, "mode": self.mode}


def _factor(name, value):
    if not isinstance(value, numbers.Real) or not math.isfinite(value) or value < 0:
        raise errors.invalid(name, got=value, expected="a finite number >= 0")
    return float(value)


_REGULARIZERS = Family(
    "keras.regularizers", "regularizer", lambda name: (name, to_snake_case(name))
)


@public("keras.regularizers.get")
def get(identifier):
    """The regularizer that is meant.

    Args:
        identifier: name such as `"l2"` or `"L1L2"`, a config, a function of a tensor, a
            regularizer, or None.

    Returns:
        A callable; None for None.

    Raises:
        ValueError: for an unknown name, the nearest ones are named, and for what is no regularizer.
    """
    return _REGULARIZERS.resolve(identifier)


@public("keras.regularizers.serialize")
def serialize(regularizer):
    """The config of a regularizer, a dict that JSON can hold."""
    return serialize_keras_object(regularizer)


@public("keras.regularizers.deserialize")
def deserialize(config, custom_objects=None):
    """The regularizer that a config describes.

    Args:
        config: a config, or the name of a regularizer.
        custom_objects: dict from names to the user's own classes and functions.
    """
    return _REGULARIZERS.deserialize(config, custom_objects)
