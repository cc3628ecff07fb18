"""Making, shaping and joining arrays under TensorFlow's names and signatures: `tf.constant`,
`tf.reshape`, `tf.concat`, ...
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import core, creation, encoding, indexing, joining, longest, shaping
from estikeras.ops.tf_math import named
from estikeras.primitives import elementwise, special
from estikeras.primitives import shaping as primitives
from estikeras.public import public

broadcast_to = public("broadcast_to")(named(shaping.broadcast_to, "input", "shape"))
cast = public("cast", "dtypes.cast")(named(core.cast))
expand_dims = public("expand_dims")(named(shaping.expand_dims, "input", "axis"))
reshape = public("reshape")(named(shaping.reshape, "tensor", "shape"))
roll = public("roll")(named(shaping.roll, "input", "shift", "axis"))
saturate_cast = public("saturate_cast", "dtypes.saturate_cast")(
    named(core.saturate_cast, "value", "dtype")
)
tile = public("tile")(named(shaping.tile, "input", "multiples"))
identity = public("identity")(named(core.copy, "input"))
bitcast = public("bitcast")(named(core.view, "input", "type"))


def _no_layout(layout):
    if layout is not None:
        raise errors.unsupported("A tensor with a layout", "Use layout=None and tf.distribute.")


@op("constant")
def constant(value, dtype=None, shape=None, name="Const"):
    """A tensor with the value of a number, array or nested list, in the given shape; a scalar fills
    it.
    """
    x = core.convert_to_tensor(value, dtype)
    if shape is None:
        return x
    return shaping.broadcast_to(x, shape) if x.size == 1 else shaping.reshape(x, shape)


@op("convert_to_tensor")
def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None):
    """A tensor with the value of an array, number, variable or list; `dtype_hint` counts where it
    loses nothing.
    """
    if dtype is None and dtype_hint is not None and not hasattr(value, "dtype"):
        hinted, plain = core.convert_to_tensor(value, dtype_hint), core.convert_to_tensor(value)
        if dtypes.is_float(hinted.dtype) or not dtypes.is_float(plain.dtype):
            return hinted
    return core.convert_to_tensor(value, dtype)


@op("zeros")
def zeros(shape, dtype="float32", name=None, layout=None):
    """Zeros of a shape."""
    _no_layout(layout)
    return creation.zeros(shape, dtype)


@op("ones")
def ones(shape, dtype="float32", name=None, layout=None):
    """Ones of a shape."""
    _no_layout(layout)
    return creation.ones(shape, dtype)


@op("fill")
def fill(dims, value, name=None, layout=None):
    """A tensor of a shape that holds one value."""
    _no_layout(layout)
    value = core.convert_to_tensor(value)
    return creation.full(dims, value, value.dtype)


@op("zeros_like")
def zeros_like(input, dtype=None, name=None, layout=None):
    """Zeros of the shape and, unless another is given, the dtype of a tensor."""
    _no_layout(layout)
    return creation.zeros_like(input, dtype)


@op("ones_like")
def ones_like(input, dtype=None, name=None, layout=None):
    """Ones of the shape and, unless another is given, the dtype of a tensor."""
    _no_layout(layout)
    return creation.ones_like(input, dtype)


@op("range")
def range(start, limit=None, delta=1, dtype=None, name="range"):
    """Values from `start` (0 if only one limit is given) up to but not including `limit`."""
    return creation.arange(start, limit, delta, dtype)


@op("linspace")
def linspace(start, stop, num, name=None, axis=0):
    """`num` values in equal steps from `start` to `stop`."""
    return creation.linspace(start, stop, int(num), axis=axis)


@op("eye", "linalg.eye")
def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """The identity matrix, repeated for `batch_shape`."""
    x = creation.eye(num_rows, num_columns, dtype=dtype)
    return x if batch_shape is None else shaping.broadcast_to(x, (*batch_shape, *x.shape))


@op("shape")
def shape(input, out_type=None, name=None):
    """The shape as an integer vector."""
    return core.convert_to_tensor(list(as_tensor(input).shape), out_type or "int32")


@op("size")
def size(input, out_type=None, name=None):
    """The number of elements."""
    return core.convert_to_tensor(as_tensor(input).size, out_type or "int32")


@op("rank")
def rank(input, name=None):
    """The number of axes."""
    return core.convert_to_tensor(as_tensor(input).ndim)


@op("ensure_shape")
def ensure_shape(x, shape, name=None):
    """The tensor itself if it has the shape, in which None stands for any size.

    Raises:
        ValueError: if it has another shape.
    """
    came = core.shape(x)
    fits = len(came) == len(shape) and all(
        want is None or got in (want, None) for got, want in zip(came, shape, strict=False)
    )
    if not fits:
        raise errors.shape_mismatch("x", got=came, expected=shape)
    return x


@op("transpose")
def transpose(a, perm=None, conjugate=False, name="transpose"):
    """The axes in another order, by default reversed."""
    if conjugate:
        raise errors.unsupported("transpose with conjugate=True", "Use tf.math.conj.")
    return shaping.transpose(a, perm.tolist() if isinstance(perm, Tensor | np.ndarray) else perm)


@op("squeeze")
def squeeze(input, axis=None, name=None):
    """The axes of size 1 left out, all or the given ones."""
    return shaping.squeeze(input, axis or None if isinstance(axis, list | tuple) else axis)


@op("concat")
def concat(values, axis, name="concat"):
    """Tensors one after another along an axis."""
    return joining.concatenate(values, int(axis))


@op("stack", "parallel_stack")
def stack(values, axis=0, name="stack"):
    """Tensors of equal shape side by side along a new axis."""
    return joining.stack(values, axis)


@op("unstack")
def unstack(value, num=None, axis=0, name="unstack"):
    """A list of the slices along an axis."""
    return joining.unstack(value, num, axis)


@op("split")
def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """A list of parts along an axis: so many equal ones, or parts of the given sizes, of which one
    may be -1.
    """
    sizes = np.asarray(num_or_size_splits).tolist()
    if isinstance(sizes, int):
        return joining.split(value, sizes, axis)
    if -1 in sizes:
        sizes[sizes.index(-1)] = core.shape(value)[axis] - sum(sizes) - 1
    total = core.shape(value)[axis]
    if sum(sizes) != total:
        raise errors.invalid(
            "num_or_size_splits", got=sizes, expected=f"sizes with the sum {total}"
        )
    return joining.split(value, np.cumsum(sizes[:-1]).tolist(), axis)


@op("repeat")
def repeat(input, repeats, axis=None, name=None):
    """Each slice along an axis (each element, if None) repeated so often."""
    return joining.repeat(input, repeats, axis)


@op("reverse")
def reverse(tensor, axis, name=None):
    """The elements in reversed order along axes."""
    axis = axis.tolist() if isinstance(axis, Tensor | np.ndarray) else axis
    return shaping.flip(tensor, axis)


@op("pad", "nn.pad")
def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """The tensor with a border: "CONSTANT", "REFLECT" or "SYMMETRIC"."""
    mode = mode.lower()
    return shaping.pad(tensor, paddings, mode, constant_values if mode == "constant" else None)


@op("slice")
def slice(input_, begin, size, name=None):
    """The part of the given size that begins at `begin`; size -1 reaches to the end."""
    return indexing.slice(input_, begin, size)


@public("meshgrid")
def meshgrid(*args, **kwargs):
    """Coordinates of a grid over vectors, see `keras.ops.meshgrid`; `indexing` is "xy" or "ij"."""
    kwargs.pop("name", None)
    return creation.meshgrid(*args, **kwargs)


@op("identity_n")
def identity_n(input, name=None):
    """The same tensors again."""
    return [core.copy(x) for x in input]


@op("sequence_mask")
def sequence_mask(lengths, maxlen=None, dtype="bool", name=None):
    """For each length a row that is true in so many first places of `maxlen`, by default the
    longest. In a model function that must be a size of the batch.
    """
    lengths = as_tensor(lengths)
    asked = "`sequence_mask` without `maxlen`" if maxlen is None else "`maxlen`"
    instead = "Say how long it is: `maxlen=x.shape[1]`, with the x whose steps are masked."
    find = longest.longest if maxlen is None else longest.size_of
    size, checked = find(lengths if maxlen is None else maxlen, asked, instead)
    with checked:
        places = core.tensor(np.arange(size), lengths.dtype)
        column = primitives.reshape(lengths, shape=(*lengths.shape, 1))
        return core.cast(places < column, dtype)


@public("broadcast_static_shape", "broadcast_dynamic_shape")
def broadcast_static_shape(shape_x, shape_y):
    """The shape to which two shapes broadcast."""
    return np.broadcast_shapes(core.static_shape(shape_x), core.static_shape(shape_y))


@op("one_hot")
def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """`on_value` (1) at each index along a new axis of size `depth`, else `off_value` (0)."""
    on, off = core.promote(
        1.0 if on_value is None else on_value, 0.0 if off_value is None else off_value
    )
    if dtype is not None:
        on, off = core.cast(on, dtype), core.cast(off, dtype)
    hot = encoding.one_hot(indices, int(depth), -1 if axis is None else axis, dtype="bool")
    return elementwise.select(hot, on, off)


@op("complex", "dtypes.complex")
def complex(real, imag, name=None):
    """Complex numbers with the given real and imaginary parts."""
    real, imag = core.promote(real, imag, floating=True)
    shape = np.broadcast_shapes(real.shape, imag.shape)
    return special.make_complex(*[primitives.broadcast_to(x, shape=shape) for x in (real, imag)])
