"""From a planned graph to one native call: lowering, buffers, thread team, execution.

Knows no layers.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
