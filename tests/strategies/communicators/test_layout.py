"""Segments, and where they lie in a block."""

import ml_dtypes
import numpy as np
import pytest

from strategies.communicators.layout import Placement, Segment, aligned_zeros


def test_segments_with_equal_parts_are_equal():
    assert Segment("sum", "float32", 3) == Segment("sum", np.float32, np.int64(3))
    assert str(Segment("gather", ml_dtypes.bfloat16, 3)) == "gather of 3 bfloat16"


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("mean", np.float32, 3), ValueError, "'mean'"),
        (("sum", np.float32, -1), ValueError, "negative"),
        (("sum", np.bool_, 3), TypeError, "'sum' cannot hold bool"),
        (("sum", "S3", 3), TypeError, "cannot hold"),
        (("gather", object, 3), TypeError, "'gather' cannot hold object"),
    ],
)
def test_segments_that_cannot_be_exchanged_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        Segment(*arguments)


def test_sums_of_a_dtype_lie_together_and_slices_begin_at_multiples():
    dtypes = [np.float32, np.float64, np.float32, np.int8, ml_dtypes.bfloat16]
    counts = [5, 100, 33, 1, 70]
    layout = tuple(Segment("sum", d, n) for d, n in zip(dtypes, counts, strict=True))
    placement = Placement((*layout, Segment("gather", np.int32, 3)))
    assert [arena.count for arena in placement.arenas] == [64, 112, 64, 96]
    assert [arena.unit for arena in placement.arenas] == [16, 16, 64, 32]
    views = placement.views(aligned_zeros(placement.size_bytes))
    for i, view in enumerate(views):
        view[...] = i + 1
    assert [int(view.astype(float).sum()) for view in views] == [
        (i + 1) * n for i, n in enumerate([*counts, 3])
    ]
    for i, count in enumerate(counts):
        for parts in (1, 2, 3, 7):
            slices = [placement.slice_of(i, part, parts) for part in range(parts)]
            ends = [0, *(stop for _, stop in slices)]
            assert [start for start, _ in slices] == ends[:-1]
            assert ends[-1] == count
    assert placement.slice_of(1, 3, 2) == (100, 100)
