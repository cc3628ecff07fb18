"""Layers that bring values to zero mean and unit variance, and those with state about it."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
