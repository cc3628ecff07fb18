"""Which dtype a layer computes in and which its variables have. Knows no layers.

Policies are objects with two names; the map gives policies to layers by their paths.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
