"""The machine: tensors, tape, tracing, passes, native program.

It knows no concrete operation and no kernel.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
