"""`tf.compat.v1.metrics`: each gives a value over all batches so far, and the operation that adds a
batch. What they sum up is in no checkpoint.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
