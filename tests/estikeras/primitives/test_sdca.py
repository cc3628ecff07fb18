"""Dual coordinate ascent: against exact solutions; the table of examples; 128-bit fingerprints."""

import numpy as np
import pytest

from estikeras.primitives import example_table, sdca
from estikeras.primitives.fingerprint128 import fingerprint128
from tests.support.primitives import primitive_checks, row

BATCH, WEIGHTS = 6, 3
X = np.sin(1 + np.arange(BATCH * WEIGHTS)).reshape(BATCH, WEIGHTS).astype("float32")
PLACES = np.broadcast_to(np.arange(WEIGHTS), X.shape).copy()
NAMES = np.array([b"example %d" % number for number in range(BATCH)], object)
KEYS = sdca.example_key(NAMES).numpy()
Y = np.cos(np.arange(BATCH)).astype("float32")
IMPORTANCE = np.linspace(0.5, 2, BATCH, dtype="float32")
LABELS = np.ones(2, "float32")


def tables(count=1, slots=16):
    """Empty tables."""
    pairs = [(np.zeros((slots, 2), "int64"), np.zeros((slots, 4), "float32")) for _ in range(count)]
    return example_table.ExampleTables(pairs)


KNOWN = tables()
KNOWN.keep(KEYS[:1], [[0.25, 0, 0, 1]])
FEW = [KEYS[:2], PLACES[:2], X[:2], X[1:3], LABELS, IMPORTANCE[:2], np.array(0)]
ROWS = [
    row("sdca", FEW, tables=KNOWN, loss="squared", l1=0.0, l2=1.0, order=0),
    row("sdca", FEW, tables=KNOWN, loss="logistic", l1=0.1, l2=2.0, adaptive=True, order=0),
    row("example_key", [NAMES[:2]], kernel=False, order=0),
]

test_primitive = primitive_checks(ROWS)


def trained(passes, places=PLACES, x=X, **options):
    """The weights after some passes over the batch."""
    w, memory = np.zeros(WEIGHTS, "float32"), tables(2)
    for seed in range(passes):
        gathered = np.where(places >= 0, w[places], 0)
        args = [KEYS, places, x, gathered, Y, IMPORTANCE, np.array(seed)]
        steps, states = sdca.sdca(*args, tables=memory, loss="squared", **options)
        steps, states = steps.numpy(), states.numpy()
        memory.keep(KEYS, states)
        changes = np.where(places >= 0, x * steps[:, None], 0)
        np.add.at(w, np.maximum(places, 0), changes)
    return w


@pytest.mark.parametrize("adaptive", [False, True])
def test_weights_become_those_of_ridge_regression(adaptive):
    moments = X.T @ (X * IMPORTANCE[:, None]) + 0.5 * np.eye(WEIGHTS)
    exact = np.linalg.solve(moments, X.T @ (Y * IMPORTANCE))
    w = trained(150, l1=0.0, l2=0.5, adaptive=adaptive)
    np.testing.assert_allclose(w, exact, rtol=1e-4, atol=1e-5)


def test_an_entry_that_comes_twice_counts_as_its_sum_and_missing_ones_not():
    places = np.array([[0, 0, -1]] * BATCH)
    twice = trained(20, places, X, l1=0.0, l2=0.5)
    once = trained(
        20, np.array([[0, -1, -1]] * BATCH), X[:, :1] + X[:, 1:2] * [[1, 0, 0]], l1=0.0, l2=0.5
    )
    np.testing.assert_allclose(twice, once, rtol=1e-5)
    assert twice[0] != 0
    assert not twice[1:].any()


def test_labels_between_classes_are_refused():
    args = [*FEW[:4], LABELS / 2, *FEW[5:]]
    with pytest.raises(ValueError, match=r"`labels`: expected 0 or 1, got 0.5"):
        sdca.sdca(*args, tables=tables(), loss="logistic", l1=0.0, l2=1.0)


@pytest.mark.parametrize("count", [1, 3])
def test_tables_give_what_was_kept_and_say_when_they_are_full(count):
    memory = tables(count)
    names = np.array([b"%d" % i for i in range(40)], object)
    keys = sdca.example_key(names).numpy()
    numbers = np.arange(40)[:, None] * np.ones(4)
    memory.keep(keys[:12], numbers[:12] + 1)
    memory.keep(keys[:12], numbers[:12])
    assert memory.get(keys[:14]).tolist() == [*numbers[:12].tolist(), [0] * 4, [0] * 4]
    with pytest.raises(MemoryError, match="num_table_shards"):
        memory.keep(keys, numbers)


@pytest.mark.parametrize(
    ("length", "low", "high"),
    [
        (0, 4463240938071824939, 4374473821787594281),
        (3, 7203671137280387950, 3562672243614732183),
        (7, 11960852847549508830, 8028786139961170463),
        (12, 10563671193243594510, 1670845171245620741),
        (20, 17815509582242890676, 8756177942493334714),
        (100, 5543780755938455075, 12412533704179282639),
        (130, 9162469617354624615, 4969619588031210020),
        (200, 15015137846240181630, 1980811323100818927),
        (300, 1410418584856937883, 1254247127848926106),
    ],
)
def test_fingerprints_are_those_of_tensorflow(length, low, high):
    # As `tf.raw_ops.SdcaFprint` of TensorFlow 2.15 gives them.
    assert fingerprint128(bytes(i * 7 % 251 for i in range(length))) == (low, high)
