"""Layers that disturb their input while training."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
