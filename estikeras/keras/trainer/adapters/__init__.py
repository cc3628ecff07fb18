"""The forms in which users bring data, each turned into batches. Nothing here knows a model.

An adapter has `num_batches` (None if unknown), `batches()` (an iterator over one epoch's batches,
tuples of structures of arrays), `on_epoch_begin()` and `on_epoch_end()`. The one over arrays also
gives rows and their order, for native feeding.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
