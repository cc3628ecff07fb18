"""Keras without TensorFlow: `import estikeras as tf`, or `from estikeras import keras`.

Opens the namespaces and imports nothing heavy: a name is loaded when it is first touched.
"""

from estikeras.namespace import attach

__version__ = "0.1.0"
__getattr__, __dir__ = attach(__name__)
