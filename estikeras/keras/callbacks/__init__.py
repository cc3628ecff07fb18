"""What runs between batches and epochs, one file each.

They reach the model through its public methods only.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
