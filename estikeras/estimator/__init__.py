"""`tf.estimator`: models that are given by a function, how they are trained, evaluated and
exported, and ready-made ones. Knows Keras; nothing of Keras knows it.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
