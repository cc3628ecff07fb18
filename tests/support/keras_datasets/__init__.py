"""Calls of `keras.utils` that give datasets, as a table that the real Keras and ours both run.

ROWS    what each call gives, to compare with recordings of the real one
WRONG   what each call raises
"""

from tests.support.keras_datasets.rows import ROWS, WRONG, outcome

__all__ = ["ROWS", "WRONG", "outcome"]
