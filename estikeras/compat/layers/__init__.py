"""`tf.compat.v1.layers`: Keras's layers whose variables come from `get_variable`, as classes and as
functions that make a layer and call it.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
