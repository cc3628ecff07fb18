"""Pooling over windows or over everything."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
