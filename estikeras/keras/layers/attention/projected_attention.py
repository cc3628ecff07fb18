"""What MultiHeadAttention and GroupQueryAttention share: options, masks and the attention itself.

Works on (batch, time, heads, size); how inputs get there and back is the subclass's.
"""

import math

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras import random, regularizers
from estikeras.keras.layers import roles
from estikeras.keras.layers.core.einsum_dense import EinsumDense
from estikeras.keras.layers.layer import Layer

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class ProjectedAttention(Layer):
    """Attention between projections of query, key and value, with several heads."""

    def __init__(
        self,
        dropout,
        use_bias,
        sliding_window,
        flash_attention,
        use_gate,
        seed,
        activity_regularizer,
        weight_options,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if flash_attention:
            raise errors.unsupported("Flash attention", "Leave `flash_attention=None`.")
        is_size = isinstance(sliding_window, int) and sliding_window > 0
        if sliding_window is not None and not is_size:
            raise errors.invalid(
                "sliding_window", got=sliding_window, expected="None or a positive integer"
            )
        self.dropout = dropout
        self.use_bias = use_bias
        self.use_gate = use_gate
        self.sliding_window = sliding_window
        self.seed = seed
        roles.set_options(self, **weight_options)
        if dropout > 0:
            self.seed_generator = random.SeedGenerator(seed=seed)
        self.supports_masking = True

    def projection(self, name, input_shape, sizes, contracted=1, activation=None):
        """Return a built layer that puts axes of these sizes in place of the last `contracted`."""
        rank, added = len(input_shape), len(sizes)
        inputs, new = _LETTERS[:rank], _LETTERS[rank : rank + added]
        kept, summed = inputs[: rank - contracted], inputs[rank - contracted :]
        layer = EinsumDense(
            f"{inputs},{summed}{new}->{kept}{new}",
            output_shape=(*(None for _ in kept[1:]), *sizes),
            bias_axes=new if self.use_bias else None,
            activation=activation,
            kernel_initializer=_copy(self.kernel_initializer),
            bias_initializer=_copy(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype_policy,
            name=name,
        )
        layer.supports_masking = True
        layer.build(tuple(input_shape))
        return layer

    def attend(self, query, key, value, mask, causal, training, with_scores):
        """Return the attention's output, and the scores or None.

        Args:
            query: (batch, time, heads, size).
            key: (batch, source, heads or a divisor, size).
            value: (batch, source, heads or a divisor, size of value).
            mask: bool that broadcasts to (batch, heads, time, source), or None.
            causal: whether each time sees only itself and what came before.
            training: whether dropout acts.
            with_scores: whether the scores are wanted.

        Returns:
            (batch, time, heads, size of value), and (batch, heads, time, source) or None.
        """
        scale = 1 / math.sqrt(query.shape[-1])
        if not with_scores and self.dropout == 0:
            output = ops.dot_product_attention(
                query, key, value, mask=mask, scale=scale, is_causal=causal
            )
            return output, None
        if causal:
            steps = causal_mask(query.shape[1], key.shape[1])
            mask = steps if mask is None else ops.logical_and(mask, steps)
        repeats = query.shape[2] // key.shape[2]
        if repeats > 1:
            key, value = ops.repeat(key, repeats, axis=2), ops.repeat(value, repeats, axis=2)
        scores = ops.einsum("btnh,bsnh->bnts", query * scale, key)
        scores = _masked_softmax(scores, mask)
        weights = scores
        if training and self.dropout > 0:
            weights = random.dropout(scores, rate=self.dropout, seed=self.seed_generator)
        return ops.einsum("bnts,bsnh->btnh", weights, value), scores if with_scores else None

    def combined_mask(self, times, value_mask, key_mask, attention_mask, use_causal_mask):
        """Return what hides sources, and whether what comes later is hidden besides.

        Args:
            times: numbers of times of query and source.
            value_mask: (batch, source) bool, or None.
            key_mask: likewise.
            attention_mask: (batch, time, source), with an axis for the heads or several for time
                and source, or None.
            use_causal_mask: whether what comes later is hidden.

        Returns:
            bool tensor that broadcasts to (batch, heads, time, source), or None; and a bool.
        """
        masks = [m[:, None, None] for m in (value_mask, key_mask) if m is not None]
        if attention_mask is not None:
            masks.append(_with_heads(attention_mask, times))
        if self.sliding_window is not None:
            masks.append(ops.expand_dims(window_mask(*times, self.sliding_window), 1))
        if not masks:
            return None, bool(use_causal_mask)
        if use_causal_mask:
            masks.append(ops.expand_dims(causal_mask(*times), 1))
        mask = ops.cast(masks[0], "bool")
        for other in masks[1:]:
            mask = ops.logical_and(mask, ops.cast(other, "bool"))
        return mask, False

    def compute_output_spec(self, query, value, key=None, return_attention_scores=False, **kwargs):
        """Return what a call gives for these KerasTensors."""
        key_shape = None if key is None else key.shape
        shape = self.compute_output_shape(query.shape, value.shape, key_shape)
        output = KerasTensor(shape, dtype=self.compute_dtype)
        if not return_attention_scores:
            return output
        return output, KerasTensor(
            self.scores_shape(query.shape, value.shape), dtype=self.compute_dtype
        )

    def get_config(self):
        config = {
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "use_gate": self.use_gate,
            "sliding_window": self.sliding_window,
            "seed": self.seed,
            **roles.config(self, "kernel", "bias"),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
        }
        return {**super().get_config(), **config}


def causal_mask(times, sources):
    """Return (1, time, source) bool: a source is seen from its own time on."""
    return ops.expand_dims(ops.arange(times)[:, None] >= ops.arange(sources)[None], 0)


def window_mask(times, sources, size):
    """Return (1, time, source) bool: sources less than `size` steps away are seen."""
    distance = ops.arange(times)[:, None] - ops.arange(sources)[None]
    return ops.expand_dims(ops.absolute(distance) < size, 0)


def _with_heads(mask, times):
    """Return an attention mask as (batch, heads or 1, time, source)."""
    shape = tuple(mask.shape)
    if len(shape) > 4:
        mask = ops.reshape(mask, (shape[0], 1, *times))
    elif len(shape) == 3:
        mask = ops.expand_dims(mask, 1)
    sizes = zip(mask.shape[-2:], times, strict=True)
    if len(mask.shape) != 4 or any(size not in (1, whole) for size, whole in sizes):
        raise errors.shape_mismatch(
            "attention_mask", got=shape, expected=f"(batch, {times[0]}, {times[1]})"
        )
    return mask


def _masked_softmax(scores, mask):
    if mask is None:
        return ops.softmax(scores)
    lowest = ops.cast(-3e4 if scores.dtype == "float16" else -1e9, scores.dtype)
    # A row that sees nothing becomes zero, as the reference has it where it computes scores.
    return ops.softmax(ops.where(mask, scores, lowest)) * ops.cast(mask, scores.dtype)


def _copy(initializer):
    if hasattr(initializer, "get_config"):
        return type(initializer).from_config(initializer.get_config())
    return initializer
