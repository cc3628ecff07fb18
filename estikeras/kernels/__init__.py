"""Native loops over arrays, compiled by Numba. Here are no tensors, no graphs and no layers."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
