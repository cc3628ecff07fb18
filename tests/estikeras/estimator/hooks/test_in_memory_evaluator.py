"""Evaluations in the middle of a training."""

import numpy as np
import pytest

from estikeras import compat, data, estimator, keras
from estikeras.estimator.hooks.eval_results import read_eval_metrics
from tests.estikeras.estimator.hooks.trainings import lines, listening

V1 = compat.v1
Hook = estimator.experimental.InMemoryEvaluatorHook
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")


def model_fn(features, labels, mode, params):
    training = mode == estimator.ModeKeys.TRAIN
    x = keras.layers.BatchNormalization()(features, training=training)
    y = keras.layers.Dense(1, name="out")(x)
    loss = keras.losses.MeanSquaredError()(labels, y)
    step = V1.train.get_or_create_global_step()
    mean = keras.metrics.Mean(name="mean")
    mean.update_state(y)
    optimizer = V1.train.AdagradOptimizer(0.5)
    return estimator.EstimatorSpec(
        mode,
        loss=loss,
        train_op=optimizer.minimize(loss, step) if training else None,
        eval_metric_ops=None if training else {"mean": mean},
        scaffold=params["scaffold"](),
    )


def batches():
    return data.Dataset.from_tensor_slices((X, X[:, :1])).repeat().batch(8)


def estimator_of(folder, scaffold=lambda: None, **options):
    config = estimator.RunConfig(str(folder), tf_random_seed=1, **options)
    return estimator.Estimator(model_fn, config=config, params={"scaffold": scaffold})


def test_it_evaluates_first_and_every_so_often_and_last(tmp_path, caplog):
    listening(caplog)
    made, counted = estimator_of(tmp_path), []

    class Count(estimator.SessionRunHook):
        def end(self, session):
            counted.append(1)

    made.train(batches, [Hook(made, batches, 3, [Count()], "often", every_n_iter=4)], steps=10)
    results = read_eval_metrics(made.eval_dir("often"))
    assert list(results) == [0, 4, 8, 10]
    assert len(counted) == 4
    told = lines(caplog, "Saving dict for global step")
    assert [int(line.split()[5][:-1]) for line in told] == [0, 4, 8, 10]
    again = made.evaluate(batches, steps=3)
    assert again["global_step"] == 10
    for name in ("loss", "mean"):
        assert results[10][name] == pytest.approx(again[name], rel=1e-6)
        assert results[0][name] != pytest.approx(again[name], rel=1e-3)


def test_the_training_comes_to_the_same(tmp_path):
    watched, alone = estimator_of(tmp_path / "watched"), estimator_of(tmp_path / "alone")
    watched.train(batches, [Hook(watched, batches, 2, every_n_iter=3)], steps=7)
    alone.train(batches, steps=7)
    for name in alone.get_variable_names():
        values = watched.get_variable_value(name), alone.get_variable_value(name)
        np.testing.assert_array_equal(*values, err_msg=name)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"every_n_iter": 0}, ValueError, "invalid every_n_iter=0"),
        ({"every_n_iter": None}, ValueError, "invalid every_n_iter=None"),
        ({"steps": 0}, ValueError, "`steps`"),
        ({"hooks": [3]}, TypeError, "`hooks`"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(options, error, match, tmp_path):
    with pytest.raises(error, match=match):
        Hook(estimator_of(tmp_path), batches, **options)
    with pytest.raises(TypeError, match="`estimator`"):
        Hook(model_fn, batches)


@pytest.mark.parametrize("name", ["saver", "init_fn"])
def test_a_scaffold_that_restores_by_itself_is_refused(name, tmp_path):
    def scaffold():
        made = V1.train.Saver(V1.global_variables()) if name == "saver" else lambda *_: None
        return V1.train.Scaffold(**{name: made})

    made = estimator_of(tmp_path, scaffold)
    with pytest.raises(ValueError, match=f"does not support custom {name}"):
        made.train(batches, [Hook(made, batches, 1)], steps=1)
