"""Masks of padded batches: the longest of the lengths is a size that the batch has."""

import numpy as np
import pytest

import estikeras as tf

ROWS = [[1, 2, 3], [4], [5, 6], [7, 8, 9, 10, 11]]
TOTALS = [6, 4, 11, 45]


def rows(padded=(None,)):
    """A function of Datasets of rows, padded two by two with 99, each with its length."""

    def input_fn():
        data = tf.data.Dataset.from_generator(
            lambda: ({"tokens": row, "lengths": len(row)} for row in ROWS),
            output_types={"tokens": tf.float32, "lengths": tf.int64},
            output_shapes={"tokens": [None], "lengths": []},
        )
        filler = {"tokens": 99.0, "lengths": np.int64(0)}
        return data.padded_batch(2, {"tokens": padded, "lengths": []}, filler)

    return input_fn


def totals_by(mask_of):
    """An Estimator that predicts the sums of rows."""

    def model_fn(features, mode):
        mask = mask_of(features["lengths"])
        total = tf.reduce_sum(tf.where(mask, features["tokens"], 0), 1)
        return tf.estimator.EstimatorSpec(mode, {"total": total})

    return tf.estimator.Estimator(model_fn)


@pytest.mark.parametrize(
    "mask_of",
    [
        tf.sequence_mask,
        lambda n: tf.sequence_mask(n, tf.reduce_max(n)),
        lambda n: tf.sequence_mask(tf.cast(n, "int32"), tf.cast(tf.reduce_max(n), "int32")),
    ],
    ids=["none", "maximum", "cast"],
)
def test_masks_are_as_long_as_the_longest_row_of_their_batch(mask_of):
    predictions = totals_by(mask_of).predict(rows())
    assert [each["total"] for each in predictions] == TOTALS


def test_batches_that_are_padded_further_are_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"size 6.*maxlen=x\.shape\[1\].*3 1"):
        next(totals_by(tf.sequence_mask).predict(rows([6])))


def test_sizes_that_may_be_others_are_not_guessed():
    def model_fn(features, mode):
        return tf.estimator.EstimatorSpec(mode, tf.sequence_mask(features["lengths"]))

    two = {"a": np.zeros((4, 3)), "b": np.zeros((4, 2)), "lengths": np.array([1, 2, 3, 1])}
    with pytest.raises(TypeError, match=r"maxlen=x\.shape\[1\]"):
        next(
            tf.estimator.Estimator(model_fn).predict(
                lambda: tf.data.Dataset.from_tensor_slices(two).batch(2)
            )
        )


def test_lengths_of_words_are_counted_along_their_own_axis():
    letters = np.arange(12.0).reshape(2, 2, 3)
    given = {"letters": letters, "letters_of": [[3, 1], [2, 2]], "words_of": [2, 1]}

    def model_fn(features, mode):
        words = tf.sequence_mask(features["words_of"])
        masks = tf.sequence_mask(features["letters_of"]) & words[:, :, None]
        total = tf.reduce_sum(tf.where(masks, features["letters"], 0), [1, 2])
        return tf.estimator.EstimatorSpec(mode, total)

    predictions = tf.estimator.Estimator(model_fn).predict(
        lambda: tf.data.Dataset.from_tensor_slices(given).batch(2)
    )
    assert list(predictions) == [0 + 1 + 2 + 3, 6 + 7]


def test_exported_models_mask_requests_of_any_length(tmp_path):
    v1 = tf.compat.v1

    def model_fn(features, mode):
        step = v1.train.get_or_create_global_step()
        total = tf.reduce_sum(
            tf.where(tf.sequence_mask(features["lengths"]), features["tokens"], 0), 1
        )
        loss = tf.reduce_mean(total)
        return tf.estimator.EstimatorSpec(mode, {"total": total}, loss, v1.assign_add(step, 1))

    def serve():
        x = {
            "tokens": v1.placeholder(tf.float32, [None, None], "tokens"),
            "lengths": v1.placeholder(tf.int64, [None], "lengths"),
        }
        return tf.estimator.export.ServingInputReceiver(x, x)

    estimator = tf.estimator.Estimator(model_fn).train(rows(), steps=1)
    served = tf.saved_model.load(estimator.export_saved_model(tmp_path, serve))
    for tokens, lengths in (([[1.0, 2, 3], [4, 99, 99]], [3, 1]), ([[1.0, 2]], [2])):
        given = {"tokens": tf.constant(tokens), "lengths": tf.constant(lengths, tf.int64)}
        total = served.signatures["serving_default"](**given)["total"]
        np.testing.assert_array_equal(total, [6, 4] if len(lengths) == 2 else [3])
