"""The layers that most models are made of."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
