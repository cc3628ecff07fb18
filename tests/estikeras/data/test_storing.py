"""`cache`, `save` and `load`: what is kept, when, and that nothing half is left behind."""

import contextlib
import gc
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf

Dataset = tf.data.Dataset


def counting(calls):
    """A dataset of five that notes when its elements are made."""

    def made(x):
        calls.append(int(x))
        return int(x) * 10

    return Dataset.range(5).map(made)


def listed(dataset):
    return [np.asarray(x).tolist() for x in dataset.as_numpy_iterator()]


WHOLE = [0, 10, 20, 30, 40]


@pytest.mark.parametrize("place", ["memory", "file"])
def test_a_cache_is_filled_by_the_first_whole_pass(place, tmp_path):
    calls = []
    dataset = counting(calls).cache("" if place == "memory" else str(tmp_path / "kept"))
    iterator = iter(dataset)
    next(iterator), next(iterator)
    del iterator  # not whole: nothing is kept
    gc.collect()
    calls.clear()
    assert listed(dataset) == WHOLE
    assert calls == [0, 1, 2, 3, 4]
    assert listed(dataset) == listed(dataset.repeat(2))[5:] == WHOLE
    assert calls == [0, 1, 2, 3, 4]
    assert listed(dataset.shuffle(5, seed=1)) != listed(dataset.shuffle(5, seed=2))


def test_a_file_is_read_by_another_process_s_dataset(tmp_path):
    path = str(tmp_path / "kept")
    calls, others = [], []
    assert listed(counting(calls).cache(path)) == WHOLE
    again = counting(others).cache(path)
    assert listed(again) == WHOLE
    assert others == [], "what is kept needs nothing of the steps before"


