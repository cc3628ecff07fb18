"""`K.concatenate`: what moves entries; `K.int_shape`: what tells of shapes."""

import math

from estikeras import ops, settings
from estikeras.compat.older import older
from estikeras.public import public

reshape = public("keras.backend.reshape")(older(ops.reshape, "x shape", shape="newshape"))
stack = public("keras.backend.stack")(ops.stack)
tile = public("keras.backend.tile")(older(ops.tile, "x n", n="repeats"))
reverse = public("keras.backend.reverse")(older(ops.flip, "x axes", axes="axis"))
stop_gradient = public("keras.backend.stop_gradient")(
    older(ops.stop_gradient, "variables", variables="variable")
)
shape = public("keras.backend.shape")(ops.shape)


@public("keras.backend.int_shape")
def int_shape(x):
    """The shape as a tuple of int, with None for sizes that are not known."""
    return tuple(x.shape)


@public("keras.backend.ndim")
def ndim(x):
    """The number of axes."""
    return len(x.shape)


@public("keras.backend.dtype")
def dtype(x):
    """The name of the dtype."""
    return str(x.dtype)


@public("keras.backend.count_params")
def count_params(x):
    """The number of entries."""
    return math.prod(x.shape)


@public("keras.backend.is_sparse")
def is_sparse(tensor):
    """Whether a tensor of the backend is sparse, which none is."""
    return False


@public("keras.backend.concatenate")
def concatenate(tensors, axis=-1):
    """Tensors joined along an axis."""
    return ops.concatenate(tensors, axis=axis)


@public("keras.backend.expand_dims")
def expand_dims(x, axis=-1):
    """A tensor with a new axis of size 1."""
    return ops.expand_dims(x, axis)


@public("keras.backend.squeeze")
def squeeze(x, axis):
    """A tensor without an axis of size 1."""
    return ops.squeeze(x, axis)


@public("keras.backend.permute_dimensions")
def permute_dimensions(x, pattern):
    """A tensor with its axes in another order."""
    return ops.transpose(x, pattern)


@public("keras.backend.transpose")
def transpose(x):
    """A tensor with its axes in reversed order."""
    return ops.transpose(x)


@public("keras.backend.flatten")
def flatten(x):
    """A tensor as a vector."""
    return ops.reshape(x, (-1,))


@public("keras.backend.batch_flatten")
def batch_flatten(x):
    """A tensor with one axis in place of all but the first."""
    return ops.reshape(x, (-1, math.prod(x.shape[1:])))


@public("keras.backend.repeat")
def repeat(x, n):
    """Vectors (batch, size), each `n` times: (batch, n, size)."""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


@public("keras.backend.repeat_elements")
def repeat_elements(x, rep, axis):
    """Every entry along an axis, `rep` times."""
    return ops.repeat(x, rep, axis=axis)


@public("keras.backend.gather")
def gather(reference, indices):
    """The rows of a tensor at the given numbers."""
    return ops.take(reference, indices, axis=0)


@public("keras.backend.one_hot")
def one_hot(indices, num_classes):
    """Vectors with 1 at the given places, and 0 elsewhere."""
    return ops.one_hot(indices, num_classes)


@public("keras.backend.temporal_padding")
def temporal_padding(x, padding=(1, 1)):
    """Sequences (batch, steps, features) with zeros before and after."""
    return ops.pad(x, [(0, 0), tuple(padding), (0, 0)])


@public("keras.backend.spatial_2d_padding", "keras.backend.spatial_3d_padding")
def spatial_padding(x, padding=None, data_format=None):
    """Images or volumes with zeros around.

    Args:
        x: (batch, *spatial, channels), or with the channels second.
        padding: for each spatial axis, how many zeros are before and after it; None is one.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.
    """
    padding = padding or [(1, 1)] * (len(x.shape) - 2)
    sides = [(0, 0), *map(tuple, padding)]
    first = (data_format or settings.image_data_format()) == "channels_first"
    sides.insert(1 if first else len(sides), (0, 0))
    return ops.pad(x, sides)
