"""Data sets to try things on.

`digits` lies in the package; the others come from Keras's cache folder or a download.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
