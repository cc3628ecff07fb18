"""HashedCrossing."""

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.preprocessing import data_layer, encoding
from estikeras.ops import hashing
from estikeras.public import public


@public("keras.layers.HashedCrossing")
class HashedCrossing(data_layer.DataLayer):
    """The combination of several features as one feature, by hash.

    Args:
        num_bins: int, how many bins there are.
        output_mode: "int" for bins, "one_hot" for vectors.
        sparse: must be False.
        name: name of the layer.
        dtype: of the outputs; by default int64 for "int", else floatx.
        **kwargs: `trainable`.

    Call arguments:
        inputs: list of at least two tensors of strings or integers, all (batch,), (batch, 1) or ().

    Returns:
        Bins in the shape of an input, or vectors (batch, num_bins).

    Raises:
        ValueError: for other inputs.
    """

    def __init__(self, num_bins, output_mode="int", sparse=False, name=None, dtype=None, **kwargs):
        data_layer.refuse_sparse(sparse)
        mode = data_layer.check_mode(output_mode, ("int", "one_hot"))
        if dtype is None and mode == "int":
            dtype = "int64"
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_bins = num_bins
        self.output_mode = mode
        self.sparse = False

    @property
    def output_dtype(self):
        """The dtype of the outputs."""
        return self.dtype

    def _inputs_of(self, inputs):
        if not isinstance(inputs, list | tuple) or len(inputs) < 2:
            raise errors.invalid("inputs", got=inputs, expected="a list of at least two tensors")
        inputs = [data_layer.as_tensor(x) for x in inputs]
        shape = tuple(inputs[0].shape)
        for x in inputs:
            if len(x.shape) > 2 or (len(x.shape) == 2 and x.shape[-1] != 1):
                raise errors.shape_mismatch(
                    "inputs", got=x.shape, expected="(), (batch,) or (batch, 1)"
                )
            if tuple(x.shape) != shape:
                raise errors.shape_mismatch("inputs", got=x.shape, expected=shape)
            if x.dtype != "string" and not dtypes.is_int(x.dtype):
                raise errors.invalid("inputs", got=x.dtype, expected="strings or integers")
        return inputs

    def call(self, inputs):
        bins = hashing.cross_hash(inputs, self.num_bins)
        return encoding.encode(bins, self.output_mode, self.num_bins, self.dtype)

    def compute_output_shape(self, input_shape):
        return encoding.encoded_shape(input_shape[0], self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs):
        """A KerasTensor like the output."""
        shape = self.compute_output_shape([x.shape for x in inputs])
        return KerasTensor(shape, self.output_dtype)

    def get_config(self):
        return {
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": False,
            "name": self.name,
            "dtype": self.dtype,
        }
