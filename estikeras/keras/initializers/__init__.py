"""First values of variables. They know shapes and dtypes, no layers."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
