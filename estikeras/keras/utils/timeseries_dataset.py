"""Windows that slide over a series as a data set."""

import numpy as np

from estikeras import errors, ops
from estikeras.data.dataset import Dataset
from estikeras.data.node import Node
from estikeras.engine import dtypes
from estikeras.engine.specs import TensorSpec
from estikeras.keras.utils.directory_dataset import PREFETCHED, check_format
from estikeras.public import public


class _Windows(Node):
    """Windows of a series, and targets, from where they begin.

    Args:
        source: step that gives first places.
        series: array.
        steps: distances of a window's places from the first.
        targets: array, or None.
    """

    columnar = True

    def __init__(self, source, series, steps, targets):
        super().__init__(source)
        self.series, self.steps, self.targets = series, steps, targets

    def infer_spec(self):
        window = TensorSpec(
            (len(self.steps), *self.series.shape[1:]), dtypes.from_numpy(self.series.dtype)
        )
        if self.targets is None:
            return window
        kind = dtypes.from_numpy(self.targets.dtype)
        return window, TensorSpec(self.targets.shape[1:], kind)

    def cardinality(self):
        return self.source.cardinality()

    def pieces(self, run, size):
        for places in self.source.pieces(run, size):
            windows = self.series.take(places[:, None] + self.steps, 0)
            yield windows if self.targets is None else (windows, self.targets.take(places, 0))


@public(
    "keras.utils.timeseries_dataset_from_array",
    "keras.preprocessing.timeseries_dataset_from_array",
)
def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
    format="tf",
):
    """A Dataset of windows that slide over a series.

    Windows are made when they are used: the series is in memory once.

    Args:
        data: (time, ...) array of any dtype.
        targets: (time, ...) array: the target of the window that begins at i is `targets[i]`. None
            for no targets.
        sequence_length: int, how many places a window has.
        sequence_stride: int, how far a window begins after the one before.
        sampling_rate: int, the distance of places within a window.
        batch_size: int; None for single windows.
        shuffle: whether the windows come in a random order, another one in each pass.
        seed: int of that order.
        start_index: int, the first place that is used.
        end_index: int, the place before which the used ones end.
        format: "tf".

    Returns:
        A Dataset of windows (batch, sequence_length, ...), or of pairs of them and targets
        (batch, ...).

    Raises:
        ValueError: for numbers that do not fit the series, or that leave no window.

    Example:
        >>> next(iter(timeseries_dataset_from_array([1, 2, 3, 4], None, 3))).numpy()
        array([[1, 2, 3],
               [2, 3, 4]], dtype=int32)
    """
    check_format(format)
    series = ops.convert_to_tensor(data).numpy()
    _check(len(series), sequence_length, sequence_stride, sampling_rate, start_index, end_index)
    used = slice(start_index or 0, len(series) if end_index is None else end_index)
    series = series[used]
    count = len(series) - (sequence_length - 1) * sampling_rate
    if targets is not None:
        targets = ops.convert_to_tensor(targets).numpy()
        count, targets = min(count, len(targets)), targets[used]
        if (max(count, 1) - 1) // sequence_stride * sequence_stride >= len(targets):
            raise errors.invalid(
                "targets",
                got=f"{len(targets)} of them in the used part",
                expected=f"one for each of the {count} places where windows begin",
            )
    if count < 1:
        span = (sequence_length - 1) * sampling_rate + 1
        raise errors.invalid(
            "sequence_length",
            got=sequence_length,
            expected=f"windows that fit in: one spans {span} places of {len(series)}",
        )
    places = np.arange(0, count, sequence_stride)
    dataset = Dataset.from_tensor_slices(places)
    if shuffle:
        dataset = dataset.shuffle(len(places), seed=seed)
    steps = np.arange(sequence_length) * sampling_rate
    dataset = dataset.with_plan(_Windows(dataset.plan, series, steps, targets))
    if batch_size is not None:
        dataset = dataset.batch(batch_size)
    return dataset.prefetch(PREFETCHED)


def _check(length, sequence_length, sequence_stride, sampling_rate, start_index, end_index):
    for name, value, limit in (
        ("sequence_length", sequence_length, None),
        ("sequence_stride", sequence_stride, length),
        ("sampling_rate", sampling_rate, length),
    ):
        if not isinstance(value, int | np.integer) or value < 1:
            raise errors.invalid(name, got=value, expected="a positive int")
        if limit is not None and value >= limit:
            expected = f"an int below the length of the data, {limit}"
            raise errors.invalid(name, got=value, expected=expected)
    if start_index is not None and not 0 <= start_index < length:
        expected = f"an int from 0 to {length - 1}, as there are {length} places"
        raise errors.invalid("start_index", got=start_index, expected=expected)
    if end_index is not None and not (start_index or 0) < end_index < length:
        expected = f"an int from {(start_index or 0) + 1} to {length - 1}"
        raise errors.invalid("end_index", got=end_index, expected=expected)
