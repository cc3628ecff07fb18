"""Layers that prepare and vary images."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
