"""Checkpoints, `tf.train`: variables by name, or by the objects that hold them.

Their files are TensorFlow's. Knows variables and how to walk what holds them; models and optimizers
are reached by what they offer, not by their classes.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
