"""What the layers share that make one tensor of several."""

import functools

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.layer import Layer


class Merge(Layer):
    """The base of merging layers; subclasses define `_merge_function`.

    Call arguments:
        inputs: list of tensors whose shapes broadcast.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def _merge_function(self, inputs):
        raise NotImplementedError(f"{type(self).__name__} must define `_merge_function(inputs)`.")

    def build(self, input_shape):
        """Check that the shapes go together."""
        check_shapes(type(self).__name__, input_shape)
        batches = {shape[0] for shape in input_shape if shape and shape[0] is not None}
        if len(batches) > 1:
            raise errors.shape_mismatch(
                "inputs", got=str(list(input_shape)), expected="equal batch sizes"
            )
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        """The merged tensor."""
        if not isinstance(inputs, list | tuple):
            raise errors.wrong_type(
                "inputs", got=inputs, expected=f"a list of tensors for {type(self).__name__}"
            )
        rank = max(len(x.shape) for x in inputs)
        return self._merge_function([_with_rank(x, rank) for x in inputs])

    def compute_output_shape(self, input_shape):
        """The shape to which all broadcast."""
        check_shapes(type(self).__name__, input_shape)
        rank = max(len(shape) for shape in input_shape)
        wide = [(*shape[:1], *(1,) * (rank - len(shape)), *shape[1:]) for shape in input_shape]
        return tuple(
            functools.reduce(lambda a, b: _broadcast(a, b, input_shape), sizes)
            for sizes in zip(*wide, strict=True)
        )

    def compute_output_spec(self, inputs):
        """The merged tensor in the compute dtype."""
        return KerasTensor(self.compute_output_shape([x.shape for x in inputs]), self.compute_dtype)

    def compute_mask(self, inputs, mask=None):
        """Where any of the inputs counts; None unless all have a mask."""
        if mask is None:
            return None
        if not isinstance(mask, list | tuple) or len(mask) != len(inputs):
            raise errors.invalid("mask", got=mask, expected="a list with one mask an input")
        if any(m is None for m in mask):
            return None
        return functools.reduce(ops.logical_or, mask)


def check_shapes(name, input_shape):
    """Check that the shapes are a list.

    Raises:
        ValueError: if they are one shape.
    """
    if (
        not isinstance(input_shape, list | tuple)
        or not input_shape
        or not isinstance(input_shape[0], list | tuple)
    ):
        raise errors.invalid(
            "inputs", got=input_shape, expected=f"a list of inputs for {name}, not one tensor"
        )


def _with_rank(x, rank):
    for _ in range(rank - len(x.shape)):
        x = ops.expand_dims(x, axis=1 if x.shape else 0)
    return x


def _broadcast(a, b, shapes):
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if a is None or b is None:
        return b if a is None else a
    raise errors.shape_mismatch(
        "inputs", got=str([tuple(s) for s in shapes]), expected="shapes that broadcast"
    )
