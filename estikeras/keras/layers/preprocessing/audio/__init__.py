"""Layers that turn sounds into pictures of their frequencies."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
