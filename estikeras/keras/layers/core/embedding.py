"""Rows of a table by their numbers."""

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers import roles
from estikeras.keras.layers.core.dense import refuse_variants
from estikeras.keras.layers.layer import Layer
from estikeras.ops import embedding
from estikeras.public import public


@public("keras.layers.Embedding")
class Embedding(Layer):
    """Turns whole numbers into rows of a table that is trained.

    Args:
        input_dim: number of rows; inputs lie in 0 to input_dim - 1.
        output_dim: length of a row.
        embeddings_initializer: initializer of the table.
        embeddings_regularizer: regularizer of the table.
        embeddings_constraint: constraint of the table.
        mask_zero: whether 0 is padding that later layers are to skip.
        weights: array or list of one array (input_dim, output_dim) to begin with.
        lora_rank: not supported.
        lora_alpha: not supported.
        quantization_config: not supported.

    Call arguments:
        inputs: integers of any shape.
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        refuse_variants(lora_rank, quantization_config)
        input_length = kwargs.pop("input_length", None)
        super().__init__(**kwargs)
        if input_length is not None and not hasattr(input_length, "__index__"):
            raise errors.wrong_type(
                "input_length", got=input_length, expected="a whole number (it has no effect)"
            )
        for name, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if not hasattr(value, "__index__") or value <= 0:
                raise errors.invalid(name, got=value, expected="a positive whole number")
        self.input_dim, self.output_dim = int(input_dim), int(output_dim)
        roles.set_options(
            self,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
        )
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list | tuple) else [weights])

    def build(self, input_shape=None):
        """Make the table (input_dim, output_dim)."""
        self._embeddings = roles.add_weight(
            self, "embeddings", (self.input_dim, self.output_dim), name="embeddings"
        )

    @property
    def embeddings(self):
        """The table (input_dim, output_dim)."""
        return self._embeddings

    def call(self, inputs):
        """The rows: inputs' shape and output_dim at the end."""
        if inputs.dtype not in ("int32", "int64", "uint32", "uint8", "int8", "uint16", "int16"):
            inputs = ops.cast(inputs, "int32")
        return ops.cast(embedding.embedding_lookup(self.embeddings, inputs), self.compute_dtype)

    def compute_mask(self, inputs, mask=None):
        """Where inputs are not 0, if `mask_zero`."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        """`output_dim` at the end."""
        return (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs):
        """Rows in the compute dtype."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)

    def get_config(self):
        """The arguments as plain values."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            **roles.config(self, "embeddings"),
            "activity_regularizer": super().get_config().get("activity_regularizer"),
            "mask_zero": self.mask_zero,
            "quantization_config": None,
        }
