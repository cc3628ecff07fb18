"""Layers that move, cut, pad or repeat values and compute nothing."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
