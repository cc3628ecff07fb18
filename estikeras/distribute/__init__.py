"""The names of `tf.distribute`: the package `strategies`, which knows nothing of Keras."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
