"""Input functions over arrays and data frames."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.data import feeding

X = {"b": np.arange(5.0), "a": np.arange(10).reshape(5, 2)}
Y = np.arange(5) * 10
numpy_input_fn = tf.estimator.inputs.numpy_input_fn
pandas_input_fn = tf.estimator.inputs.pandas_input_fn


class Frame(dict):
    """What of a pandas DataFrame is used."""

    def __init__(self, columns, index=None):
        super().__init__(columns)
        self.columns = list(columns)
        self.index = np.arange(len(self[self.columns[0]])) if index is None else index

    def __len__(self):
        return len(self.index)


class Series(np.ndarray):
    """What of a pandas Series is used."""


def series(values, index=None):
    made = np.asarray(values).view(Series)
    made.index = np.arange(len(values)) if index is None else index
    return made


def labels_of(input_fn):
    return [y.tolist() for _, y in input_fn()]


def test_batches_go_on_from_one_epoch_to_the_next():
    input_fn = numpy_input_fn(X, Y, batch_size=3, num_epochs=2, shuffle=False)
    assert labels_of(input_fn) == [[0, 10, 20], [30, 40, 0], [10, 20, 30], [40]]
    features, _ = next(iter(input_fn()))
    assert {key: x.tolist() for key, x in features.items()} == {
        "a": [[0, 1], [2, 3], [4, 5]],
        "b": [0, 1, 2],
    }


def test_without_epochs_there_is_no_end():
    batches = iter(numpy_input_fn(X, Y, batch_size=4, num_epochs=None, shuffle=False)())
    assert [next(batches)[1].tolist() for _ in range(3)] == [
        [0, 10, 20, 30],
        [40, 0, 10, 20],
        [30, 40, 0, 10],
    ]


def test_each_thread_reads_all_epochs():
    input_fn = numpy_input_fn(X, Y, batch_size=10, num_epochs=1, shuffle=False, num_threads=2)
    assert labels_of(input_fn) == [[0, 10, 20, 30, 40, 0, 10, 20, 30, 40]]


@pytest.mark.parametrize(
    ("x", "y", "spec"),
    [
        (X["a"], None, (5, 2)),
        (X["a"], Y, ((5, 2), (5,))),
        (X, None, {"a": (5, 2), "b": (5,)}),
        (X, {"one": Y, "two": X["a"]}, ({"a": (5, 2), "b": (5,)}, {"one": (5,), "two": (5, 2)})),
    ],
    ids=["array", "array and labels", "dict", "dict and dict of labels"],
)
def test_elements_have_the_structure_of_the_arguments(x, y, spec):
    element = next(iter(numpy_input_fn(x, y, shuffle=False)()))
    assert tf.nest.map_structure(lambda t: tuple(t.shape), element) == spec


def test_shuffled_rows_are_all_there_and_chosen_among_those_of_the_queue():
    x = np.arange(100)
    (batch,) = numpy_input_fn(x, batch_size=200, shuffle=True, queue_capacity=10)()
    order = batch.numpy()
    assert sorted(order) == x.tolist()
    assert order.tolist() != x.tolist()
    assert (order <= np.arange(100) + 9).all()


@pytest.mark.parametrize(("shuffle", "epochs"), [(True, 3), (False, 1)])
def test_rows_are_fed_by_number(shuffle, epochs):
    dataset = numpy_input_fn(X, Y, batch_size=2, num_epochs=epochs, shuffle=shuffle)()
    rows = feeding.batched_rows(dataset)
    assert np.concatenate(list(rows.numbers())).size == 5 * epochs


def test_data_frames_give_dicts_of_features_and_labels():
    frame = Frame({"age": np.array([1.0, 2.0, 3.0]), "sex": np.array(["m", "f", "m"], object)})
    target = series([0, 1, 0])
    features, labels = next(iter(pandas_input_fn(frame, target, batch_size=2, shuffle=False)()))
    assert features["age"].tolist() == [1, 2]
    assert features["sex"].tolist() == [b"m", b"f"]
    assert labels.tolist() == [0, 1]
    several = Frame({"p": np.arange(3), "q": np.arange(3)})
    _, labels = next(iter(pandas_input_fn(frame, several, shuffle=False)()))
    assert sorted(labels) == ["p", "q"]
    without = next(iter(pandas_input_fn(frame, shuffle=True, queue_capacity=None)()))
    assert sorted(without) == ["age", "sex"]


def test_pandas_itself():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": [1.0, 2.0, 3.0], "sex": ["m", "f", "m"]})
    input_fn = pandas_input_fn(frame, frame["age"] > 1, batch_size=2, shuffle=False)
    features, labels = next(iter(input_fn()))
    assert features["sex"].tolist() == [b"m", b"f"]
    assert labels.tolist() == [False, True]


FRAME = Frame({"age": np.arange(3.0), "target": np.arange(3)})
NUMPY, PANDAS = numpy_input_fn, pandas_input_fn
WRONG = {
    "shuffle is not given": (ValueError, "shuffle", lambda: NUMPY(X, Y)),
    "shuffle is no bool": (ValueError, "shuffle", lambda: NUMPY(X, Y, shuffle=1)),
    "x is empty": (ValueError, "`x`", NUMPY({}, Y, shuffle=True)),
    "x is an empty array": (ValueError, "`x`", NUMPY(np.zeros((0, 2)), shuffle=True)),
    "x is a list": (TypeError, "`x`", NUMPY([1, 2], shuffle=True)),
    "y is empty": (ValueError, "`y`", NUMPY(X, {}, shuffle=True)),
    "a key is in both": (ValueError, "'a'", NUMPY(X, {"a": Y, "c": Y}, shuffle=True)),
    "y is shorter": (ValueError, "rows", NUMPY(X, Y[:4], shuffle=True)),
    "a feature is shorter": (ValueError, "rows", NUMPY({**X, "c": Y[:4]}, shuffle=True)),
    "no threads": (ValueError, "num_threads", NUMPY(X, Y, shuffle=True, num_threads=0)),
    "frames: shuffle is not given": (ValueError, "shuffle", lambda: PANDAS(FRAME)),
    "frames: x is a dict": (TypeError, "DataFrame", lambda: PANDAS(X, shuffle=True)),
    "frames: the name is taken": (
        ValueError, "target_column",
        lambda: PANDAS(FRAME, series([1, 2, 3]), shuffle=True)),
    "frames: the name is a number": (
        TypeError, "target_column", lambda: PANDAS(FRAME, shuffle=True, target_column=3)),
    "frames: another index": (
        ValueError, "index",
        lambda: PANDAS(FRAME, series([1, 2, 3], np.arange(1, 4)), shuffle=True,
                       target_column="y")),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_refused(case):
    kind, text, call = case
    with pytest.raises(kind, match=text):
        call()


def test_names_of_tensorflow_1_are_there():
    assert tf.compat.v1.estimator.inputs.numpy_input_fn is numpy_input_fn
    assert tf.compat.v1.estimator.inputs.pandas_input_fn is pandas_input_fn
