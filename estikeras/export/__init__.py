"""Graphs to the files of other runtimes, and back: one folder for each format.

Knows graphs, primitives and formats, no layers and no models: those trace themselves and hand the
graph down.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
