"""Estimators on several ranks do what they do in one process. Run by pytest on every rank."""

import json

import numpy as np
import pytest

import estikeras as tf
from estikeras import compat, estimator
from estikeras.formats import events
from strategies.errors import DisagreementError, StartError

V1 = compat.v1
strategy = tf.distribute.MultiWorkerMirroredStrategy()
RANK, SIZE = strategy.cluster.rank, strategy.num_replicas_in_sync
X = np.random.default_rng(0).normal(size=(37, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def model_fn(features, labels, mode):
    """A layer that begins with other weights on every rank, and dropout."""
    training = mode == estimator.ModeKeys.TRAIN
    hidden = tf.keras.layers.Dense(4, "relu", name="hidden")(features["x"])
    logits = tf.keras.layers.Dense(1, name="logits")(hidden)
    loss = tf.keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)
    accuracy = tf.keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")
    accuracy.update_state(labels, logits)
    step = V1.train.get_or_create_global_step()
    optimizer = V1.train.AdagradOptimizer(0.1)
    return estimator.EstimatorSpec(
        mode,
        predictions={"logits": logits},
        loss=loss,
        train_op=optimizer.minimize(loss, step) if training else None,
        eval_metric_ops=None if training else {"accuracy": accuracy},
    )


def input_fn():
    """Shuffled batches without end; the last of an epoch is small."""
    return eval_input_fn().unbatch().shuffle(37, seed=1).batch(8).repeat()


def eval_input_fn():
    """Five batches."""
    return tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).batch(8)


class Noting(estimator.Exporter):
    """An exporter that writes down when it is called."""

    name = "mine"

    def __init__(self):
        self.steps = []

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Evaluate once more, alone, where evaluation is not distributed."""
        if estimator.config.eval_distribute is None:
            again = estimator.evaluate(eval_input_fn, checkpoint_path=checkpoint_path, name="again")
            assert abs(again["loss"] - eval_result["loss"]) < 1e-5
        self.steps.append(int(eval_result["global_step"]))
        return len(self.steps)


class Evaluations(estimator.SessionRunHook):
    """Counts evaluations."""

    count = 0

    def end(self, session):
        """One more."""
        self.count += 1


def train(folder, max_steps=25, save_every=10, exporter=None, hook=None, **config):
    config = {"save_checkpoints_steps": save_every, **config}
    mine = estimator.Estimator(
        model_fn, str(folder), estimator.RunConfig(tf_random_seed=7, **config)
    )
    result = estimator.train_and_evaluate(
        mine,
        estimator.TrainSpec(input_fn, max_steps),
        estimator.EvalSpec(
            eval_input_fn, throttle_secs=0, exporters=exporter, hooks=[hook] if hook else []
        ),
    )
    strategy.communicator.barrier()
    weights = {name: mine.get_variable_value(name) for name in mine.get_variable_names()}
    return result, weights


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process comes to."""
    with tf.distribute.OneDeviceStrategy().scope():
        return train(tmp_path_factory.mktemp(f"alone{RANK}"))


