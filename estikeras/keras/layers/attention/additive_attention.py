"""AdditiveAttention."""

from estikeras import ops
from estikeras.keras.layers.attention.attention import Attention
from estikeras.public import public


@public("keras.layers.AdditiveAttention")
class AdditiveAttention(Attention):
    """Attention whose scores are sums of `tanh(query + key)`, weighted feature by feature.

    Args:
        use_scale: whether the features' weights are learnt; else they are 1.
        dropout: share of the attention weights that is dropped in training.
        **kwargs: `name`, `dtype`, `trainable`, `seed`.

    Call arguments:
        inputs: list of query (batch, time, features), value (batch, source, features) and maybe
            key like value; the key is the value if left out.
        mask: list of the query's mask (batch, time), by which the output is zero, and of the
            value's (batch, source), which hides sources; each may be None.
        training: whether dropout acts.
        return_attention_scores: whether the scores are returned too.
        use_causal_mask: whether sources later than the query are hidden.

    Returns:
        (batch, time, features), and with `return_attention_scores` (batch, time, source).

    Reference: Bahdanau, Cho and Bengio, 2015, Neural Machine Translation by Jointly Learning to
    Align and Translate, section 3.1.
    """

    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape):
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(
                name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform"
            )

    def scores(self, query, key):
        """Return (batch, time, source): how well each query fits each key."""
        total = ops.tanh(ops.expand_dims(query, 2) + ops.expand_dims(key, 1))
        return ops.sum(total if self.scale is None else self.scale * total, axis=-1)

    def get_config(self):
        config = super().get_config()
        del config["score_mode"]
        return config
