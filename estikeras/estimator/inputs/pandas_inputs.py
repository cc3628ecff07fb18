"""pandas_input_fn. Data frames are known by what they offer, so that pandas need not be there."""

import numpy as np

from estikeras import errors
from estikeras.estimator.inputs.batches import batches, check_shuffle
from estikeras.public import public


@public("estimator.inputs.pandas_input_fn")
def pandas_input_fn(
    x,
    y=None,
    batch_size=128,
    num_epochs=1,
    shuffle=None,
    queue_capacity=1000,
    num_threads=1,
    target_column="target",
):
    """An input function over a data frame.

    Args:
        x: pandas DataFrame; each column is a feature.
        y: labels, a Series, or a DataFrame for a dict of them; None for none. Its index is that of
            `x`.
        batch_size: int, rows of a batch. Batches go on from one epoch to the next.
        num_epochs: how often the rows come; None for ever.
        shuffle: bool, which must be given.
        queue_capacity: int, among how many rows each is chosen if they are shuffled; None for four
            times as many as there are.
        num_threads: int, how many readers there are, each of which gives all epochs.
        target_column: str, a name for `y` that is none of the columns of `x`.

    Returns:
        Function without arguments that gives a Dataset of dicts of features, or of pairs of them
        and labels.

    Raises:
        ValueError: if `shuffle` is not given, a column has the name `target_column`, or the index
            of `y` is another one.
        TypeError: for an `x` that is no DataFrame, and a `target_column` that is no string.
    """
    check_shuffle(shuffle)
    if not isinstance(target_column, str):
        raise errors.wrong_type("target_column", got=target_column, expected="a string")
    if not _is_frame(x):
        raise errors.wrong_type("x", got=x, expected="a pandas DataFrame")
    rows = features = _columns(x)
    if y is not None:
        if target_column in features:
            raise errors.invalid(
                "target_column",
                got=target_column,
                expected=f"none of the columns of x, {sorted(map(str, features))}",
            )
        if not np.array_equal(x.index, y.index):
            raise errors.invalid(
                "y", got=f"the index {y.index}", expected=f"the index of x, {x.index}"
            )
        rows = features, _columns(y) if _is_frame(y) else np.array(y)
    if queue_capacity is None:
        queue_capacity = 4 * len(x)

    def input_fn():
        return batches(rows, batch_size, num_epochs, shuffle, queue_capacity, num_threads)

    return input_fn


def _is_frame(x):
    return hasattr(x, "columns") and hasattr(x, "index")


def _columns(frame):
    """Copies of the columns by name, so that later changes of the frame have no effect."""
    return {name: np.array(frame[name]) for name in frame.columns}
