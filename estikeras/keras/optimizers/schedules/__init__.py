"""Learning rates as functions of the step."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
