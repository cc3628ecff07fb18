"""The forms in which users bring data, each turned into batches. Nothing here knows a model."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
