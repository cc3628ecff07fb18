"""The placeholders with which functional models begin."""

from estikeras import errors, settings
from estikeras.engine import dtypes
from estikeras.engine.operation import KerasTensor, Node
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.InputLayer")
class InputLayer(Layer):
    """The layer behind `Input`: it holds a symbolic tensor and computes nothing.

    Args:
        shape: tuple of int or None, without the batch.
        batch_size: size of the batch, or None for any.
        dtype: name of a dtype; floatx when left out.
        sparse: must be false.
        ragged: must be false.
        batch_shape: the shape with the batch, in place of the two above.
        input_tensor: a KerasTensor to use.
        optional: whether the model may get None here.
        name: name of the input, by which dicts address it.

    Raises:
        ValueError: if shape and batch_shape are both given, or none of them.
    """

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
        name=None,
        **kwargs,
    ):
        if sparse or ragged:
            raise errors.unsupported(
                "Input(sparse=True) and Input(ragged=True)", "Use dense tensors, with a mask."
            )
        shape = kwargs.pop("input_shape", shape)
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        super().__init__(name=name, **kwargs)
        batch_shape = _batch_shape(shape, batch_size, batch_shape, input_tensor)
        self.batch_shape = batch_shape
        self._input_dtype = dtypes.standardize(
            dtype or getattr(input_tensor, "dtype", None) or settings.floatx()
        )
        self.optional = optional
        self.sparse = self.ragged = False
        tensor = input_tensor
        if tensor is None:
            tensor = KerasTensor(batch_shape, self._input_dtype, name=name)
        Node(self, outputs=tensor)
        tensor.optional = optional
        self.built = True

    def call(self):
        """Nothing is computed here."""
        raise NotImplementedError(
            "An InputLayer computes nothing; models put their inputs in its place."
        )

    @property
    def dtype(self):
        """The dtype of the input."""
        return self._input_dtype

    def get_config(self):
        """The arguments as plain values."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": self.optional,
        }


def _batch_shape(shape, batch_size, batch_shape, tensor):
    if shape is not None and batch_shape is not None:
        raise errors.invalid(
            "batch_shape", got=batch_shape, expected="either `shape` or `batch_shape`, not both"
        )
    if tensor is not None:
        if not isinstance(tensor, KerasTensor):
            raise errors.wrong_type(
                "input_tensor",
                got=tensor,
                expected="a KerasTensor",
                hint="Make the model of `keras.Input(shape)`, and call it with the tensor.",
            )
        return tuple(tensor.shape)
    if shape is None and batch_shape is None:
        raise errors.invalid(
            "shape", got=None, expected="the shape of one sample, such as (28, 28)"
        )
    given = shape if batch_shape is None else batch_shape
    if not isinstance(given, list | tuple):
        raise errors.wrong_type("shape", got=given, expected="a tuple such as (28, 28) or (10,)")
    for size in given:
        if size is not None and (not hasattr(size, "__index__") or size < 0):
            raise errors.invalid(
                "shape", got=given, expected="sizes that are None or whole numbers from 0"
            )
    sizes = tuple(None if size is None else int(size) for size in given)
    return (batch_size, *sizes) if batch_shape is None else sizes


@public("keras.Input", "keras.layers.Input")
def Input(
    shape=None,
    batch_size=None,
    dtype=None,
    sparse=None,
    ragged=None,
    batch_shape=None,
    name=None,
    tensor=None,
    optional=False,
):
    """A symbolic tensor with which a functional model begins.

    Args:
        shape: tuple of int or None, without the batch.
        batch_size: size of the batch, or None for any.
        dtype: name of a dtype; floatx when left out.
        sparse: must be false.
        ragged: must be false.
        batch_shape: the shape with the batch, in place of the two above.
        name: name of the input.
        tensor: a KerasTensor to use.
        optional: whether the model may get None here.

    Returns:
        A `KerasTensor`.
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output
