"""Layers that prepare raw features."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
