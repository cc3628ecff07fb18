"""TensorFlow 1's names, `tf.compat.v1`: what model functions of Estimators are written with.

A model function is traced once; its collections, named tensors and actions are the engine's
`SessionGraph`. There are no sessions: Estimator and `tf.function` run what was traced. Knows layers
and ops, but no Estimator.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
