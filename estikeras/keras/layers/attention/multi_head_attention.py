"""MultiHeadAttention."""

import math

from estikeras import errors, ops
from estikeras.keras.layers.attention.projected_attention import ProjectedAttention
from estikeras.keras.layers.sizes import as_count
from estikeras.public import public


@public("keras.layers.MultiHeadAttention")
class MultiHeadAttention(ProjectedAttention):
    """Attention with several heads, between projections of query, key and value.

    Each head projects the three, takes `softmax(query @ key / sqrt(key_dim)) @ value`, and the
    heads' outputs are projected together.

    Args:
        num_heads: number of heads.
        key_dim: size of each head's query and key.
        value_dim: size of each head's value; None is `key_dim`.
        dropout: share of the attention scores that is dropped in training.
        use_bias: whether the projections have biases.
        output_shape: last axis, or axes, of the output; None is the query's.
        attention_axes: the axes over which attention is taken; None is all but the batch and the
            last axis.
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
        query: (batch, time, features) float; more axes where `attention_axes` says so.
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

    Reference: Vaswani et al., 2017, Attention Is All You Need, section 3.2.
    """

    def __init__(
        self,
        num_heads,
        key_dim,
        value_dim=None,
        dropout=0.0,
        use_bias=True,
        output_shape=None,
        attention_axes=None,
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
        self.num_heads = as_count("num_heads", num_heads)
        self.key_dim = as_count("key_dim", key_dim)
        self.value_dim = as_count("value_dim", value_dim or key_dim)
        self._output_shape = None
        if output_shape is not None:
            self._output_shape = (output_shape,) if isinstance(output_shape, int) else output_shape
            self._output_shape = tuple(self._output_shape)
        if isinstance(attention_axes, int):
            attention_axes = (attention_axes,)
        self.attention_axes = None if attention_axes is None else tuple(attention_axes)

    def build(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        _check_same_sources(value_shape, key_shape)
        rank = len(query_shape)
        axes = range(1, rank - 1) if self.attention_axes is None else self.attention_axes
        self.attention_axes = tuple(axis % rank for axis in axes)
        keys, values = (self.num_heads, self.key_dim), (self.num_heads, self.value_dim)
        self.query_dense = self.projection("query", query_shape, keys)
        self.key_dense = self.projection("key", key_shape, keys)
        if self.use_gate:
            self._gate_dense = self.projection("gate", query_shape, values, activation="sigmoid")
        self.value_dense = self.projection("value", value_shape, values)
        sizes = self._output_shape or (query_shape[-1],)
        heads_shape = (*query_shape[:-1], *values)
        self.output_dense = self.projection("attention_output", heads_shape, sizes, contracted=2)

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
        query, key, value = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        times = [math.prod(x.shape[a] for a in self.attention_axes) for x in (query, value)]
        mask, causal = self.combined_mask(
            times, value_mask, key_mask, attention_mask, use_causal_mask
        )
        output, scores = self.attend(
            *(self._folded(x) for x in (query, key, value)),
            self._folded_mask(mask, query.shape),
            causal,
            training,
            return_attention_scores,
        )
        output = self._unfolded(output, query.shape)
        output = self.output_dense(output if gate is None else output * gate)
        if not return_attention_scores:
            return output
        return output, ops.reshape(scores, self._scores_shape(query.shape, value.shape))

    def _other_axes(self, rank):
        return tuple(a for a in range(1, rank - 2) if a not in self.attention_axes)

    def _folded_order(self, rank):
        return (0, *self._other_axes(rank), *self.attention_axes, rank - 2, rank - 1)

    def _folded(self, x):
        """Return a projection as (batch and other axes, attention axes, heads, size)."""
        rank = len(x.shape)
        if rank == 4:
            return x
        times = math.prod(x.shape[a] for a in self.attention_axes)
        x = ops.transpose(x, self._folded_order(rank))
        return ops.reshape(x, (-1, times, *x.shape[-2:]))

    def _unfolded(self, x, shape):
        rank = len(shape)
        if rank == 4:
            return x
        order = self._folded_order(rank)
        x = ops.reshape(x, (*(shape[a] for a in order[:-1]), x.shape[-1]))
        return ops.transpose(x, tuple(order.index(a) for a in range(rank)))

    def _folded_mask(self, mask, shape):
        """Return the mask (batch, heads, time, source) for folded batches."""
        others = math.prod(shape[a] for a in self._other_axes(len(shape)))
        if mask is None or others == 1 or mask.shape[0] == 1:
            return mask
        return ops.repeat(mask, others, axis=0)

    def _scores_shape(self, query_shape, value_shape):
        others = (query_shape[a] for a in self._other_axes(len(query_shape)))
        times, sources = ([s[a] for a in self.attention_axes] for s in (query_shape, value_shape))
        return (query_shape[0], *others, self.num_heads, *times, *sources)

    def scores_shape(self, query_shape, value_shape):
        """Return the shape of the scores for these inputs."""
        return self._scores_shape((*query_shape, None), (*value_shape, None))

    def compute_output_shape(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        _check_same_sources(value_shape, key_shape)
        if self._output_shape is None:
            return tuple(query_shape)
        return (*query_shape[:-1], *self._output_shape)

    def get_config(self):
        config = {
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "output_shape": self._output_shape,
            "attention_axes": self.attention_axes,
        }
        return {**super().get_config(), **config}


def _check_same_sources(value_shape, key_shape):
    if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
        raise errors.shape_mismatch(
            "key", got=key_shape, expected=f"value's {tuple(value_shape)} but for the last axis"
        )
