"""Recurrent layers, their cells and the wrappers around them."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
