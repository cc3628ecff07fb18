"""The Keras API, written with `ops` and `Variable`.

Kernels, primitives and the Estimator stay unknown here.
"""

from estikeras.namespace import attach
from estikeras.settings import KERAS_VERSION

__version__ = KERAS_VERSION
__getattr__, __dir__ = attach(__name__)
