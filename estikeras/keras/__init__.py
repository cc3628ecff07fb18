"""The Keras API, written with `ops` and `Variable`.

Kernels, primitives and the Estimator stay unknown here.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
