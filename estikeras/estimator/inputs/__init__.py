"""`tf.estimator.inputs`: input functions over arrays and data frames in memory."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
