"""Iterators of input functions that hooks begin, with placeholders that are fed."""

import numpy as np
import pytest

import estikeras.compat.v1 as tf
from estikeras import errors

ROWS = np.arange(10, dtype=np.float32)


class Beginning(tf.train.SessionRunHook):
    """Runs an iterator's initializer, as hooks of many scripts do."""

    def __init__(self):
        self.begin_pass = None

    def after_create_session(self, session, coord):
        self.begin_pass(session)


def input_of(shape, hook, feed=True, change=lambda dataset: dataset, operation=lambda op: op):
    def input_fn():
        data = tf.placeholder(tf.float32, shape, name="data")
        dataset = change(tf.data.Dataset.from_tensor_slices({"x": data})).batch(4)
        iterator = tf.data.make_initializable_iterator(dataset)
        features = iterator.get_next()
        initializer = operation(iterator.initializer)
        fed = {data: ROWS} if feed else None
        hook.begin_pass = lambda session: session.run(initializer, feed_dict=fed)
        return features

    return input_fn


def model_fn(features, mode):
    x = features["x"]
    scale = tf.get_variable("scale", initializer=1.0)
    loss = tf.reduce_mean(scale * x)
    metrics = {"mean": tf.metrics.mean(x), "batches": tf.metrics.mean(tf.ones([]))}
    train_op = tf.assign_add(tf.train.get_global_step(), 1)
    return tf.estimator.EstimatorSpec(mode, {"x": x}, loss, train_op, metrics)


def mean_of(input_fn, hook, folder):
    estimator = tf.estimator.Estimator(model_fn, str(folder))
    estimator.train(input_fn, hooks=[hook])
    assert estimator.get_variable_value("global_step") == 3
    rows = [row["x"] for row in estimator.predict(input_fn, hooks=[hook])]
    result = estimator.evaluate(input_fn, hooks=[hook])
    assert np.mean(rows) == pytest.approx(result["mean"])
    return result["mean"]


FORMS = {
    "all sizes known": {"shape": ROWS.shape},
    "any number of rows": {"shape": [None]},
    "shuffled": {"shape": [None], "change": lambda dataset: dataset.shuffle(10)},
    "begun with others": {"shape": [None], "operation": lambda op: tf.group(op, tf.no_op())},
}


@pytest.mark.parametrize("name", FORMS)
def test_what_is_fed_to_the_initializer_is_read(name, tmp_path):
    hook = Beginning()
    assert mean_of(input_of(hook=hook, **FORMS[name]), hook, tmp_path) == pytest.approx(4.5)


def test_functions_of_elements_see_what_is_fed(tmp_path):
    hook = Beginning()
    squared = input_of([None], hook, change=lambda data: data.map(lambda e: {"x": e["x"] ** 2}))
    assert mean_of(squared, hook, tmp_path) == pytest.approx(np.mean(ROWS**2))


def test_an_initializer_begins_another_pass(tmp_path):
    class TwoPasses(Beginning):
        steps = 0

        def after_run(self, run_context, run_values):
            self.steps += 1
            if self.steps == 2:
                self.begin_pass(run_context.session)

    hook = TwoPasses()
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    estimator.train(input_of([None], hook), hooks=[hook])
    assert estimator.get_variable_value("global_step") == 2 + 3


def test_an_iterator_of_data_in_memory_needs_no_initializer(tmp_path):
    def input_fn():
        dataset = tf.data.Dataset.from_tensor_slices({"x": ROWS}).batch(4)
        iterator = dataset.make_initializable_iterator()
        tf.add_to_collection(tf.GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
        return iterator.get_next()

    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    assert estimator.train(input_fn).get_variable_value("global_step") == 3


def test_an_iterator_that_waits_says_what_to_run(tmp_path):
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    with pytest.raises(errors.FailedPreconditionError, match="Run its `initializer`"):
        estimator.train(input_of([None], Beginning()))


def test_what_was_not_fed_is_named(tmp_path):
    hook = Beginning()
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    with pytest.raises(errors.InvalidArgumentError, match="feed them where"):
        estimator.train(input_of([None], hook, feed=False), hooks=[hook])
