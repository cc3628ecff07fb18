"""compile, fit, evaluate, predict: how data meets a model.

Knows layers, losses and callbacks, no concrete layer.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
