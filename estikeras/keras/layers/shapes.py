"""Structures of shapes, as `build` and `compute_output_shape` take them. Knows no layers."""

from estikeras.engine.operation import KerasTensor


def is_shape(x):
    """Whether `x` is one shape: a list or tuple of sizes."""
    return isinstance(x, list | tuple) and all(size is None or isinstance(size, int) for size in x)


def as_shapes(x):
    """Lists, as JSON has them, as shapes."""
    if x is None or is_shape(x):
        return None if x is None else tuple(x)
    if isinstance(x, dict):
        return {key: as_shapes(value) for key, value in x.items()}
    return [as_shapes(value) for value in x]


def specs_of(shapes, dtype):
    """KerasTensors in the place of the shapes.

    Args:
        shapes: a shape, or a structure of shapes.
        dtype: the tensors' dtype.
    """
    if is_shape(shapes):
        return KerasTensor(tuple(shapes), dtype)
    if isinstance(shapes, dict):
        return {key: specs_of(value, dtype) for key, value in shapes.items()}
    return None if shapes is None else type(shapes)(specs_of(value, dtype) for value in shapes)
