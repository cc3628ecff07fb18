"""numpy_input_fn."""

import numpy as np

from estikeras import errors
from estikeras.estimator.inputs.batches import batches, check_shuffle
from estikeras.public import public


@public("estimator.inputs.numpy_input_fn")
def numpy_input_fn(
    x, y=None, batch_size=128, num_epochs=1, shuffle=None, queue_capacity=1000, num_threads=1
):
    """An input function over arrays.

    Args:
        x: array (rows, ...), or dict from names of features to arrays.
        y: labels, array (rows, ...) or dict of arrays; None for none.
        batch_size: int, rows of a batch. Batches go on from one epoch to the next.
        num_epochs: how often the rows come; None for ever.
        shuffle: bool, which must be given.
        queue_capacity: int, among how many rows each is chosen if they are shuffled.
        num_threads: int, how many readers there are, each of which gives all epochs.

    Returns:
        Function without arguments that gives a Dataset of features, or of pairs of features and
        labels, in the structure of `x` and `y`. It raises ValueError for empty dicts and arrays,
        names that both dicts have, and other numbers of rows, and TypeError for an `x` of another
        type.

    Raises:
        ValueError: if `shuffle` is not given.

    Example:
        >>> x, y = {"a": np.arange(3)}, np.arange(3)
        >>> input_fn = numpy_input_fn(x, y, batch_size=2, shuffle=False)
        >>> [labels.tolist() for features, labels in input_fn()]
        [[0, 1], [2]]
    """
    check_shuffle(shuffle)

    def input_fn():
        features = _features(x)
        rows = features if y is None else (features, _labels(y, features))
        return batches(rows, batch_size, num_epochs, shuffle, queue_capacity, num_threads)

    return input_fn


def _features(x):
    if isinstance(x, dict):
        if not x:
            raise errors.invalid("x", got=x, expected="at least one feature")
        _check_rows(x)
        return dict(sorted(x.items()))
    if not isinstance(x, np.ndarray):
        raise errors.wrong_type("x", got=x, expected="an array, or a dict of arrays")
    if x.size == 0:
        raise errors.invalid("x", got=x, expected="an array with entries")
    return x


def _labels(y, features):
    named = features if isinstance(features, dict) else {"x": features}
    if not isinstance(y, dict):
        _check_rows({**named, "y": y})
        return y
    if not y:
        raise errors.invalid("y", got=y, expected="at least one label, or None")
    both = sorted(set(y) & set(features)) if isinstance(features, dict) else []
    if both:
        raise errors.invalid("y", got=f"the keys {both}, as in x", expected="keys that x has not")
    _check_rows({**named, **y})
    return dict(sorted(y.items()))


def _check_rows(arrays):
    rows = {name: np.shape(array)[:1] for name, array in arrays.items()}
    if len(set(rows.values())) != 1:
        shapes = {name: np.shape(array) for name, array in arrays.items()}
        raise errors.shape_mismatch("x, y", got=str(shapes), expected="one number of rows")
