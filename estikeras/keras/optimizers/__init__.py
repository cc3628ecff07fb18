"""Optimizers: how gradients move variables. They know variables, no layers and no models."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
