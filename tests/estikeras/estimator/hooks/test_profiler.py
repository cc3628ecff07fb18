"""Timelines of steps."""

import json

import numpy as np
import pytest

from estikeras import data, estimator, keras
from tests.estikeras.estimator.hooks.trainings import V1, lines, listening

X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")


def trained(folder, *hooks):
    """The weights of a small net after eleven steps."""

    def model_fn(features, labels, mode):
        step = V1.train.get_or_create_global_step()
        net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "relu")])
        y = keras.layers.Dense(1)(net(features))
        loss = keras.losses.MeanSquaredError()(labels, y)
        return estimator.EstimatorSpec(
            mode, loss=loss, train_op=V1.train.GradientDescentOptimizer(0.1).minimize(loss, step)
        )

    made = estimator.Estimator(model_fn, folder, estimator.RunConfig(tf_random_seed=1))
    made.train(
        lambda: data.Dataset.from_tensor_slices((X, X[:, :1])).repeat().batch(8),
        list(hooks),
        steps=11,
    )
    return {name: made.get_variable_value(name) for name in made.get_variable_names()}


@pytest.mark.parametrize(("flows", "memory"), [(True, True), (False, False)])
def test_a_timeline_has_the_instructions_of_a_step(tmp_path, caplog, flows, memory):
    listening(caplog)
    out = tmp_path / "out"
    hook = estimator.ProfilerHook(4, None, str(out), show_dataflow=flows, show_memory=memory)
    trained(str(tmp_path / "model"), hook)
    assert sorted(path.name for path in out.iterdir()) == ["timeline-4.json", "timeline-8.json"]
    assert lines(caplog, "Saving timeline for 4 into ")
    events = json.loads((out / "timeline-8.json").read_text())["traceEvents"]
    shown = [event for event in events if event["ph"] == "X"]
    assert "matmul" in {event["name"] for event in shown}
    assert all(event["dur"] > 0 for event in shown)
    ends = [event["ts"] + event["dur"] for event in shown]
    assert all(event["ts"] >= end for event, end in zip(shown[1:], ends, strict=False))
    kinds = {event["ph"] for event in events}
    assert ({"s", "t"} <= kinds) is flows
    assert ("C" in kinds) is memory


def test_a_training_that_is_looked_at_comes_to_the_same(tmp_path):
    hook = estimator.ProfilerHook(save_secs=0, output_dir=str(tmp_path / "out"))
    found = trained(str(tmp_path / "a"), hook)
    expected = trained(str(tmp_path / "b"))
    assert len(list((tmp_path / "out").iterdir())) >= 9
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)
