"""The graph of a model function: actions, what comes after what, names, variables found again."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.engine.session_graph import SessionGraph, action
from estikeras.engine.tensor import Spec
from estikeras.engine.variable_store import VariableStore


@pytest.fixture
def graph():
    graph = SessionGraph()
    with VariableStore().tracing(), graph.tracing():
        yield graph


def test_what_an_action_writes_is_seen_inside_of_it_and_not_after_it(graph):
    v = tf.Variable(1.0, name="v")
    before = v.value
    with action("double") as double:
        v.assign(v * 2.0)
        inside = v.value
    assert v.value is before
    assert double.updates == {v: inside}
    assert not graph.updates


def test_what_is_written_by_no_action_is_seen_by_all_that_follows(graph):
    v = tf.Variable(1.0, name="v")
    v.assign_add(1.0)
    assert v.value is graph.updates[v]


def test_an_action_under_control_dependencies_begins_with_what_the_others_wrote(graph):
    v, w = tf.Variable(1.0, name="v"), tf.Variable(1.0, name="w")
    with action("first") as first:
        v.assign_add(1.0)
    with tf.control_dependencies([first]):
        with action("second") as second:
            w.assign(v * 2.0)
        seen = tf.identity(v)
    assert second.updates[v] is first.updates[v]
    assert w in second.updates
    assert graph.required_by([tf.identity(seen)]) == (first,)
    assert graph.required_by([v.value]) == ()


def test_a_group_runs_all_of_its_members(graph):
    v, w = tf.Variable(1.0, name="v"), tf.Variable(1.0, name="w")
    with action("first") as first:
        v.assign_add(1.0)
    with action("second") as second:
        w.assign_add(1.0)
    assert set(tf.group(first, [second]).updates) == {v, w}


def test_two_actions_that_write_one_variable_need_an_order(graph):
    v = tf.Variable(1.0, name="v")
    with action("first") as first:
        v.assign_add(1.0)
    with action("second") as second:
        v.assign_add(1.0)
    with pytest.raises(ValueError, match="'first' and 'second' both write the variable 'v'"):
        tf.group(first, second)
    with tf.control_dependencies([first]), action("third") as third:
        v.assign_add(1.0)
    assert tf.group(first, third).updates == third.updates


def test_tensors_are_found_by_the_names_that_ops_were_called_with(graph):
    x = graph.add_input(Spec((2, 3), "float32"))
    y = tf.nn.softmax(x, name="probabilities")
    z = tf.identity(y, "probabilities")
    assert graph.find("probabilities:0") is y
    assert graph.find("probabilities_1") is z
    with pytest.raises(KeyError, match="'nope' refers to a tensor or operation"):
        graph.find("nope")


def test_variables_are_found_again_by_their_unique_names():
    store = VariableStore()

    def make():
        layer = tf.keras.layers.Dense(2)
        layer.build((None, 3))
        return [*layer.weights, tf.Variable(0.0, name="v"), tf.Variable(1.0, name="v")]

    with store.tracing():
        first = make()
    first[0].assign(np.full((3, 2), 5.0))
    with store.tracing():
        second = make()
    assert [v.path for v in second] == ["dense/kernel", "dense/bias", "v", "v_1"]
    np.testing.assert_array_equal(second[0].numpy(), np.full((3, 2), 5.0))
    assert first[0].buffer is second[0].buffer
    with store.tracing(), pytest.raises(ValueError, match="must not depend on the batch"):
        tf.Variable(np.zeros(3), shape=(3,), name="v")


def test_metrics_and_optimizers_give_actions_whose_variables_are_told_apart(graph):
    v = tf.Variable(1.0, name="v")
    metric = tf.keras.metrics.Mean(name="mean")
    update = metric.update_state(v * 3.0)
    step = tf.keras.optimizers.SGD(0.1).apply_gradients([(v * 2.0, v)])
    assert update.owner is metric
    assert v in step.updates
    assert not set(update.updates) & set(step.updates)
    assert set(tf.keras.Variable for _ in update.updates) == {tf.keras.Variable}


def test_long_chains_of_actions_know_all_that_comes_before(graph):
    count, last = 200, None
    for i in range(count):
        v = tf.Variable(0.0, name=f"v{i}")
        with tf.control_dependencies([] if last is None else [last]), action(f"a{i}") as last:
            v.assign_add(1.0)
    assert len(last.updates) == count
    assert list(last.after) == graph.actions[:-1]
    assert len(last.own_updates()) == 1
    assert graph.updates_of([graph.actions[0], last]) == last.updates
