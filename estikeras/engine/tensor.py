"""Tensors: immutable values with a shape and a dtype. Eager ones hold an array, traced ones a place
in a graph.

Knows no operation: Python's operators are looked up among the public ops when they are first used.
"""

import math
import numbers
import weakref
from dataclasses import dataclass

import numpy as np

from estikeras import errors, namespace
from estikeras.engine import context, dtypes
from estikeras.engine.shapes import TensorShape, UnknownSize
from estikeras.public import public
from strategies import values


@dataclass(frozen=True, slots=True)
class Spec:
    """Shape (tuple of int) and dtype (name) of an array that need not exist yet."""

    shape: tuple
    dtype: str

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return math.prod(self.shape)


class TraceError(TypeError):
    """A function does what cannot be traced; the text says what, and what to write instead."""


class ValueTraceError(TraceError):
    """Python asked for the value of a tensor that has none yet."""


class StringTraceError(TraceError):
    """A function that is being traced computes with strings, which compiled programs cannot."""


class NamedOp:
    """What `x.op` is asked for: the `name` of what makes a tensor or variable."""

    def __init__(self, name):
        self.name = name


@public("Tensor")
class Tensor:
    """An immutable multi-dimensional array with `.shape`, `.dtype` (a name) and all of Python's
    operators.

    Args:
        value: NumPy array, not copied: its owner must not change it.
    """

    __slots__ = ("__weakref__", "_array", "_keras_mask", "_padded", "_shared", "dtype", "shape")
    __array_priority__ = 100

    def __init__(self, value):
        self._array = value
        self._shared = False
        self.shape = value.shape
        self.dtype = dtypes.from_numpy(value.dtype)

    @property
    def value(self):
        """The array itself; it must not be written to."""
        return self._array

    @property
    def spec(self):
        return Spec(self.shape, self.dtype)

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return math.prod(self.shape)

    @property
    def name(self):
        """Its name in the model function that runs, with `:0` at its end: what it was called there,
        or made up from what makes it.
        """
        known_as = getattr(self._graph, "known_as", None)
        if known_as is None:
            raise AttributeError("Tensors have names in model functions only.")
        return known_as(self)

    @property
    def _graph(self):
        return context.current.trace

    @property
    def op(self):
        """What makes it, which has a `name`: that of the tensor, without `:0`."""
        return NamedOp(self.name.removesuffix(":0"))

    def get_shape(self):
        """The shape as a TensorShape."""
        return TensorShape(self.shape)

    def set_shape(self, shape):
        """Check the shape, which is always known; nothing changes.

        Args:
            shape: sequence of ints, with None for sizes that may be any; or None.

        Raises:
            ValueError: if the tensor's shape is another one.
        """
        known = TensorShape(None if isinstance(n, UnknownSize) else n for n in self.shape)
        if shape is not None and not known.is_compatible_with(TensorShape(shape)):
            raise errors.shape_mismatch("shape", got=TensorShape(shape), expected=self.shape)

    def numpy(self):
        """A NumPy array with the values; bytes for a single string."""
        if self.dtype == "string" and not self.shape:
            return self.value.item()
        return self.value.copy() if self._shared else self.value

    def __array__(self, dtype=None, copy=None):
        array = self.value.copy() if self._shared else self.value
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def item(self):
        return self.value.item()

    def tolist(self):
        return self.value.tolist()

    def __bool__(self):
        return bool(self.value)

    def __int__(self):
        return int(self.value.item())

    def __float__(self):
        return float(self.value.item())

    def __index__(self):
        return self.value.__index__()

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a tensor without dimensions.")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __format__(self, spec):
        return format(
            self.value.item() if self.ndim == 0 and spec else str(self), "" if self.ndim else spec
        )

    def __hash__(self):
        raise TypeError(
            "Tensors are compared by value and cannot be hashed. Use `id(tensor)` as the key "
            "instead."
        )

    def __repr__(self):
        return f"<Tensor: shape={self.shape}, dtype={self.dtype}, value={self.value!r}>"

    def __str__(self):
        return str(self.value)

    def __deepcopy__(self, memo):
        return Tensor(self.value.copy())

    def __reduce__(self):
        return Tensor, (self.numpy(),)


class TracedTensor(Tensor):
    """A tensor of a function that is being traced: output `index` of a graph's node. It has no
    value.
    """

    __slots__ = ("index", "node")

    def __init__(self, node, index, spec):
        self.node, self.index = node, index
        self.shape, self.dtype = spec.shape, dtypes.DType(spec.dtype)
        self._shared = False

    @property
    def _graph(self):
        return self.node.graph

    @property
    def value(self):
        raise ValueTraceError(
            f"The value of {self!r} was asked for while a function is being traced. Use ops such "
            "as `ops.where` and `ops.cond` in place of Python's `if`, `while`, `float()` or NumPy, "
            "or run eagerly."
        )

    def __repr__(self):
        return f"<traced tensor: shape={self.shape}, dtype={self.dtype}>"

    __str__ = __repr__

    def __hash__(self):
        return id(self)  # it has no value to be compared by: `feed_dict`s have it for a key

    def __deepcopy__(self, memo):
        return self


