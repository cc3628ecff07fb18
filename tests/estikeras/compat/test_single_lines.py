"""What single lines of TensorFlow 1's model functions do."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.engine.session_graph import SessionGraph
from estikeras.engine.variable_store import VariableStore

v1 = tf.compat.v1


@pytest.fixture
def graph():
    graph = SessionGraph()
    with VariableStore().tracing(), graph.tracing():
        yield graph


def test_layers_take_their_size_as_text(graph):
    assert v1.layers.dense(tf.zeros([2, 3]), "4").shape == (2, 4)
    with pytest.raises(ValueError, match="`units`"):
        v1.layers.dense(tf.zeros([2, 3]), "four")


def test_an_assignment_has_an_op(graph):
    step = v1.train.get_or_create_global_step()
    action = v1.assign_add(step, 1)
    assert action.op is action


def test_values_are_printed_in_each_step(tmp_path, capfd):
    def model_fn(features, labels, mode):
        x = v1.Print(features, [tf.reduce_sum(features), features], "sum: ", first_n=2)
        step = v1.assign_add(v1.train.get_global_step(), 1)
        return tf.estimator.EstimatorSpec(mode, x, tf.reduce_mean(x), step)

    def input_fn():
        return tf.data.Dataset.from_tensor_slices(np.float32([0.5, 1, 2, 3, 4, 5])).batch(2)

    tf.estimator.Estimator(model_fn, str(tmp_path)).train(input_fn)
    assert capfd.readouterr().err.splitlines() == ["sum: [1.5][0.5 1]", "sum: [5][2 3]"]
    texts = tf.constant(["a", "b", "c", "d"])
    v1.Print(texts, [texts, tf.constant([True])], summarize=2)
    assert capfd.readouterr().err == "[a b...][1]\n"
