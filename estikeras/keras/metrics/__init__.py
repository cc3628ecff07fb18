"""Metrics: variables that sum up what batches report.

They know tensors, no layers and no models.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
