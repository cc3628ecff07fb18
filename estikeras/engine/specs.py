"""What is known of a value before there is one: `TensorSpec` and its kin; and sparse tensors, which
are values of three tensors.

Unlike `Spec`, a dimension here may be unknown (None), and so may all of the shape (None).
"""

from dataclasses import dataclass

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.shapes import TensorShape
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.public import public


@public("TypeSpec")
class TypeSpec:
    """What kind of value something is."""


class ElementsSpec(TypeSpec):
    """The spec of something that gives elements.

    Args:
        element_spec: structure of the specs of an element.
    """

    def __init__(self, element_spec):
        self.element_spec = element_spec

    @classmethod
    def from_value(cls, value):
        """The spec of a value."""
        return cls(value.element_spec)

    def __eq__(self, other):
        return type(other) is type(self) and self.element_spec == other.element_spec

    def __hash__(self):
        return hash(str(self.element_spec))

    def __repr__(self):
        return f"{type(self).__name__}({self.element_spec})"


@public("TensorSpec")
@dataclass(frozen=True, eq=False)
class TensorSpec(TypeSpec):
    """Shape and dtype of a tensor.

    Args:
        shape: sequence of ints, with None for unknown sizes; None if not even their number is
            known.
        dtype: name of a dtype.
        name: str or None.
    """

    shape: tuple | None
    dtype: str = "float32"
    name: str | None = None

    def __post_init__(self):
        shape = self.shape
        if shape is not None:
            shape = (shape,) if isinstance(shape, int) else shape
            shape = TensorShape(None if size is None or size == -1 else int(size) for size in shape)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "dtype", dtypes.standardize(self.dtype))

    def __eq__(self, other):
        return (
            isinstance(other, TensorSpec)
            and (self.shape, self.dtype) == (other.shape, other.dtype)
            and self.name == other.name
        )

    def __hash__(self):
        return hash((self.shape, self.dtype))

    def __repr__(self):
        shape = "<unknown>" if self.shape is None else tuple(self.shape)
        return f"TensorSpec(shape={shape}, dtype={self.dtype}, name={self.name!r})"

    @property
    def rank(self):
        """The number of dimensions; None if unknown."""
        return None if self.shape is None else len(self.shape)

    @property
    def is_static(self):
        """Whether all sizes are known."""
        return self.shape is not None and None not in self.shape

    @classmethod
    def from_tensor(cls, tensor, name=None):
        """The spec of a tensor."""
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec, name=None):
        """A spec like another one, with a name of its own."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    def is_compatible_with(self, value):
        """Whether a tensor, array or other spec has this dtype and an allowed shape."""
        if not isinstance(value, TensorSpec):
            value = as_tensor(value)
        return self.dtype == value.dtype and self.allows(value.shape)

    def allows(self, shape):
        """Whether a shape is one of those that this spec stands for."""
        return self.shape is None or self.shape.is_compatible_with(shape)

    def batched(self, size):
        """The spec of `size` (None: any number of) such values in one."""
        return TensorSpec(None if self.shape is None else (size, *self.shape), self.dtype)

    def of_any_size(self):
        """The same with unknown sizes."""
        return TensorSpec(None if self.shape is None else [None] * len(self.shape), self.dtype)

    def stand_in(self):
        """An array of zeros; with 1 in place of unknown sizes."""
        shape = [1 if size is None else size for size in self.shape or ()]
        if self.dtype == "string":
            return np.full(shape, b"", object) if shape else b""
        return np.zeros(shape, dtypes.to_numpy(str(self.dtype)))

    def unbatched(self):
        """The spec of a row."""
        if self.shape == ():
            raise ValueError(f"{self} has no rows")
        return TensorSpec(None if self.shape is None else self.shape[1:], self.dtype)

    def most_general(self, other):
        """The spec of values that fit this spec or the other; ValueError for other dtypes."""
        if self.dtype != other.dtype:
            raise ValueError(f"dtypes {self.dtype} and {other.dtype} differ")
        if self.rank is None or self.rank != other.rank:
            return TensorSpec(None, self.dtype)
        sizes = zip(self.shape, other.shape, strict=True)
        return TensorSpec([a if a == b else None for a, b in sizes], self.dtype)


@public("SparseTensorSpec")
@dataclass(frozen=True)
class SparseTensorSpec(TypeSpec):
    """Dense shape and dtype of a SparseTensor.

    Args:
        shape: sequence of ints, with None for unknown sizes; or None.
        dtype: name of a dtype.
    """

    shape: tuple | None = None
    dtype: str = "float32"

    def __post_init__(self):
        shape = None if self.shape is None else tuple(self.shape)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "dtype", dtypes.standardize(self.dtype))

    def batched(self, size):
        """The spec of `size` (None: any number of) such values in one."""
        return SparseTensorSpec(None if self.shape is None else (size, *self.shape), self.dtype)

    def of_any_size(self):
        """The same with unknown sizes."""
        return SparseTensorSpec(
            None if self.shape is None else (None,) * len(self.shape), self.dtype
        )

    def stand_in(self):
        """A tensor without entries."""
        shape = [1 if size is None else size for size in self.shape or (None,)]
        values = TensorSpec((0,), self.dtype).stand_in()
        return SparseTensor(np.zeros((0, len(shape)), np.int64), values, shape)

    def unbatched(self):
        """The spec of a row."""
        return SparseTensorSpec(None if self.shape is None else self.shape[1:], self.dtype)

    def most_general(self, other):
        """The spec of values that fit this spec or the other; ValueError for other dtypes."""
        if self.dtype != other.dtype:
            raise ValueError(f"dtypes {self.dtype} and {other.dtype} differ")
        return self if self == other else SparseTensorSpec(None, self.dtype)


@public("sparse.SparseTensor", "SparseTensor")
class SparseTensor:
    """A tensor by its entries that are not zero, or not empty.

    Args:
        indices: int64 (entries, rank), where they are.
        values: (entries,), what they are.
        dense_shape: int64 (rank,).
    """

    def __init__(self, indices, values, dense_shape):
        self.indices = _as_int64(indices)
        self.values = as_tensor(values)
        self.dense_shape = _as_int64(dense_shape)
        entries, rank = self.values.shape[:1], self.dense_shape.shape[:1]
        if self.indices.shape != (*entries, *rank) and self.indices.size:
            raise errors.shape_mismatch(
                "indices", got=self.indices.shape, expected=(*entries, *rank)
            )

    @classmethod
    def of_row(cls, places, values):
        """The SparseTensor of a row whose entries are its first ones.

        Args:
            places: int64 (entries, 1), the numbers from 0 on.
            values: array (entries,).
        """
        made = cls.__new__(cls)
        made.indices, made.values = Tensor(places), Tensor(values)
        made.dense_shape = Tensor(np.array([len(values)], np.int64))
        return made

    @property
    def shape(self):
        """The dense shape as a tuple."""
        return tuple(self.dense_shape.value.tolist())

    @property
    def dtype(self):
        return self.values.dtype

    def __repr__(self):
        return (
            f"SparseTensor(indices={self.indices.value!r}, values={self.values.value!r}, "
            f"dense_shape={self.shape})"
        )


def _as_int64(x):
    return Tensor(np.asarray(as_tensor(x).value, np.int64))
