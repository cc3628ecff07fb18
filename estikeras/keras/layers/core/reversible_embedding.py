"""An embedding that also goes back from vectors to scores of all rows."""

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.core.embedding import Embedding
from estikeras.public import public


@public("keras.layers.ReversibleEmbedding")
class ReversibleEmbedding(Embedding):
    """An embedding whose table, or a second one, also turns vectors into scores of the rows.

    Args:
        input_dim: number of rows.
        output_dim: length of a row.
        tie_weights: whether both directions use the same table.
        embeddings_initializer: initializer of the table.
        embeddings_regularizer: regularizer of the table.
        embeddings_constraint: constraint of the table.
        mask_zero: whether 0 is padding.
        reverse_dtype: dtype in which the scores are computed; the compute dtype when None.
        logit_soft_cap: scores are squeezed into -cap to cap by tanh, unless it is None.

    Call arguments:
        inputs: integers, or vectors (batch, ..., output_dim) where reverse.
        reverse: whether to go from vectors to scores.
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        tie_weights=True,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        reverse_dtype=None,
        logit_soft_cap=None,
        **kwargs,
    ):
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        if logit_soft_cap is not None and logit_soft_cap <= 0:
            raise errors.invalid(
                "logit_soft_cap", got=logit_soft_cap, expected="a positive number or None"
            )
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, inputs_shape=None):
        """Make the table, and the one of the way back if they are not tied."""
        super().build(inputs_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
                regularizer=self.embeddings_regularizer,
                constraint=self.embeddings_constraint,
            )

    def call(self, inputs, reverse=False):
        """The rows, or where reverse, scores (batch, ..., input_dim)."""
        if not reverse:
            return super().call(inputs)
        kernel = (
            ops.transpose(ops.convert_to_tensor(self.embeddings))
            if self.tie_weights
            else self.reverse_embeddings
        )
        dtype = self.reverse_dtype or self.compute_dtype
        scores = ops.matmul(ops.cast(inputs, dtype), ops.cast(kernel, dtype))
        if self.logit_soft_cap is not None:
            scores = ops.tanh(scores / self.logit_soft_cap) * self.logit_soft_cap
        return scores

    def compute_output_shape(self, input_shape, reverse=False):
        """Rows at the end, or scores."""
        return (*input_shape[:-1], self.input_dim) if reverse else (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs, reverse=False):
        """Rows, or scores."""
        dtype = (self.reverse_dtype or self.compute_dtype) if reverse else self.compute_dtype
        return KerasTensor(self.compute_output_shape(inputs.shape, reverse), dtype)

    def get_config(self):
        """The arguments as plain values."""
        return {
            **super().get_config(),
            "tie_weights": self.tie_weights,
            "reverse_dtype": self.reverse_dtype,
            "logit_soft_cap": self.logit_soft_cap,
        }
