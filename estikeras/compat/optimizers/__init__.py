"""`tf.compat.v1.train`'s optimizers: they give an operation that does a step, and keep what they
remember under the names of TensorFlow 1's checkpoints.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
