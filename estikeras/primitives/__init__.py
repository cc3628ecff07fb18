"""What the machine can do, one file a family: shape rule, NumPy reference, kernel name, gradient.

Here are no ops.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
