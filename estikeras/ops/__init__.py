"""The operations users call, a few lines each over primitives.

Served under the names of `keras.ops`; no kernels, no state.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
