"""Batches: structures of arrays whose first axes are the same rows. Counts rows, takes some of
them, describes a batch, and makes one without rows from the description.

Anything with `shape`, `dtype` and slices is an array. Leaves without axes, and None, have no rows
and are taken whole.
"""

from dataclasses import dataclass

import numpy as np

from strategies.errors import disagreement
from strategies.structure import flatten, map_structure


@dataclass(frozen=True)
class ArraySpec:
    """Shape and dtype of an array in a batch.

    Attributes:
        shape: tuple; None stands for the rows, and for lengths that vary.
        dtype: name of the dtype.
    """

    shape: tuple
    dtype: str

    @classmethod
    def of(cls, leaf):
        """That of an array, a number, or of another library's spec; None of None."""
        if leaf is None:
            return None
        leaf = _array(leaf)
        shape, dtype = tuple(leaf.shape), getattr(leaf.dtype, "name", str(leaf.dtype))
        if dtype.startswith(("str", "bytes")):
            dtype = dtype.rstrip("0123456789")  # texts are of one kind, however long
        return cls((None, *shape[1:]) if shape else (), dtype)

    def __repr__(self):
        return f"{self.dtype}{list(self.shape)}"


def rows_in(element):
    """How many rows the arrays of a batch have; None if no leaf has an axis.

    Raises:
        ValueError: if arrays have different numbers of rows.
    """
    counts = [leaf.shape[0] for leaf in map(_array, flatten(element)) if len(leaf.shape)]
    if len(set(counts)) > 1:
        raise ValueError(f"The arrays of a batch have different numbers of rows: {counts}.")
    return counts[0] if counts else None


def take_rows(element, start, stop):
    """The rows from `start` to `stop` of a batch; views where the arrays make views."""
    return map_structure(lambda leaf: _array(leaf)[start:stop] if np.ndim(leaf) else leaf, element)


def without_rows(element):
    """A batch of the same kind without rows, which keeps nothing of the given one alive."""
    empty = take_rows(element, 0, 0)
    return map_structure(lambda leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf, empty)


def spec_of(element):
    """The structure of the ArraySpecs of a batch."""
    return map_structure(ArraySpec.of, element)


def empty_like(spec):
    """A batch of NumPy arrays without rows; lengths that vary are 0 too."""

    def zeros(leaf):
        return None if leaf is None else np.zeros([n or 0 for n in leaf.shape], leaf.dtype)

    return map_structure(zeros, spec)


def agreed_spec(specs, lengths_vary):
    """The one spec of batches that lie on several ranks.

    Args:
        specs: list by rank; None where a rank has no batch.
        lengths_vary: whether shapes may differ, in lengths alone. They become None then.

    Returns:
        The structure of ArraySpecs; None if no rank has a batch.

    Raises:
        DisagreementError: if the specs do not fit together.
    """
    known = [spec for spec in specs if spec is not None]
    if not known:
        return None
    try:
        agreed = map_structure(_merged, *known)
    except ValueError:
        agreed = None
    if agreed is None or not (lengths_vary or all(spec == known[0] for spec in known)):
        raise disagreement(
            "the batches of the dataset",
            specs,
            "Every rank must read the same kind of data.",
        )
    return agreed


def _merged(*specs):
    """One spec for leaves that differ in lengths at most; ValueError for others."""
    if all(spec is None for spec in specs):
        return None
    if not all(isinstance(spec, ArraySpec) for spec in specs):
        raise ValueError("arrays on some of the ranks only")
    if len({(spec.dtype, len(spec.shape)) for spec in specs}) > 1:
        raise ValueError("different dtypes or numbers of axes")
    shapes = zip(*(spec.shape for spec in specs), strict=True)
    return ArraySpec(tuple(n[0] if len(set(n)) == 1 else None for n in shapes), specs[0].dtype)


def _array(leaf):
    return leaf if hasattr(leaf, "shape") and hasattr(leaf, "dtype") else np.asarray(leaf)
