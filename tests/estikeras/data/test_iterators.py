"""Iterators: positions that are saved and restored, ends, Optionals, what elements look like."""

import json

import numpy as np
import pytest

import estikeras as tf

Dataset = tf.data.Dataset


def in_python(x):
    return int(x) + 100


PIPELINES = {
    "numbers": lambda: Dataset.range(20),
    "shuffle": lambda: Dataset.range(20).shuffle(5),
    "shuffle with a seed": lambda: Dataset.range(20).shuffle(5, seed=1),
    "always the same shuffle": lambda: Dataset.range(20).shuffle(20, 1, False),
    "shuffle of slices, repeat, batch": lambda: (
        Dataset.from_tensor_slices(np.arange(20)).shuffle(20).repeat(3).batch(4)
    ),
    "repeat, shuffle": lambda: Dataset.range(6).repeat(4).shuffle(5).prefetch(2),
    "shuffles inside": lambda: Dataset.range(3).flat_map(lambda i: Dataset.range(8).shuffle(8)),
    "shuffles inside, in turn": lambda: Dataset.range(3).interleave(
        lambda i: Dataset.range(8).shuffle(8), cycle_length=2
    ),
    "shuffles of windows": lambda: (
        Dataset.range(24).window(8).flat_map(lambda window: window.shuffle(8)).shuffle(5)
    ),
    "two shuffles": lambda: Dataset.range(12).shuffle(5).batch(2).shuffle(3).repeat(2).prefetch(3),
    "random numbers": lambda: Dataset.random(rerandomize_each_iteration=True).take(20),
    "a sample": lambda: Dataset.sample_from_datasets(
        [Dataset.range(12).shuffle(3), Dataset.range(100, 120)]
    ),
    "threads": lambda: (
        Dataset.range(20).shuffle(5).map(in_python, num_parallel_calls=3).prefetch(2)
    ),
    "zip of shuffles": lambda: Dataset.zip(
        Dataset.range(20).shuffle(4), Dataset.range(20).shuffle(20)
    ),
}


def listed(iterator):
    return [str(np.asarray(x).tolist() if not isinstance(x, tuple) else x) for x in iterator]


@pytest.mark.parametrize("passes_before", [0, 2])
@pytest.mark.parametrize("name", PIPELINES)
def test_a_saved_position_is_gone_on_from(name, passes_before):
    dataset = PIPELINES[name]()
    for _ in range(passes_before):
        listed(dataset.as_numpy_iterator())
    iterator = dataset.as_numpy_iterator()
    for _ in range(4):
        next(iterator)
    state = json.loads(json.dumps(iterator.save()))
    rest = listed(iterator)
    assert len(rest) > 3

    iterator.restore(state)  # the same iterator
    assert listed(iterator) == rest
    again = dataset.as_numpy_iterator()  # another one
    next(again)
    again.restore(state)
    assert listed(again) == rest
    anew = PIPELINES[name]().as_numpy_iterator()  # as in another process
    anew.restore(state)
    assert anew.save()["position"] == 4
    assert listed(anew) == rest


def test_passes_after_a_restored_one_are_those_that_would_have_come():
    dataset = Dataset.range(20).shuffle(20)
    iterator = dataset.as_numpy_iterator()
    next(iterator)
    state = iterator.save()
    listed(iterator)
    following = [listed(dataset.as_numpy_iterator()) for _ in range(2)]
    other = Dataset.range(20).shuffle(20)
    again = other.as_numpy_iterator()
    again.restore(state)
    listed(again)
    assert [listed(other.as_numpy_iterator()) for _ in range(2)] == following


def test_a_position_at_the_end_is_the_end():
    iterator = iter(Dataset.range(2).shuffle(2))
    assert len(list(iterator)) == 2
    state = iterator.save()
    iterator.restore(state)
    assert list(iterator) == []


def test_a_position_of_another_pipeline_is_refused():
    state = iter(Dataset.range(5).shuffle(2)).save()
    with pytest.raises(ValueError, match=r"`state`.* 2.* 1 random steps"):
        iter(Dataset.range(5).shuffle(2).shuffle(3)).restore(state)


def test_get_next_raises_at_the_end_and_stays_there():
    iterator = iter(Dataset.range(2))
    assert [int(iterator.get_next()) for _ in range(2)] == [0, 1]
    for _ in range(2):
        with pytest.raises(tf.errors.OutOfRangeError, match="end"):
            iterator.get_next()
    with pytest.raises(StopIteration):
        next(iterator)


def test_optionals_have_a_value_or_not():
    iterator = iter(Dataset.range(1))
    first, second = iterator.get_next_as_optional(), iterator.get_next_as_optional()
    assert bool(first.has_value()) and int(first.get_value()) == 0
    assert not bool(second.has_value())
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        second.get_value()


