"""Functions that decode bytes: elements with as many as the first one come many at once."""

import numpy as np
import pytest

import estikeras as tf

Dataset = tf.data.Dataset
SAME = [bytes([n, n + 1, n + 2, n + 3]) for n in range(20)]
MIXED = [bytes(range(n % 3 + 1)) for n in range(20)]


def decoded(row):
    return tf.cast(tf.io.decode_raw(row, "uint8"), "float32") / 2


def counted(function):
    def count(*args):
        count.calls += 1
        return function(*args)

    count.calls = 0
    return count


def expected(rows):
    return [[byte / 2 for byte in row] for row in rows]


@pytest.mark.parametrize("rows", [SAME, MIXED], ids=["one length", "several lengths"])
@pytest.mark.parametrize("parallel", [None, 2])
def test_each_element_is_what_its_bytes_say(rows, parallel):
    dataset = Dataset.from_tensor_slices(rows).map(decoded, num_parallel_calls=parallel)
    assert [x.tolist() for x in dataset.as_numpy_iterator()] == expected(rows)


def test_batches_are_of_elements_of_one_length():
    dataset = Dataset.from_tensor_slices(SAME).map(decoded).batch(8)
    assert [x.tolist() for batch in dataset for x in batch.numpy()] == expected(SAME)
    padded = Dataset.from_tensor_slices(MIXED).map(decoded).padded_batch(20, [None])
    (batch,) = padded.as_numpy_iterator()
    assert [x[: len(row)].tolist() for x, row in zip(batch, MIXED, strict=True)] == expected(MIXED)


def test_after_a_shuffle_none_is_lost():
    dataset = Dataset.from_tensor_slices(SAME).shuffle(7).repeat(2).map(decoded).shuffle(5)
    assert sorted(x.tolist() for x in dataset.as_numpy_iterator()) == sorted(2 * expected(SAME))


def test_the_function_runs_in_python_for_a_first_element_alone():
    function = counted(decoded)
    dataset = Dataset.from_tensor_slices(SAME).map(function)
    list(dataset)
    first = function.calls
    list(dataset)
    assert function.calls == first < 6


def test_an_element_of_another_kind_does_not_change_what_is_known_of_all():
    dataset = Dataset.from_tensor_slices(SAME).map(decoded)
    assert dataset.element_spec == tf.TensorSpec((None,), "float32")


def test_an_element_that_fails_is_named_and_those_before_it_arrive():
    rows = [*SAME[:5], b"abc", *SAME[5:]]
    dataset = Dataset.from_tensor_slices(rows).map(lambda row: tf.io.decode_raw(row, "int16"))
    taken = iter(dataset)
    assert [next(taken).numpy().tolist() for _ in range(5)] == [
        np.frombuffer(row, "int16").tolist() for row in SAME[:5]
    ]
    with pytest.raises(tf.errors.InvalidArgumentError, match="3 bytes") as caught:
        next(taken)
    assert "element 5 for `map_func`" in "".join(caught.value.__notes__)
