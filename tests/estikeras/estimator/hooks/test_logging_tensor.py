"""Lines with the values of tensors."""

import numpy as np
import pytest

from estikeras import compat, data, estimator, ops
from estikeras.engine.session_graph import SessionGraph
from tests.estikeras.estimator.hooks.trainings import lines, listening, train

Hook = estimator.LoggingTensorHook


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"every_n_iter": 1, "every_n_secs": 1},
        {"every_n_iter": 0},
        {"every_n_iter": -3},
        {"at_end": True, "every_n_iter": 2, "every_n_secs": 1},
    ],
)
def test_exactly_one_way_of_counting_is_given(options):
    with pytest.raises(ValueError, match="every_n_iter"):
        Hook({"x": "x"}, **options)


def test_it_is_one_class_under_all_names():
    v1 = compat.v1
    assert Hook is v1.train.LoggingTensorHook is v1.estimator.LoggingTensorHook


def test_a_formatter_makes_the_line(caplog):
    listening(caplog)
    hook = Hook({"a": "loss"}, every_n_iter=4, formatter=lambda values: f"{values['a']:.1f} 100%s")
    train(hook, steps=6)
    assert lines(caplog, "100%s") == ["0.0 100%s", "4.0 100%s"]


def test_names_of_a_dict_are_sorted(caplog):
    listening(caplog)
    train(Hook({"b": "loss", "a": "loss"}, every_n_iter=5), steps=1)
    assert "a = 0.0, b = 0.0" in caplog.messages


def test_tensors_of_a_list_are_told_apart(caplog):
    listening(caplog)

    def build(loss):
        step = compat.v1.train.get_global_step()
        constant = ops.convert_to_tensor([1, 2])
        return [Hook([loss, 2 * loss, 2 * loss, step, constant], every_n_iter=100)]

    train(build=build, steps=1)
    (line,) = lines(caplog, "Tensor(")
    assert line == (
        'Tensor("loss:0", shape=(), dtype=float32) = 0.0, '
        'Tensor("multiply:0", shape=(), dtype=float32) = 0.0, '
        'Tensor("multiply:0", shape=(), dtype=float32)_1 = 0.0, '
        "global_step = 0, "
        'Tensor("Const:0", shape=(2,), dtype=int32) = [1 2]'
    )


def test_small_numbers_are_written_out_and_printing_stays_as_it_was(caplog):
    listening(caplog)
    before = np.get_printoptions()

    def build(loss):
        return [Hook({"x": ops.stack([loss, 1e-5 + loss])}, every_n_iter=100)]

    train(build=build, steps=1)
    assert "x = [0.      0.00001]" in caplog.messages
    assert np.get_printoptions() == before


def test_an_unknown_name_is_told_with_those_that_there_are():
    with pytest.raises(KeyError, match=r"'los'.*loss"):
        train(Hook(["los"], every_n_iter=1))


def other():
    graph = SessionGraph()
    with graph.tracing():
        return 2 * ops.convert_to_tensor(1.0) + graph.add_input(ops.ones(()).spec)


@pytest.mark.parametrize("thing", [3, None, other()])
def test_things_of_other_graphs_are_refused(thing):
    with pytest.raises(ValueError, match="no tensor, operation or variable of the current graph"):
        train(Hook({"x": thing}, every_n_iter=1))


def test_what_the_data_have_is_logged_while_steps_run_many_at_once():
    rows, seen = np.arange(200, dtype="float32"), []

    def model_fn(features, labels, mode):
        hook = Hook({"x": features}, every_n_iter=40, formatter=lambda values: seen.append(values))
        weight = compat.v1.get_variable("weight", [])
        loss = ops.sum((features - weight) ** 2)
        optimizer = compat.v1.train.GradientDescentOptimizer(0.1)
        step = optimizer.minimize(loss, compat.v1.train.get_global_step())
        return estimator.EstimatorSpec(mode, loss=loss, train_op=step, training_hooks=[hook])

    trained = estimator.Estimator(model_fn)
    trained.train(lambda: data.Dataset.from_tensor_slices(rows).batch(1))
    assert [values["x"].tolist() for values in seen] == [[0], [40], [80], [120], [160]]
