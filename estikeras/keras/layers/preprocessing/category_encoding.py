"""CategoryEncoding."""

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.preprocessing import data_layer, encoding
from estikeras.public import public


@public("keras.layers.CategoryEncoding")
class CategoryEncoding(data_layer.DataLayer):
    """Integers from 0 to `num_tokens - 1` as vectors of ones or counts.

    Args:
        num_tokens: int, the size of the vectors.
        output_mode: "one_hot" for a vector an integer, or for a vector a sample "multi_hot" (1
            where an integer is in the sample) or "count" (how often it is).
        sparse: must be False.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: integers (batch, items) or (batch,); others than those above count nowhere.
        count_weights: how much each integer adds, in the shape of the inputs; only for "count".

    Returns:
        (batch, num_tokens), or for "one_hot" and more than one item (batch, items, num_tokens).

    Raises:
        ValueError: if `num_tokens` is not positive, or weights come in another mode.
    """

    def __init__(self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs):
        super().__init__(**kwargs)
        data_layer.refuse_sparse(sparse)
        self.output_mode = data_layer.check_mode(output_mode, ("one_hot", "multi_hot", "count"))
        if num_tokens is None or num_tokens < 1:
            hint = "`IntegerLookup` learns which integers there are."
            raise errors.invalid("num_tokens", got=num_tokens, expected="an int from 1", hint=hint)
        self.num_tokens = num_tokens
        self.sparse = False

    def __call__(self, inputs, count_weights=None, **kwargs):
        if count_weights is not None:
            count_weights = data_layer.as_tensor(count_weights)
        return super().__call__(inputs, count_weights=count_weights, **kwargs)

    def call(self, inputs, count_weights=None):
        if count_weights is not None:
            if self.output_mode != "count":
                hint = "Set `output_mode='count'`, or leave them out."
                raise errors.invalid("count_weights", got=count_weights, expected="None", hint=hint)
            count_weights = ops.cast(count_weights, self.compute_dtype)
        return encoding.encode(
            inputs, self.output_mode, self.num_tokens, self.compute_dtype, count_weights
        )

    def compute_output_shape(self, input_shape):
        return encoding.encoded_shape(input_shape, self.output_mode, self.num_tokens)

    def compute_output_spec(self, inputs, count_weights=None):
        """A KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.output_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "num_tokens": self.num_tokens,
            "output_mode": self.output_mode,
        }
