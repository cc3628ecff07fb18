"""numeric_column."""

from dataclasses import dataclass

import numpy as np

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.engine.shapes import TensorShape
from estikeras.feature_column import column as columns
from estikeras.ops.io_examples import FixedLenFeature
from estikeras.public import public


@public("feature_column.numeric_column")
def numeric_column(key, shape=(1,), default_value=None, dtype="float32", normalizer_fn=None):
    """A column of numbers as they are.

    Args:
        key: str, the name of the feature.
        shape: int or sequence of ints, one example's shape.
        default_value: what `parse_example` puts where the feature is missing: a number, or numbers
            of that shape; None if it may not be missing.
        dtype: dtype of the feature, for `parse_example`.
        normalizer_fn: function of the feature's tensor that gives what to use in place of it.

    Raises:
        ValueError: for a wrong key, dtype, or shape of the default.
        TypeError: for sizes that are no ints, a default of the wrong type, and a normalizer that
            cannot be called.
    """
    shape = checked_shape(key, shape)
    dtype = columns.number("dtype", dtype)
    default_value = _checked_default(key, shape, default_value, dtype)
    check_normalizer(normalizer_fn)
    columns.check_key(key)
    return NumericColumn(key, shape, default_value, dtype, normalizer_fn)


@dataclass(frozen=True)
class NumericColumn(columns.DenseColumn):
    """A column of numbers; see `numeric_column`."""

    key: str
    shape: tuple
    default_value: object
    dtype: str
    normalizer_fn: object

    @property
    def name(self):
        return self.key

    @property
    def parents(self):
        return [self.key]

    @property
    def parse_example_spec(self):
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    @property
    def variable_shape(self):
        return TensorShape(self.shape)

    def dense(self, features, state):
        return features.once(self, lambda: self._dense(features))

    def _dense(self, features):
        x = features.raw(self.key)
        if not features.is_dense(self.key):
            raise errors.invalid(
                f"features[{self.key!r}]",
                got="a SparseTensor",
                expected="a dense tensor, for a numeric_column",
            )
        if x.dtype == "string":
            raise errors.invalid(f"features[{self.key!r}]", got="strings", expected="numbers")
        if self.normalizer_fn is not None:
            x = ops.convert_to_tensor(self.normalizer_fn(x))
        x = ops.cast(x, "float32")
        if np.prod(x.shape[1:], dtype=int) != self.variable_shape.num_elements():
            raise errors.shape_mismatch(
                f"features[{self.key!r}]",
                got=x.shape,
                expected=("batch", *self.shape),
                hint="It is the `shape` of its numeric_column.",
            )
        return ops.reshape(x, (x.shape[0], *self.shape))


def checked_shape(key, shape):
    """A shape as a tuple of ints, all positive."""
    sizes = tuple(shape) if isinstance(shape, list | tuple) else (shape,)
    for size in sizes:
        if not isinstance(size, int | np.integer) or isinstance(size, bool):
            raise errors.wrong_type(
                "shape", got=shape, expected=f"whole numbers, for the feature {key!r}"
            )
        if size < 1:
            raise errors.invalid(
                "shape", got=shape, expected=f"sizes above 0, for the feature {key!r}"
            )
    return tuple(map(int, sizes))


def check_normalizer(function):
    """Raise unless it can be called, or is None."""
    if function is not None and not callable(function):
        raise errors.wrong_type("normalizer_fn", got=function, expected="a function, or None")


def _checked_default(key, shape, value, dtype):
    """The default as nested tuples of the shape, from a number or numbers."""
    if value is None:
        return None
    array = np.asarray(value)
    fits = array.dtype.kind in "iu" or (array.dtype.kind == "f" and dtypes.is_float(dtype))
    if not fits:
        raise errors.wrong_type(
            "default_value", got=value, expected=f"{dtype} numbers, for the feature {key!r}"
        )
    if array.ndim and array.shape != shape:
        raise errors.shape_mismatch(
            "default_value",
            got=array.shape,
            expected=shape,
            hint=f"It is the shape of the feature {key!r}.",
        )
    return _nested(np.broadcast_to(array, shape).tolist())


def _nested(value):
    return tuple(map(_nested, value)) if isinstance(value, list) else value
