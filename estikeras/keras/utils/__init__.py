"""Small helpers of the Keras API. They know nothing of layers and models."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
