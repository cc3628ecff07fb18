"""Hashing."""

from estikeras import errors, ops, settings
from estikeras.keras.layers.preprocessing import data_layer, encoding
from estikeras.ops import hashing
from estikeras.public import public


@public("keras.layers.Hashing")
class Hashing(data_layer.DataLayer):
    """Strings or integers to bins, by a hash that is the same everywhere.

    Args:
        num_bins: int, how many bins there are, that of the mask among them.
        mask_value: what goes to bin 0, which is its own then; or None.
        salt: int or two ints, with which SipHash is used; None is FarmHash.
        output_mode: "int" for bins, "one_hot" for a vector an entry, or for a vector a sample
            "multi_hot" (1 where a bin is in the sample) or "count" (how often it is).
        sparse: must be False.
        **kwargs: `name`, `dtype` (int32 or int64 for "int"; by default int64, else floatx),
            `trainable`.

    Call arguments:
        inputs: strings or integers of any shape; floats are cut to integers. Integers are hashed
            by their decimal digits.

    Returns:
        A tensor of the shape of the inputs; other modes end in an axis of `num_bins`.

    Raises:
        ValueError: if `num_bins` is not positive, or `dtype` or `salt` is none of those above.

    Reference: Google, FarmHash 1.1; J.-P. Aumasson, D. J. Bernstein, 2012, "SipHash: a fast
    short-input PRF".
    """

    def __init__(
        self, num_bins, mask_value=None, salt=None, output_mode="int", sparse=False, **kwargs
    ):
        data_layer.refuse_sparse(sparse)
        mode = data_layer.check_mode(output_mode, ("int", "one_hot", "multi_hot", "count"))
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if mode == "int" else settings.floatx()
        super().__init__(**kwargs)
        if num_bins is None or num_bins <= 0:
            raise errors.invalid("num_bins", got=num_bins, expected="a positive int")
        if mode == "int" and self.dtype_policy.name not in ("int32", "int64"):
            expected = "'int32' or 'int64', as `output_mode` is 'int'"
            raise errors.invalid("dtype", got=self.dtype_policy.name, expected=expected)
        self.num_bins = num_bins
        self.mask_value = mask_value
        self.salt = data_layer.check_salt(salt)
        self.output_mode = mode
        self.sparse = False

    @property
    def output_dtype(self):
        """The dtype of the outputs."""
        return self.dtype

    def call(self, inputs):
        if self.output_mode == "one_hot" and inputs.ndim and inputs.shape[-1] == 1:
            inputs = ops.squeeze(inputs, -1)
        return encoding.encode(self._bins(inputs), self.output_mode, self.num_bins, self.dtype)

    def _bins(self, x):
        masked = self.mask_value is not None and self.num_bins > 1
        at_mask = ops.equal(x, self.mask_value) if masked else None
        if x.dtype == "bool":
            x = ops.where(x, b"true", b"false")
        elif x.dtype != "string":
            x = ops.cast(x, "int64")
        bins = hashing.hash_bucket(x, self.num_bins - masked, self.salt)
        return ops.where(at_mask, ops.zeros_like(bins), bins + 1) if masked else bins

    def compute_output_shape(self, input_shape):
        shape = tuple(input_shape)
        if self.output_mode == "one_hot" and shape and shape[-1] == 1:
            shape = shape[:-1]
            return (*(shape or (1,)), self.num_bins)
        return encoding.encoded_shape(shape, self.output_mode, self.num_bins)

    def get_config(self):
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": False,
        }