def as_tensor(x):
    """A tensor with the value of a tensor, variable, array or number. Arrays are copied, since
    their owners may write.
    """
    if isinstance(x, Tensor):
        return x
    read = getattr(x, "__tensor__", None)
    if read is not None:
        return read()
    if isinstance(x, bool | np.bool_):
        return Tensor(np.asarray(x, np.bool_))
    if isinstance(x, int):
        return Tensor(np.asarray(x, np.int32 if -(2**31) <= x < 2**31 else np.int64))
    if type(x) is float:
        return Tensor(np.asarray(x, dtypes.to_numpy(dtypes.standardize(None))))
    if isinstance(x, str | bytes):
        array = np.array(x, object)  # dtype "S" would drop zeros at the end
    elif isinstance(x, np.ndarray | np.generic | numbers.Number):
        array = np.array(x)
    elif isinstance(x, list | tuple | range):
        if _holds_tensors(x):
            return public_operators()["stack"](x)
        array = _from_sequence(x)
    elif hasattr(x, "__array__"):
        array = np.array(x.__array__())
    else:
        raise errors.wrong_type("x", got=x, expected="a tensor, variable, array or number")
    if array.dtype.kind in "SUO":
        array = as_strings(array)
    elif array.dtype.kind not in "biufcV" or array.dtype.names:
        raise errors.wrong_type("x", got=x, expected="numbers or booleans in an even nesting")
    return Tensor(array)


def as_strings(array):
    """An object array of bytes from an array of str or bytes; text is encoded as UTF-8.

    Raises:
        TypeError: for other objects, or uneven nesting.
    """
    out = np.empty(array.shape, object)
    flat, source = out.reshape(-1), array.reshape(-1)
    for i, item in enumerate(source.tolist()):
        if isinstance(item, str):
            item = item.encode()
        elif not isinstance(item, bytes):
            raise errors.wrong_type(
                "x", got=item, expected="numbers, booleans or strings in an even nesting"
            )
        flat[i] = item
    return out


def _holds_tensors(x):
    if isinstance(x, list | tuple):
        return any(_holds_tensors(item) for item in x)
    return not isinstance(x, int | float | str | bytes) and (
        isinstance(x, Tensor) or hasattr(x, "__tensor__")
    )


def _from_sequence(x):
    first = x
    while isinstance(first, list | tuple) and first:
        first = first[0]
    array = np.array(x, object) if isinstance(first, str | bytes) else np.array(x)
    if array.dtype.kind in "SU":
        raise errors.invalid("x", got=x, expected="numbers, or strings, not both")
    if array.dtype == np.float64 and not any(
        isinstance(item, np.ndarray | np.generic) for item in x
    ):
        return array.astype(dtypes.to_numpy(dtypes.standardize(None)))
    if array.dtype == np.int64 and (array.size == 0 or abs(array).max() < 2**31):
        return array.astype(np.int32)
    return array


def borrowed(array):
    """A tensor over an array that others have too: users get copies of it."""
    tensor = Tensor(array)
    tensor._shared = True
    return tensor


def share(array):
    """A tensor over an array that its owner will write to later, and the weak reference by which to
    `release` it.
    """
    tensor = borrowed(array)
    return tensor, weakref.ref(tensor)


def release(reference):
    """Give a shared tensor, if it is still in use, an array of its own, because the owner is about
    to write.
    """
    tensor = reference() if reference is not None else None
    if tensor is not None and tensor._shared:
        tensor._array = tensor._array.copy()
        tensor._shared = False


def public_operators():
    """Python operators' names, and others such as "cast" and "stack", with the ops that serve
    them.
    """
    return namespace.load("estikeras.ops.operators:OPERATORS")


_OPERATORS = """
add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul neg
pos abs invert eq ne lt le gt ge and rand or ror xor rxor lshift rshift getitem round
"""


def with_operators(cls, without=()):
    """Give a class Python's operators by way of the public ops, but for those of some names."""

    def make(name):
        def operator(self, *args):
            return public_operators()[name](self, *args)

        operator.__name__ = name
        return operator

    for name in set(_OPERATORS.split()) - set(without):
        setattr(cls, f"__{name}__", make(f"__{name}__"))
    return cls


with_operators(Tensor)


def _reduced_by(name):
    return lambda *args: public_operators()[name](*args)


# How values of replicas meet: `Strategy.reduce` and `gather` take tensors.
for _name in ("sum_over_replicas", "sum_along", "divided", "gathered"):
    getattr(values, _name).register(Tensor)(_reduced_by(_name))
