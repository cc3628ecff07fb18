"""Datasets that functions make of elements: how they are read."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.data.node import Run
from estikeras.data.structure import rows_of

Dataset = tf.data.Dataset


@pytest.fixture
def files(tmp_path):
    for k in range(3):
        (tmp_path / f"{k}.csv").write_text("".join(f"{k},{n}\n" for n in range(5)))
    return Dataset.list_files(f"{tmp_path}/*.csv", shuffle=False)


NESTED = {
    "flat_map": (lambda d: d.flat_map(tf.data.TextLineDataset), [*range(5)] * 3),
    "flat_map of more steps": (
        lambda d: d.flat_map(lambda name: tf.data.TextLineDataset(name).skip(1)),
        [*range(1, 5)] * 3,
    ),
    "interleave": (
        lambda d: d.interleave(lambda name: tf.data.TextLineDataset(name).take(2), cycle_length=3),
        [0, 0, 0, 1, 1, 1],
    ),
}


@pytest.mark.parametrize("name", NESTED)
def test_lines_of_files_come_to_a_function_many_at_once(name, files):
    nest, expected = NESTED[name]
    numbers = nest(files).map(lambda line: tf.io.decode_csv(line, [0, 0])[1])
    assert [int(x) for x in numbers.as_numpy_iterator()] == expected
    shuffled = numbers.shuffle(100).repeat(2)
    assert sorted(int(x) for x in shuffled.as_numpy_iterator()) == sorted(2 * expected)
    assert rows_of(next(numbers.plan.blocks(Run(), 100))) > 1


def test_what_users_could_notice_is_not_read_ahead():
    seen = []

    def inner(x):
        def numbers():
            for n in range(3):
                seen.append(n)
                yield np.int64(n)

        return Dataset.from_generator(numbers, output_signature=tf.TensorSpec((), "int64"))

    taken = iter(Dataset.range(2).flat_map(inner).map(lambda n: n + 1).shuffle(1))
    assert int(next(taken)) == 1
    assert len(seen) < 3