STOPS = {
    "the iterator is dropped": lambda dataset: next(iter(dataset)),
    "the source fails": lambda dataset: listed(dataset),
    "the consumer fails": lambda dataset: [1 // 0 for _ in dataset],
}


@pytest.mark.parametrize("name", STOPS)
def test_a_cache_that_is_interrupted_leaves_no_file(name, tmp_path):
    calls = []

    def fails(x):
        if int(x) == 30 and name == "the source fails" and len(calls) == 4:
            raise ZeroDivisionError
        return x

    dataset = counting(calls).map(fails).cache(str(tmp_path / "kept"))
    with contextlib.suppress(ZeroDivisionError):
        STOPS[name](dataset)
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    assert listed(dataset) == WHOLE
    assert [path.name for path in tmp_path.iterdir()] == ["kept.data"]


ELEMENTS = {
    "numbers": lambda: Dataset.range(3),
    "strings": lambda: Dataset.from_tensor_slices(["a", "", "\0\0", "é"]),
    "arrays of strings": lambda: Dataset.from_tensor_slices([["a", "b"], ["", "c\0"]]),
    "half precision": lambda: Dataset.from_tensor_slices(np.ones((2, 3), "float16")),
    "bfloat16": lambda: Dataset.from_tensor_slices(tf.cast([1.5, 2.5], "bfloat16")),
    "booleans": lambda: Dataset.from_tensor_slices([True, False]),
    "complex numbers": lambda: Dataset.from_tensor_slices(np.array([1 + 2j, 3])),
    "dicts and tuples": lambda: Dataset.from_tensor_slices(
        {"b": [1, 2], "a": (np.zeros((2, 0)), ["x", "y"])}
    ),
    "None": lambda: Dataset.from_tensors((1, None)),
    "other sizes": lambda: Dataset.range(4).map(lambda n: np.arange(int(n))),
    "nothing": lambda: Dataset.range(0),
}


def same(first, second):
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    if isinstance(first, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if first is None or isinstance(first, bytes):
        return first == second
    return first.dtype == second.dtype and np.array_equal(first, second)


@pytest.mark.parametrize("compression", [None, "GZIP"])
@pytest.mark.parametrize("name", ELEMENTS)
def test_what_was_saved_is_loaded(name, compression, tmp_path):
    dataset = ELEMENTS[name]()
    path = str(tmp_path / "saved")
    dataset.save(path, compression)
    loaded = Dataset.load(path)
    elements = list(dataset.as_numpy_iterator())
    assert int(loaded.cardinality()) == len(elements)
    for _ in range(2):
        got = list(loaded.as_numpy_iterator())
        assert len(got) == len(elements) and all(map(same, got, elements))
    if name != "other sizes":
        assert loaded.element_spec == dataset.element_spec


@pytest.mark.parametrize("name", ELEMENTS)
def test_what_a_file_caches_comes_back(name, tmp_path):
    dataset = ELEMENTS[name]()
    cached = dataset.cache(str(tmp_path / "kept"))
    first, second = (list(cached.as_numpy_iterator()) for _ in range(2))
    expected = list(dataset.as_numpy_iterator())
    assert all(map(same, first, expected)) and all(map(same, second, expected))
    assert len(first) == len(second) == len(expected)


def test_shards_are_files_that_are_read_as_one_wants(tmp_path):
    path = str(tmp_path / "saved")
    Dataset.range(6).save(path, shard_func=lambda x: x % 2)
    files = sorted(p.name for p in Path(path).iterdir() if p.suffix == ".tfrecord")
    assert files == ["00000000.tfrecord", "00000001.tfrecord"]
    assert listed(Dataset.load(path)) == [0, 2, 4, 1, 3, 5]
    turns = Dataset.load(
        path, reader_func=lambda shards: shards.interleave(lambda shard: shard, cycle_length=2)
    )
    assert listed(turns) == [0, 1, 2, 3, 4, 5]


def test_a_save_that_fails_leaves_no_folder(tmp_path):
    def fails(x):
        return 1 // (3 - int(x))

    with pytest.raises(ZeroDivisionError):
        Dataset.range(5).map(fails).save(str(tmp_path / "saved"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_not_written_over(tmp_path):
    path = tmp_path / "saved"
    path.mkdir()
    (path / "mine.txt").write_text("x")
    with pytest.raises(tf.errors.AlreadyExistsError, match=r"saved.*mine\.txt"):
        Dataset.range(3).save(str(path))
    assert [p.name for p in path.iterdir()] == ["mine.txt"]
    (path / "mine.txt").unlink()
    Dataset.range(3).save(str(path))
    Dataset.range(4).save(str(path))
    assert listed(Dataset.load(str(path))) == [0, 1, 2, 3]


def test_folders_without_a_dataset_are_named(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(tf.errors.NotFoundError, match=str(path)):
            Dataset.load(str(path))


def test_another_spec_than_the_saved_one_is_refused(tmp_path):
    path = str(tmp_path / "saved")
    Dataset.range(3).save(path)
    with pytest.raises((tf.errors.InvalidArgumentError, TypeError), match="float32"):
        Dataset.load(path, element_spec=tf.TensorSpec((), "float32"))
    assert listed(Dataset.load(path, element_spec=tf.TensorSpec((), "int64"))) == [0, 1, 2]


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "saved"
    Dataset.range(3).save(str(path))
    file = path / "00000000.tfrecord"
    data = bytearray(file.read_bytes())
    data[20] ^= 1
    file.write_bytes(data)
    with pytest.raises(tf.errors.DataLossError, match=file.name):
        list(Dataset.load(str(path)))


@pytest.mark.parametrize("keep", [lambda d, p: d.save(p), lambda d, p: list(d.cache(p))])
def test_elements_that_files_cannot_keep_are_refused(keep, tmp_path):
    sparse = Dataset.from_tensors(tf.sparse.SparseTensor([[0]], [1.0], [2]))
    windows = Dataset.range(4).window(2)
    for dataset, kind in ((sparse, "SparseTensor"), (windows, "Dataset")):
        with pytest.raises(TypeError, match=f"Elements with a {kind}"):
            keep(dataset, str(tmp_path / "kept"))
    assert list(tmp_path.iterdir()) == []
