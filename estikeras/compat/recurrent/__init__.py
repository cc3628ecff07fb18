"""`tf.compat.v1.nn.rnn_cell` and the functions that run cells over time."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
