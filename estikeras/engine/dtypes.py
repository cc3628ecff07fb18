"""Names of dtypes and how they promote: Keras's lattice, in which Python scalars are weak. Knows no
tensors.
"""

import functools

import ml_dtypes
import numpy as np

from estikeras import errors, settings
from estikeras.public import public

FLOATS = ("bfloat16", "float16", "float32", "float64")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
COMPLEX = ("complex64", "complex128")
ALL = ("bool", *INTS, *FLOATS, *COMPLEX, "string")

# Reference: the JAX authors, "JAX type promotion semantics" (the lattice that Keras 3 uses too).
_LATTICE = {
    "bool": ("int",),
    "int": ("uint8", "int8"),
    "uint8": ("int16", "uint16"),
    "uint16": ("int32", "uint32"),
    "uint32": ("int64", "uint64"),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "uint64": ("float",),
    "float": ("bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex64": ("complex128",),
    "complex128": (),
}
_PYTHON = {bool: "bool", int: "int", float: "float", complex: "complex64"}
_OTHER_NAMES = {"int": "int32", "float": None, "str": "string", "half": "float16"}
_NUMPY = {name: np.dtype(name) for name in ("bool", *INTS, *FLOATS[1:], *COMPLEX)}
_NUMPY["bfloat16"] = np.dtype(ml_dtypes.bfloat16)
_NUMPY["string"] = np.dtype(object)  # of bytes


@public("DType", "dtypes.DType")
class DType(str):
    """A dtype by its name that also has TensorFlow's attributes: `tf.float32 == "float32"`. There
    is one object of each name, so that `x.dtype is tf.float32` holds too.

    Args:
        dtype: a name, NumPy dtype or Python type.
    """

    __slots__ = ()

    def __new__(cls, dtype):
        return standardize(dtype)

    @property
    def name(self):
        return str(self)

    @property
    def base_dtype(self):
        return self

    @property
    def real_dtype(self):
        """The dtype of the real part."""
        return {"complex64": float32, "complex128": float64}.get(self, self)

    @property
    def as_numpy_dtype(self):
        return to_numpy(self).type

    @property
    def size(self):
        """How many bytes an element takes."""
        return to_numpy(self).itemsize

    @property
    def min(self):
        """The smallest value."""
        return self._limits().min

    @property
    def max(self):
        """The largest value."""
        return self._limits().max

    def _limits(self):
        if self.is_integer:
            return np.iinfo(to_numpy(self))
        if self.is_floating:
            return ml_dtypes.finfo(to_numpy(self))
        raise TypeError(f"Values of the dtype {self.name!r} have no limits: only numbers have.")

    def is_compatible_with(self, other):
        """Whether another dtype, or the name of one, is the same."""
        return self == standardize(other)

    @property
    def is_floating(self):
        return is_float(self)

    @property
    def is_integer(self):
        return is_int(self)

    @property
    def is_unsigned(self):
        return self.startswith("uint")

    @property
    def is_complex(self):
        return self in COMPLEX

    @property
    def is_bool(self):
        return self == "bool"


_DTYPES = {name: str.__new__(DType, name) for name in ALL}
_NAMES = {_NUMPY[name]: dtype for name, dtype in _DTYPES.items()}


@public("keras.utils.standardize_dtype", "keras.backend.standardize_dtype")
def standardize(dtype):
    """The name of a dtype given as name, NumPy dtype, Python type or None (floatx).

    Args:
        dtype: any of these.

    Returns:
        The name, such as `"float32"`.

    Raises:
        ValueError: for what is no dtype.
    """
    if dtype is None or dtype is float:
        return _DTYPES[settings.floatx()]
    if isinstance(dtype, str) and dtype in _DTYPES:
        return _DTYPES[dtype]
    if dtype in _PYTHON and isinstance(dtype, type):
        return _DTYPES[{"int": "int32"}.get(_PYTHON[dtype], _PYTHON[dtype])]
    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or dtype
    name = str(name).split(".")[-1]
    if name in _OTHER_NAMES:
        return _DTYPES[_OTHER_NAMES[name] or settings.floatx()]
    if name in _DTYPES:
        return _DTYPES[name]
    raise errors.unknown_name("dtype", dtype, ALL)


bool_ = public("bool", "dtypes.bool")(_DTYPES["bool"])
int8 = public("int8", "dtypes.int8")(_DTYPES["int8"])
int16 = public("int16", "dtypes.int16")(_DTYPES["int16"])
int32 = public("int32", "dtypes.int32")(_DTYPES["int32"])
int64 = public("int64", "dtypes.int64")(_DTYPES["int64"])
uint8 = public("uint8", "dtypes.uint8")(_DTYPES["uint8"])
uint16 = public("uint16", "dtypes.uint16")(_DTYPES["uint16"])
uint32 = public("uint32", "dtypes.uint32")(_DTYPES["uint32"])
uint64 = public("uint64", "dtypes.uint64")(_DTYPES["uint64"])
bfloat16 = public("bfloat16", "dtypes.bfloat16")(_DTYPES["bfloat16"])
float16 = public("float16", "half", "dtypes.float16")(_DTYPES["float16"])
float32 = public("float32", "dtypes.float32")(_DTYPES["float32"])
float64 = public("float64", "double", "dtypes.float64")(_DTYPES["float64"])
complex64 = public("complex64", "dtypes.complex64")(_DTYPES["complex64"])
complex128 = public("complex128", "dtypes.complex128")(_DTYPES["complex128"])
string = public("string", "dtypes.string")(_DTYPES["string"])


def to_numpy(dtype):
    """The NumPy dtype of a name."""
    return _NUMPY[dtype]


def from_numpy(dtype):
    """The name of a NumPy dtype."""
    try:
        return _NAMES[dtype]
    except KeyError:
        return standardize(dtype)


def is_float(dtype):
    """Whether the name is that of a float dtype."""
    return dtype in FLOATS


def is_int(dtype):
    """Whether the name is that of an integer dtype."""
    return dtype in INTS


@functools.cache
def _above(name):
    return frozenset({name}).union(*(_above(up) for up in _LATTICE[name]))


@functools.cache
def _join(names):
    common = frozenset.intersection(*(_above(name) for name in names))
    return next(name for name in _LATTICE if name in common and common <= _above(name))


def result_type(*dtypes):
    """The dtype that operands of these dtypes promote to.

    Args:
        *dtypes: names, NumPy dtypes or the Python types `bool`, `int`, `float`, which are weak:
            they take part only by their kind.

    Returns:
        The name of a dtype.
    """
    if not dtypes:
        return standardize(None)
    weak = {d: _PYTHON[d] for d in dtypes if isinstance(d, type) and d in _PYTHON}
    if "string" in dtypes:
        return _string_or_error(dtypes)
    joined = _join(frozenset(weak[d] if d in weak else standardize(d) for d in dtypes))
    return _DTYPES[{"int": "int32", "float": settings.floatx()}.get(joined, joined)]


def _string_or_error(dtypes):
    if set(dtypes) == {"string"}:
        return string
    raise TypeError(
        f"Strings and numbers have no common dtype: got {', '.join(map(str, dtypes))}. Turn "
        "strings into numbers with `tf.strings.to_number`, or a layer such as `StringLookup`."
    )
