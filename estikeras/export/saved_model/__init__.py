"""TensorFlow's SavedModel: a folder with a graph, its signatures, its variables and its assets.

`writer` makes one of a graph that was traced twice (`pairing` says what differs), node by node, by
the table primitive -> TensorFlow's operations in the files `ops_*`. `reader` runs what such a
folder holds, by the table TensorFlow's operation -> ops in the files `read_*`.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
