"""`tf.compat.v1.nn.rnn_cell` and the functions that run cells over time, one step after the other.

A program has each step of its own, so that long sequences take long to compile; Keras's recurrent
layers have loops.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
