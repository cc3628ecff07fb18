"""Features of any number of values are parsed for many elements at once, and come one by one."""

import numpy as np
import pytest

import estikeras as tf

SPEC = {
    "ids": tf.io.VarLenFeature(tf.int64),
    "words": tf.io.VarLenFeature(tf.string),
    "y": tf.io.FixedLenFeature([], tf.float32),
}
LENGTHS = [2, 0, 3, 1, 1]


def example(n, y=1.0):
    ids = tf.train.Feature(int64_list=tf.train.Int64List(value=range(10, 10 + n)))
    words = tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"w"] * n))
    features = {"ids": ids, "words": words}
    if y is not None:
        features["y"] = tf.train.Feature(float_list=tf.train.FloatList(value=[y]))
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


@pytest.fixture
def records(tmp_path):
    path = str(tmp_path / "examples")
    with tf.io.TFRecordWriter(path) as writer:
        for n in LENGTHS:
            writer.write(example(n))
    return path


def dense(x):
    return tf.sparse.to_dense(x).tolist()


@pytest.mark.parametrize("workers", [None, 4])
def test_elements_and_batches_have_their_values(records, workers):
    calls = []

    def parse(text):
        calls.append(text)
        found = tf.io.parse_single_example(text, SPEC)
        return found, found.pop("y") * 2

    data = tf.data.TFRecordDataset(records).map(parse, num_parallel_calls=workers)
    assert data.element_spec[0]["ids"] == tf.SparseTensorSpec([None], tf.int64)
    rows = list(data)
    assert [dense(x["ids"]) for x, _ in rows] == [[*range(10, 10 + n)] for n in LENGTHS]
    assert [x["words"].values.tolist() for x, _ in rows] == [[b"w"] * n for n in LENGTHS]
    assert [float(y) for _, y in rows] == [2.0] * 5
    batch, y = next(iter(data.skip(1).repeat().batch(3).prefetch(1)))
    assert dense(batch["ids"]) == [[0, 0, 0], [10, 11, 12], [10, 0, 0]]
    assert y.shape == (3,)
    assert len(calls) == 1


def test_vectors_of_any_length_are_padded_in_batches(records):
    calls = []

    def parse(text):
        calls.append(text)
        found = tf.io.parse_single_example(text, SPEC)
        return {key: tf.sparse.to_dense(found[key]) for key in ("ids", "words")}, found["y"]

    data = tf.data.TFRecordDataset(records).map(parse)
    assert data.element_spec[0]["ids"] == tf.TensorSpec([None], tf.int64)
    data = data.shuffle(1).repeat(2).padded_batch(5, ({"ids": [None], "words": [4]}, []))
    (features, y), _ = data
    ids = [[10, 11, 0], [0] * 3, [10, 11, 12], [10, 0, 0], [10, 0, 0]]
    assert (features["ids"].tolist(), y.shape) == (ids, (5,))
    assert features["words"][0].tolist() == [b"w", b"w", b"", b""]
    assert len(calls) == 1


@pytest.mark.parametrize(
    "use",
    [
        lambda x: tf.sparse.to_dense(x) + 1,
        lambda x: tf.reduce_sum(tf.sparse.to_dense(x)),
        lambda x: tf.sparse.to_dense(x)[:1],
        lambda x: tf.sparse.to_dense(x).shape[0],
        lambda x: x.values,
    ],
    ids=["added to", "summed up", "sliced", "shape", "values"],
)
def test_what_looks_at_values_runs_for_each_element(records, use):
    def parse(text):
        return use(tf.io.parse_single_example(text, SPEC)["ids"])

    found = tf.sparse.SparseTensor([[0], [1]], np.array([10, 11]), [2])
    first = next(iter(tf.data.TFRecordDataset(records).map(parse)))
    np.testing.assert_array_equal(first, use(found))


def test_the_same_feature_may_come_twice_and_others_not_at_all(records):
    def parse(text):
        found = tf.io.parse_single_example(text, SPEC)
        return found["ids"], {"again": found["ids"]}

    first, others = next(iter(tf.data.TFRecordDataset(records).map(parse)))
    assert dense(first) == dense(others["again"]) == [10, 11]


def test_an_element_that_cannot_be_parsed_is_named_after_those_before_it():
    texts = [example(1), example(2), example(1, y=None)]
    data = tf.data.Dataset.from_tensor_slices(np.array(texts, object))
    rows = iter(data.map(lambda text: tf.io.parse_single_example(text, SPEC)))
    assert [dense(next(rows)["ids"]) for _ in range(2)] == [[10], [10, 11]]
    with pytest.raises(tf.errors.InvalidArgumentError, match="'y'") as error:
        next(rows)
    assert "This was element 2" in error.value.__notes__[0]
