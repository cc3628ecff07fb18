"""Objects to configurations and back, archives on disk.

Only names of the table or registered ones are ever built.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