def test_iterators_of_one_dataset_are_independent():
    dataset = Dataset.range(3)
    first, second = iter(dataset), iter(dataset)
    assert [int(next(first)), int(next(first)), int(next(second))] == [0, 1, 0]
    assert iter(first) is first
    assert first.element_spec == dataset.element_spec


def test_elements_are_tensors_or_numpys():
    dataset = Dataset.from_tensors({"a": (1, "x"), "b": [1.5, 2.0], "c": None})
    (element,) = dataset
    assert [type(x).__name__ for x in (*element["a"], element["b"])] == ["Tensor"] * 3
    assert element["c"] is None
    (element,) = dataset.as_numpy_iterator()
    assert element["a"] == (1, b"x") and type(element["a"][0]) is np.int32
    assert isinstance(element["b"], np.ndarray)
    with pytest.raises(ValueError, match="read-only"):
        element["b"][0] = 3
    assert next(dataset.as_numpy_iterator())["b"].tolist() == [1.5, 2.0]


WRITTEN = {  # datasets of two equal elements, zeros (2, 3)
    "slices": lambda: Dataset.from_tensor_slices(np.zeros((2, 2, 3))),
    "one element": lambda: Dataset.from_tensors(np.zeros((2, 3))).repeat(2),
    "a cache": lambda: Dataset.range(2).map(lambda x: np.zeros((2, 3 + int(x) * 0))).cache(),
    "batches": lambda: Dataset.from_tensor_slices(np.zeros((4, 3))).batch(2),
    "a cache of batches": lambda: Dataset.from_tensor_slices(np.zeros((4, 3))).batch(2).cache(),
    "a generator's own": lambda: Dataset.from_generator(
        lambda: [ZEROS, ZEROS], output_signature=tf.TensorSpec((2, 3), "float64")
    ),
    "results": lambda: Dataset.range(2).map(lambda x: tf.zeros((2, 3))),
}
ZEROS = np.zeros((2, 3))
WAYS = {
    "numpy()": lambda x: x.numpy(),
    "asarray": np.asarray,
    "a row": lambda x: x[0].numpy(),
    "another shape": lambda x: tf.reshape(x, (6,)).numpy(),
}


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_into_elements_does_not_come_again(name, way):
    def write(x):
        array = WAYS[way](x)
        array[...] = 1
        return array

    dataset = WRITTEN[name]()
    for element in dataset:
        write(element)
    assert all((write(x) == 1).all() for x in dataset.map(lambda x: write(x)))
    for _ in range(2):
        assert [np.asarray(x).tolist() for x in dataset] == [ZEROS.tolist()] * 2
    assert not ZEROS.any()


def test_lengths_are_told_where_they_are_known():
    assert len(Dataset.range(10).batch(3)) == 4
    assert bool(Dataset.range(0))
    with pytest.raises(TypeError, match="infinite"):
        len(Dataset.range(10).repeat())
    with pytest.raises(TypeError, match="not known"):
        len(Dataset.range(10).filter(lambda x: x > 2))


def test_a_single_element_is_just_one():
    assert int(Dataset.range(1).get_single_element()) == 0
    for rows, found in ((0, "none"), (2, "more")):
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"got {found}"):
            Dataset.range(rows).get_single_element()


def test_elements_are_told_in_three_parts_as_in_tensorflow_1():
    v1 = tf.compat.v1.data
    rows = {"a": np.zeros((4, 2), np.float32), "b": ["x"] * 4}
    data = Dataset.from_tensors((rows, tf.sparse.from_dense(rows["a"]))).batch(3)
    for given in (data, iter(data), v1.make_one_shot_iterator(data)):
        shapes = v1.get_output_shapes(given)
        assert shapes == ({"a": [None, 4, 2], "b": [None, 4]}, [None, 4, 2])
        assert shapes[1].as_list() == [None, 4, 2]
        assert v1.get_output_types(given) == ({"a": tf.float32, "b": tf.string}, tf.float32)
        classes = v1.get_output_classes(given)
        assert classes == ({"a": tf.Tensor, "b": tf.Tensor}, tf.SparseTensor)
    for given in (data, v1.make_one_shot_iterator(data)):
        assert given.output_shapes == shapes and given.output_classes == classes
        assert given.output_types == v1.get_output_types(given)
    windows = Dataset.range(5).window(2)
    assert v1.get_output_types(windows) == tf.data.DatasetSpec(tf.TensorSpec((), "int64"))
    with pytest.raises(TypeError, match="`dataset_or_iterator`"):
        v1.get_output_shapes(3)
