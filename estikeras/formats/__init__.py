"""Bytes to arrays and back: archives, HDF5, checkpoints, event files.

Here are no tensors and no layers.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
