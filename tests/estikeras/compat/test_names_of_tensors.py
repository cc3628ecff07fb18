"""Names by which model functions know tensors and operations, and hooks ask for them; those of
TensorFlow 2.15 where scripts give names.
"""

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


@pytest.mark.usefixtures("graph")
def test_a_name_lies_below_the_scopes_that_are_open():
    with v1.variable_scope("conv") as scope:
        y = tf.nn.relu(tf.constant(1.0), name=scope.name)
        with v1.name_scope("in"):
            names = [tf.identity(y, name="z").name for _ in range(2)]
    with v1.variable_scope("conv"):
        names.append(tf.identity(y, name="z").name)
        with v1.name_scope("other/"):
            names.append(tf.identity(y, name="z").name)
        names.append(tf.identity(y, name="all/").name)
    assert y.op.name == "conv/conv"
    assert names == ["conv/in/z:0", "conv/in/z_1:0", "conv_1/z:0", "other/z:0", "all:0"]


@pytest.mark.usefixtures("graph")
def test_operations_lie_below_the_scopes_that_are_open():
    w = v1.get_variable("w", [1])
    with v1.name_scope("train"):
        step = v1.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w * w))
        names = [step.name, tf.no_op("nothing").name, tf.group(step, name="all").name]
        names.append(v1.assign(w, [1.0], name="begin").op.name)
    assert names == [f"train/{name}" for name in ("GradientDescent", "nothing", "all", "begin")]


@pytest.mark.usefixtures("graph")
def test_what_scripts_give_no_name_is_named_by_what_makes_it():
    w = v1.get_variable("w", [1])
    with v1.name_scope("net"):
        y = tf.nn.relu(w)
        z = tf.nn.relu(y)
    assert [y.op.name, z.op.name, y.name] == ["net/relu", "net/relu_1", "net/relu:0"]
    assert [w.op.name, tf.convert_to_tensor(w).op.name] == ["w", "w"]


def test_operations_scopes_and_variables_share_their_names(graph):
    w = v1.get_variable("w", [])
    loss = tf.identity(w, name="loss")
    with v1.name_scope("Loss") as scope:
        tags = [v1.summary.scalar(name, loss).name for name in ("mean", "mean")]
    v1.summary.scalar("loss", loss)
    v1.summary.histogram("w", w)
    tags += [each.name for each in v1.get_collection(v1.GraphKeys.SUMMARIES)[2:]]
    assert scope == "Loss_1/"
    assert tags == ["Loss_1/mean", "Loss_1/mean_1", "loss_2", "w_1"]
    assert tf.identity(w, name="Loss_1").op.name == "Loss_1_1"


@pytest.mark.usefixtures("graph")
def test_what_layers_make_lies_below_the_name_scopes_so_that_towers_have_their_own_updates():
    outputs, updates = [], []
    for tower in range(2):
        with v1.variable_scope("net", reuse=tower > 0), v1.name_scope(f"tower_{tower}") as scope:
            y = v1.layers.dense(tf.ones([4, 3]), 2, activation=tf.nn.relu)
            outputs.append(v1.layers.batch_normalization(y, training=True).op.name)
            updates += v1.get_collection(v1.GraphKeys.UPDATE_OPS, scope)
    assert [name.rpartition("/")[0] for name in outputs] == [
        "net/tower_0/batch_normalization",
        "net_1/tower_1/batch_normalization",
    ]
    assert [each.name for each in updates] == [
        "net/tower_0/batch_normalization/AssignMovingAvg",
        "net_1/tower_1/batch_normalization/AssignMovingAvg",
    ]
    assert {v.name.rpartition("/")[0] for v in v1.global_variables()} == {
        "net/dense",
        "net/batch_normalization",
    }


@pytest.mark.usefixtures("graph")
def test_losses_are_called_value_in_scopes_of_their_own():
    x, ones = v1.get_variable("x", [2, 3]), tf.ones([2, 3])
    with v1.name_scope("head"):
        v1.losses.mean_squared_error(ones, x)
        v1.losses.sparse_softmax_cross_entropy([0, 1], x)
        v1.losses.huber_loss(ones, x, scope="mine")
        v1.losses.mean_pairwise_squared_error(ones, x)
        v1.losses.compute_weighted_loss(x)
        v1.losses.mean_squared_error(ones, x)
    scopes = ["mean_squared_error", "sparse_softmax_cross_entropy_loss", "mine"]
    scopes += ["mean_pairwise_squared_error", "weighted_loss", "mean_squared_error_1"]
    assert [loss.op.name for loss in v1.losses.get_losses()] == [f"head/{s}/value" for s in scopes]
    assert len(v1.losses.get_losses("head/mean")) == 3


def test_names_are_known_after_the_model_function_too(graph):
    with graph.tracing():
        y = v1.get_variable("w", []) * 2.0
    with tf.init_scope():
        assert graph.find(y.name) is y


def test_found_by_its_name(graph):
    with v1.name_scope("loss"):
        x = v1.get_variable("w", []) * 2.0
        y = tf.identity(x, name="mean")
    assert graph.find("loss/mean:0") is y
    assert graph.find(x.name) is x
    with pytest.raises(KeyError, match="loss/mean"):
        graph.find("mean")


def test_a_hook_logs_what_scopes_name(tmp_path, caplog):
    caplog.set_level("INFO", "estikeras")

    def model_fn(features, labels, mode):
        with v1.variable_scope("head"):
            tf.identity(tf.reduce_sum(features), name="total")
        loss = v1.get_variable("w", []) * 0.0
        return tf.estimator.EstimatorSpec(
            mode, loss=loss, train_op=v1.assign_add(v1.train.get_global_step(), 1)
        )

    hook = tf.estimator.LoggingTensorHook(["head/total"], every_n_iter=1)
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    estimator.train(lambda: tf.data.Dataset.from_tensors(np.ones(3, "float32")), hooks=[hook])
    assert "head/total = 3.0" in caplog.text


def test_there_are_no_names_elsewhere():
    with pytest.raises(AttributeError, match="model functions"):
        _ = tf.constant(1.0).name
