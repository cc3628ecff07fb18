"""GroupQueryAttention."""

from estikeras import errors
from estikeras.keras.layers.attention.projected_attention import ProjectedAttention
from estikeras.keras.layers.sizes import as_count
from estikeras.public import public


@public("keras.layers.GroupQueryAttention")
class GroupedQueryAttention(ProjectedAttention):
    """Attention in which groups of query heads share one key and value head.

    Args:
        head_dim: size of each head.
        num_query_heads: number of query heads.
        num_key_value_heads: number of key and value heads, a divisor of `num_query_heads`.
        dropout: share of the attention scores that is dropped in training.
        use_bias: whether the projections have biases.
        sliding_window: sources as many steps away or more are hidden; None hides none.
        flash_attention: None or False; there is one implementation.
        kernel_initializer: initial values of the kernels.
        bias_initializer: initial values of the biases.
        kernel_regularizer: penalty on the kernels.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernels after each update.
        bias_constraint: projection of the biases after each update.
        use_gate: whether the heads' outputs are multiplied with a sigmoid gate of the query.
        seed: seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        query: (batch, time, features) float.
        value: (batch, source, features).
        key: (batch, source, features); None is `value`.
        query_mask: (batch, time) bool; it goes on with the output and hides nothing.
        value_mask: (batch, source) bool, False where a source is hidden.
        key_mask: (batch, source) bool, likewise.
        attention_mask: (batch, time, source) bool, likewise.
        return_attention_scores: whether the scores are returned too.
        training: whether dropout acts.
        use_causal_mask: whether sources later than the query are hidden.

    Returns:
        (batch, time, features), and with `return_attention_scores` (batch, heads, time, source).

    Reference: Ainslie et al., 2023, GQA: Training Generalized Multi-Query Transformer Models from
    Multi-Head Checkpoints, section 2.2.
    """

    def __init__(
        self,
        head_dim,
        num_query_heads,
        num_key_value_heads,
        dropout=0.0,
        use_bias=True,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            dropout=dropout,
            use_bias=use_bias,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            use_gate=use_gate,
            seed=seed,
            activity_regularizer=activity_regularizer,
            weight_options={
                "kernel_initializer": kernel_initializer,
                "bias_initializer": bias_initializer,
                "kernel_regularizer": kernel_regularizer,
                "bias_regularizer": bias_regularizer,
                "kernel_constraint": kernel_constraint,
                "bias_constraint": bias_constraint,
            },
            **kwargs,
        )
        self.head_dim = as_count("head_dim", head_dim)
        self.num_query_heads = as_count("num_query_heads", num_query_heads)
        self.num_key_value_heads = as_count("num_key_value_heads", num_key_value_heads)
        if num_query_heads % num_key_value_heads:
            raise errors.invalid(
                "num_key_value_heads",
                got=num_key_value_heads,
                expected=f"a divisor of num_query_heads={num_query_heads}",
            )

    def build(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        query_heads = (self.num_query_heads, self.head_dim)
        source_heads = (self.num_key_value_heads, self.head_dim)
        self._query_dense = self.projection("query", query_shape, query_heads)
        self._key_dense = self.projection("key", key_shape, source_heads)
        if self.use_gate:
            gate = self.projection("gate", query_shape, query_heads, activation="sigmoid")
            self._gate_dense = gate
        self._value_dense = self.projection("value", value_shape, source_heads)
        heads_shape = (*query_shape[:-1], *query_heads)
        self._output_dense = self.projection(
            "attention_output", heads_shape, (query_shape[-1],), contracted=2
        )

    def call(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        key = value if key is None else key
        gate = self._gate_dense(query) if self.use_gate else None
        mask, causal = self.combined_mask(
            (query.shape[1], value.shape[1]), value_mask, key_mask, attention_mask, use_causal_mask
        )
        output, scores = self.attend(
            self._query_dense(query),
            self._key_dense(key),
            self._value_dense(value),
            mask,
            causal,
            training,
            return_attention_scores,
        )
        output = self._output_dense(output if gate is None else output * gate)
        return (output, scores) if return_attention_scores else output

    def scores_shape(self, query_shape, value_shape):
        """Return the shape of the scores for these inputs."""
        return (query_shape[0], self.num_query_heads, query_shape[1], value_shape[1])

    def compute_output_shape(self, query_shape, value_shape, key_shape=None):
        return tuple(query_shape)

    def get_config(self):
        config = {
            "head_dim": self.head_dim,
            "num_query_heads": self.num_query_heads,
            "num_key_value_heads": self.num_key_value_heads,
        }
        return {**super().get_config(), **config}
