"""What happens to a traced graph before it runs, one file a pass.

A pass knows nodes, never concrete operations.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