def assert_equal(found, expected):
    (metrics, exports), weights = found
    (expected_metrics, _), expected_weights = expected
    assert strategy.communicator.allgather((metrics, exports)) == [(metrics, exports)] * SIZE
    assert metrics.keys() == expected_metrics.keys()
    for name, value in expected_metrics.items():
        np.testing.assert_allclose(metrics[name], value, rtol=1e-5, atol=1e-5, err_msg=name)
    assert weights.keys() == expected_weights.keys()
    for name, value in expected_weights.items():
        np.testing.assert_allclose(weights[name], value, rtol=1e-5, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("config", ["train_distribute", "both", "neither"])
def test_training_and_evaluation_are_those_of_one_process(config, folder, alone):
    config = {
        "train_distribute": {"train_distribute": strategy},
        "both": {"train_distribute": strategy, "eval_distribute": strategy},
        "neither": {},
    }[config]
    exporter, hook = Noting(), Evaluations()
    found = train(folder, exporter=exporter, hook=hook, **config)
    assert_equal(found, alone)
    assert hook.count == 3
    assert exporter.steps == ([10, 20, 25] if RANK == 0 else [])
    assert found[0][1] == [3]


def test_the_chief_evaluates_alone_where_evaluation_is_not_distributed(folder, alone):
    hook = Evaluations()
    one = tf.distribute.OneDeviceStrategy()
    found = train(folder, hook=hook, train_distribute=strategy, eval_distribute=one)
    assert_equal(found, alone)
    assert hook.count == (3 if RANK == 0 else 0)


def test_checkpoints_by_time_come_on_all_ranks_together(folder, alone):
    found = train(folder, save_every=None, save_checkpoints_secs=0.05, train_distribute=strategy)
    assert_equal(found, alone)


def test_a_training_that_is_at_its_end_ends_on_every_rank(folder):
    train(folder, train_distribute=strategy)
    assert train(folder, train_distribute=strategy)[0] == (None, None)
    (metrics, _), _ = train(folder, 26, train_distribute=strategy)
    assert metrics["global_step"] == 26
    (file,) = (folder / "eval").glob("events*")
    assert [step for step, tag, *_ in events.read(file) if tag == "loss"] == [10, 20, 25, 26]


def one_value_a_batch(features, labels, mode):
    """Metrics that count rows, and batches."""
    x = features["x"][:, 0]
    metrics = {
        "error": V1.metrics.root_mean_squared_error(labels[:, 0], x),
        "largest": V1.metrics.mean(tf.reduce_max(x)),
        "share": V1.metrics.mean(x),
    }
    return estimator.EstimatorSpec(mode, loss=tf.reduce_mean(x), eval_metric_ops=metrics)


def test_a_rank_may_have_one_row_of_a_batch(folder):
    mine = estimator.Estimator(
        one_value_a_batch, str(folder), estimator.RunConfig(eval_distribute=strategy)
    )
    rows = 2 * SIZE - 1
    data = tf.data.Dataset.from_tensor_slices(({"x": X[:rows]}, Y[:rows]))
    metrics = mine.evaluate(lambda: data.batch(rows))
    x, y = X[:rows, 0], Y[:rows, 0]
    np.testing.assert_allclose(metrics["error"], np.sqrt(np.mean((x - y) ** 2)), rtol=1e-5)
    np.testing.assert_allclose(metrics["share"], x.mean(), rtol=1e-5)


def test_ranks_are_the_tasks():
    for config in (estimator.RunConfig(), estimator.RunConfig(train_distribute=strategy)):
        assert (config.task_type, config.task_id) == ("worker", RANK)
        assert config.is_chief is (RANK == 0)
        assert config.num_worker_replicas == SIZE
        assert config.global_id_in_cluster == RANK
        assert not config.is_evaluated_elsewhere
    assert estimator.RunConfig(train_distribute=tf.distribute.OneDeviceStrategy()).is_chief


def test_tf_config_must_list_the_ranks(monkeypatch, tmp_path):
    cluster = {"worker": [f"a:{k}" for k in range(1, SIZE)], "chief": ["b:1"]}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster}))
    config = estimator.RunConfig(train_distribute=tf.distribute.MultiWorkerMirroredStrategy())
    assert config.task_type == ("worker" if RANK else "chief")
    assert config.is_evaluated_elsewhere
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"chief": ["b:1"]}}')
    config = config.replace(model_dir=str(tmp_path))
    mine = estimator.Estimator(model_fn, config=config)
    specs = estimator.TrainSpec(input_fn), estimator.EvalSpec(input_fn)
    with pytest.raises(StartError, match=f"MPI started {SIZE} ranks"):
        estimator.train_and_evaluate(mine, *specs)


def test_data_that_are_others_on_each_rank_are_refused(folder):
    mine = estimator.Estimator(model_fn, config=estimator.RunConfig(str(folder)))
    with pytest.raises(DisagreementError, match="the first batch that input_fn gives"):
        mine.train(lambda: eval_input_fn().shard(SIZE, RANK), steps=1)


def test_data_that_end_on_one_rank_before_the_others_are_refused(folder):
    mine = estimator.Estimator(model_fn, config=estimator.RunConfig(str(folder)))
    with pytest.raises(DisagreementError, match="whether there are batches left"):
        mine.train(lambda: eval_input_fn().take(2 + (RANK == 0)))


def test_a_rank_may_predict_and_export_alone(folder):
    layers = [tf.keras.Input((3,)), tf.keras.layers.Dense(1, name="out")]
    model = tf.keras.Sequential(layers)
    model.compile("sgd", "mse")
    config = estimator.RunConfig(str(folder))
    mine = tf.keras.estimator.model_to_estimator(model, config=config)
    mine.train(lambda: tf.data.Dataset.from_tensor_slices((X, Y)).batch(8))
    strategy.communicator.barrier()
    if RANK == SIZE - 1:
        data = tf.data.Dataset.from_tensor_slices(X).batch(8)
        found = np.array([p["out"] for p in mine.predict(lambda: data)])
        receiver = estimator.export.build_raw_serving_input_receiver_fn({"x": X[:1]})
        path = mine.export_saved_model(str(folder / "export"), receiver)
        served = tf.saved_model.load(path).signatures["serving_default"](x=X)["out"]
        np.testing.assert_allclose(served, found, rtol=1e-5, atol=1e-6)
    strategy.communicator.barrier()


@pytest.mark.parametrize("given", ["to none", "to the chief"])
def test_ranks_take_the_folder_of_the_chief(given, folder):
    mine = str(folder) if given == "to the chief" and RANK == 0 else None
    shared = estimator.Estimator(model_fn, mine)
    shared.train(input_fn, steps=1)
    folders = strategy.communicator.allgather(shared.model_dir)
    assert len(set(folders)) == 1
    assert folders[0] == (mine or folders[0])
    shared.evaluate(input_fn, steps=1)
    assert shared.get_variable_value("global_step") == 1
