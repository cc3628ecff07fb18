"""Attention layers."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
