"""Attention."""

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras import random
from estikeras.keras.layers.attention.projected_attention import causal_mask
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Attention")
class Attention(Layer):
    """Attention without projections: `softmax(score(query, key)) @ value`.

    Args:
        use_scale: whether a learnt number multiplies the scores (or, with `"concat"`, the sum).
        score_mode: `"dot"`, the product of query and key, or `"concat"`, the learnt number
            `concat_score_weight` times the sum of `tanh(query + key)`.
        dropout: share of the attention weights that is dropped in training.
        seed: seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: list of query (batch, time, features), value (batch, source, features) and maybe
            key like value; the key is the value if left out.
        mask: list of the query's mask (batch, time), by which the output is zero, and of the
            value's (batch, source), which hides sources; each may be None.
        training: whether dropout acts.
        return_attention_scores: whether the scores are returned too.
        use_causal_mask: whether sources later than the query are hidden.

    Returns:
        (batch, time, features of value), and with `return_attention_scores` (batch, time, source).

    Reference: Luong, Pham and Manning, 2015, Effective Approaches to Attention-based Neural Machine
    Translation, section 3.1.
    """

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise errors.invalid("score_mode", got=score_mode, expected="'dot' or 'concat'")
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = dropout
        self.seed = seed
        if dropout > 0:
            self.seed_generator = random.SeedGenerator(seed=seed)
        self.supports_masking = True

    def build(self, input_shape):
        _check_list("inputs", input_shape)
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", shape=(), initializer="ones"
            )

    def scores(self, query, key):
        """Return (batch, time, source): how well each query fits each key."""
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
            return scores if self.scale is None else scores * self.scale
        total = ops.expand_dims(query, 2) + ops.expand_dims(key, 1)
        total = total if self.scale is None else total * self.scale
        return self.concat_score_weight * ops.sum(ops.tanh(total), axis=-1)

    def call(
        self,
        inputs,
        mask=None,
        training=False,
        return_attention_scores=False,
        use_causal_mask=False,
    ):
        _check_list("inputs", inputs)
        query, value, key = inputs[0], inputs[1], inputs[-1 if len(inputs) == 3 else 1]
        query_mask, value_mask = self._masks(mask, inputs)
        scores = self.scores(query, key)
        visible = None if value_mask is None else ops.expand_dims(value_mask, 1)
        if use_causal_mask:
            steps = causal_mask(*scores.shape[1:])
            visible = steps if visible is None else ops.logical_and(visible, steps)
        if visible is not None:
            far = 65504.0 if scores.dtype == "float16" else 1e9
            scores = scores - far * ops.cast(ops.logical_not(visible), scores.dtype)
        scores = weights = ops.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = random.dropout(weights, rate=self.dropout, seed=self.seed_generator)
        output = ops.matmul(weights, value)
        if query_mask is not None:
            output = output * ops.expand_dims(ops.cast(query_mask, output.dtype), -1)
        return (output, weights) if return_attention_scores else output

    @staticmethod
    def _masks(mask, inputs):
        if mask is None:
            return None, None
        if not isinstance(mask, (list, tuple)) or not 2 <= len(mask) <= len(inputs):
            raise errors.invalid(
                "mask", got=mask, expected="a list [query_mask, value_mask], as long as the inputs"
            )
        return tuple(None if m is None else ops.cast(m, "bool") for m in mask[:2])

    def compute_mask(self, inputs, mask=None):
        return None if mask is None else mask[0]

    def compute_output_shape(self, input_shape):
        _check_list("inputs", input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(self, inputs, return_attention_scores=False, **kwargs):
        """Return what a call gives for these KerasTensors."""
        shapes = [tuple(x.shape) for x in inputs]
        output = KerasTensor(self.compute_output_shape(shapes), dtype=self.compute_dtype)
        if not return_attention_scores:
            return output
        return output, KerasTensor((*shapes[0][:2], shapes[1][1]), dtype=self.compute_dtype)

    def get_config(self):
        config = {
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}


def _check_list(argument, values):
    if not isinstance(values, (list, tuple)) or len(values) not in (2, 3):
        raise errors.invalid(
            argument, got=values, expected="a list [query, value] or [query, value, key]"
        )
