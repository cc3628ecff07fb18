"""Sequential, functional and subclassed models: layers plus the trainer."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
