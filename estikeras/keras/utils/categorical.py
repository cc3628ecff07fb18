"""Class numbers to rows with a single one, and rows to unit length."""

import numpy as np

from estikeras import errors, ops
from estikeras.engine import tensor
from estikeras.public import public


@public("keras.utils.to_categorical")
def to_categorical(x, num_classes=None):
    """One-hot rows for class numbers.

    Args:
        x: class numbers from 0, any shape; a last dimension of size 1 is dropped.
        num_classes: int, or None for the largest number plus one.

    Returns:
        (..., num_classes) float64 array; float32 tensor for a tensor.

    Raises:
        IndexError: if a class number is negative or not below `num_classes`.
        ValueError: if `x` is empty and `num_classes` is None.

    Example:
        >>> to_categorical([0, 2])
        array([[1., 0., 0.],
               [0., 0., 1.]])
    """
    if isinstance(x, tensor.Tensor):
        return ops.convert_to_tensor(to_categorical(x.numpy(), num_classes), "float32")
    classes = np.asarray(x, dtype="int64")
    shape = classes.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    if num_classes is None:
        if classes.size == 0:
            raise errors.invalid("x", got=x, expected="class numbers, as `num_classes` is None")
        num_classes = int(classes.max()) + 1
    outside = classes[(classes < 0) | (classes >= num_classes)]
    if outside.size:
        raise IndexError(
            f"`x`: expected class numbers from 0 to {num_classes - 1} (`num_classes={num_classes}`)"
            f", got {outside.flat[0]}."
        )
    rows = np.zeros((classes.size, num_classes))
    rows[np.arange(classes.size), classes.ravel()] = 1
    return rows.reshape((*shape, num_classes))


@public("keras.utils.normalize")
def normalize(x, axis=-1, order=2):
    """Scale rows to length 1; rows of zeros stay.

    Args:
        x: array or tensor.
        axis: int, the dimension along which the length is taken.
        order: int of at least 1, of the norm.

    Returns:
        float64 array for an array, else a tensor.

    Raises:
        ValueError: if `order` is no such number.
    """
    if isinstance(order, bool) or not isinstance(order, (int, np.integer)) or order < 1:
        raise errors.invalid("order", got=order, expected="an int of at least 1")
    values = np.asarray(x, dtype=None if isinstance(x, np.ndarray) else "float32")
    norm = np.linalg.norm(values, order, axis=axis, keepdims=True)
    scaled = values / np.where(norm == 0, 1, norm)
    return scaled if isinstance(x, np.ndarray) else ops.convert_to_tensor(scaled)
