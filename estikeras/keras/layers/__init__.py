"""The layers, one file each in the families of the reference; the contract is `layer.py`.

Written with `ops` only.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
