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
_PYTHON_NAMES = {"int": "int32", "float": None, "bool": "bool", "str": "string"}
_NUMPY = {name: np.dtype(name) for name in ("bool", *INTS, *FLOATS[1:], *COMPLEX)}
_NUMPY["bfloat16"] = np.dtype(ml_dtypes.bfloat16)
_NUMPY["string"] = np.dtype(object)  # of bytes
_NAMES = {dtype: name for name, dtype in _NUMPY.items()}


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
    if dtype is None:
        return settings.floatx()
    if isinstance(dtype, str) and dtype in _NUMPY:
        return str(dtype)
    if dtype in _PYTHON and isinstance(dtype, type):
        return (
            settings.floatx()
            if dtype is float
            else {"int": "int32"}.get(_PYTHON[dtype], _PYTHON[dtype])
        )
    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or dtype
    name = str(name).split(".")[-1]
    if name in _PYTHON_NAMES:
        return _PYTHON_NAMES[name] or settings.floatx()
    if name == "half":
        return "float16"
    if name in ALL:
        return name
    raise errors.unknown_name("dtype", dtype, ALL)


@public("DType", "dtypes.DType")
class DType(str):
    """A dtype by its name that also has TensorFlow's attributes, as `tf.float32` is:
    `tf.float32 == "float32"`.
    """

    @property
    def name(self):
        return str(self)

    @property
    def base_dtype(self):
        return self

    @property
    def as_numpy_dtype(self):
        return to_numpy(self).type

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
    def is_bool(self):
        return self == "bool"

    __hash__ = str.__hash__


bool_ = public("bool", "dtypes.bool")(DType("bool"))
int8 = public("int8", "dtypes.int8")(DType("int8"))
int16 = public("int16", "dtypes.int16")(DType("int16"))
int32 = public("int32", "dtypes.int32")(DType("int32"))
int64 = public("int64", "dtypes.int64")(DType("int64"))
uint8 = public("uint8", "dtypes.uint8")(DType("uint8"))
uint16 = public("uint16", "dtypes.uint16")(DType("uint16"))
uint32 = public("uint32", "dtypes.uint32")(DType("uint32"))
uint64 = public("uint64", "dtypes.uint64")(DType("uint64"))
bfloat16 = public("bfloat16", "dtypes.bfloat16")(DType("bfloat16"))
float16 = public("float16", "half", "dtypes.float16")(DType("float16"))
float32 = public("float32", "dtypes.float32")(DType("float32"))
float64 = public("float64", "double", "dtypes.float64")(DType("float64"))
string = public("string", "dtypes.string")(DType("string"))


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
        return settings.floatx()
    weak = {d: _PYTHON[d] for d in dtypes if isinstance(d, type) and d in _PYTHON}
    if "string" in dtypes:
        return _string_or_error(dtypes)
    joined = _join(frozenset(weak[d] if d in weak else standardize(d) for d in dtypes))
    return {"int": "int32", "float": settings.floatx()}.get(joined, joined)


def _string_or_error(dtypes):
    if set(dtypes) == {"string"}:
        return "string"
    raise TypeError(
        f"Strings and numbers have no common dtype: got {', '.join(map(str, dtypes))}. Turn "
        "strings into numbers with `tf.strings.to_number`, or a layer such as `StringLookup`."
    )
