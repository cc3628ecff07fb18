"""Sparse tensors of any sizes come to model functions in few shapes."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.estimator.sources import PaddedForm


def sparse(width):
    return tf.SparseTensor([[0, 0], [1, width - 1]], np.array([5, 6]), [2, width])


def widths(form, *sizes):
    return [x.shape[1] for x in form.padded([sparse(size) for size in sizes])]


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([[3], [4], [2], [5]], [[4], [4], [4], [8]]),
        ([[9], [3], [2], [16]], [[16], [16], [2], [16]]),
        ([[8, 2], [3, 7], [2, 2]], [[8, 2], [8, 8], [8, 2]]),
        ([[4], [100], [3]], [[4], [128], [4]]),
    ],
    ids=["powers of two", "what is much larger", "two tensors", "a long one"],
)
def test_batches_take_the_sizes_of_earlier_ones_unless_they_are_much_larger(batches, expected):
    form = PaddedForm()
    assert [widths(form, *sizes) for sizes in batches] == expected


def test_what_is_padded_is_the_same_in_any_form():
    form = PaddedForm()
    for width in (7, 2):
        (x,) = form.padded([sparse(width)])
        kept = np.argwhere(x.numpy() >= 0)
        np.testing.assert_array_equal(kept, [[0, 0], [1, width - 1]])


def test_lengths_of_several_features_trace_a_model_function_a_few_times(tmp_path):
    generator, calls = np.random.default_rng(0), []
    rows = [[int(n) for n in generator.geometric(0.2, 3)] for _ in range(60)]
    spec = {f"f{k}": tf.io.VarLenFeature(tf.int64) for k in range(3)}

    def example(lengths):
        features = {
            f"f{k}": tf.train.Feature(int64_list=tf.train.Int64List(value=range(n)))
            for k, n in enumerate(lengths)
        }
        return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()

    def input_fn():
        data = tf.data.Dataset.from_tensor_slices([example(lengths) for lengths in rows])
        return data.batch(1).map(lambda x: tf.io.parse_example(x, spec))

    def model_fn(features, labels, mode):
        calls.append(mode)
        ids = [tf.sparse.to_dense(features[key], -1) for key in sorted(spec)]
        counts = tf.concat([tf.reduce_sum(tf.cast(x >= 0, "int32"), 1) for x in ids], 0)
        return tf.estimator.EstimatorSpec(mode, {"counts": counts[None]})

    estimator = tf.estimator.Estimator(model_fn, tmp_path)
    found = [x["counts"].tolist() for x in estimator.predict(input_fn)]
    assert found == rows
    assert len(calls) < 12
