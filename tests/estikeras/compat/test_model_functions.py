"""What model functions of TensorFlow 1 rely on: collections, actions, scopes, errors."""

import copy
import pickle

import numpy as np
import pytest

import estikeras as tf
from estikeras.engine.actions import Action
from estikeras.engine.session_graph import SessionGraph
from estikeras.engine.variable_store import VariableStore
from tests.support.compat.running import run

v1 = tf.compat.v1


@pytest.fixture
def graph():
    graph = SessionGraph()
    with VariableStore().tracing(), graph.tracing():
        yield graph


def test_a_metrics_value_is_that_of_before_the_run():
    def build(v1, fed):
        value, update = v1.metrics.mean(fed["x"])
        return {"value": value, "update": update}

    runs = run(tf, build, [{"x": np.float32([n, n + 1])} for n in (1, 5)])["runs"]
    assert [one["value"] for one in runs] == [0, 1.5]
    assert [one["update"] for one in runs] == [1.5, 3.5]


def test_a_metrics_operation_can_be_used_as_a_tensor(graph):
    _, update = v1.metrics.mean(tf.constant([1.0, 2.0]))
    doubled = update * 2.0 if not isinstance(update, Action) else tf.identity(update) * 2.0
    assert graph.required_by([doubled]) == (update,)


def test_metrics_and_gradients_are_for_model_functions():
    with pytest.raises(RuntimeError, match=r"keras\.metrics"):
        v1.metrics.mean([1.0])
    with pytest.raises(RuntimeError, match="GradientTape"):
        tf.gradients(tf.constant(1.0), [tf.constant(1.0)])


def test_assignments_happen_when_they_are_run():
    def build(v1, fed):
        count = v1.get_variable("count", [], initializer=v1.zeros_initializer())
        v1.assign(count, 100.0)  # of no consequence: it is not run
        return {"before": v1.identity(count), "after": v1.assign_add(count, 2.0)}

    runs = run(tf, build, [{}, {}])["runs"]
    assert [(one["before"], one["after"]) for one in runs] == [(0, 2), (2, 4)]


@pytest.mark.usefixtures("graph")
def test_images_are_decoded_in_input_functions():
    with pytest.raises(TypeError, match=r"`contents`.* size .*input_fn, by `dataset\.map`"):
        tf.io.decode_image(v1.placeholder("string", []))


@pytest.mark.usefixtures("graph")
def test_a_variable_equals_itself_alone():
    v, w = v1.get_variable("v", [2]), v1.get_variable("w", [2])
    assert (v == v, v == w, v != v, v != w) == (True, False, False, True)
    assert w in v1.trainable_variables()
    assert [x.name for x in v1.trainable_variables() if x not in [w]] == ["v:0"]
    assert (v == tf.zeros([2])).shape == (2,)


def test_values_are_loaded_at_once(graph):
    w = v1.get_variable("w", [2])
    w.load([3.0, 4.0], session=None)
    w.load(np.float32([5, 6]))
    assert isinstance(w.initializer, Action)
    assert w.initializer.updates == {}
    with tf.init_scope():
        assert w.numpy().tolist() == [5, 6]
        assert w.initializer is None
    assert graph.updates == {}


def test_gradients_that_were_added_up_in_variables_are_applied():
    def build(v1, fed):
        w = v1.get_variable("w", [2], initializer=v1.zeros_initializer())
        total = v1.get_variable("total", [2], initializer=v1.ones_initializer(), trainable=False)
        step = v1.train.GradientDescentOptimizer(0.5).apply_gradients([(total, w)])
        return {"step": step}

    assert run(tf, build, [{}])["variables"]["w"] == [-0.5, -0.5]


def _loss_under_assertion(x, w, check):
    loss = tf.reduce_mean(x * w)
    with tf.control_dependencies([check]):
        return tf.identity(loss), None


def _both(x, w, check):
    return tf.reduce_mean(x * w), check


def _input_under_assertion(x, w, check):
    with tf.control_dependencies([check]):
        x = tf.identity(x)
    return tf.reduce_mean(x * w), None


def _unused(x, w, check):
    return tf.reduce_mean(x * w), None


def _numerics(x, w, check):
    return tf.reduce_mean(tf.debugging.check_numerics(tf.math.log(x), "logarithms") * w), None


def _in_branch(x, w, check):
    return tf.reduce_mean(x * w), tf.cond(x[0] < 4, lambda: v1.assert_positive(x), tf.no_op)


def _in_other_branch(x, w, check):
    return tf.reduce_mean(x * w), tf.cond(x[0] > 4, lambda: v1.assert_positive(x), tf.no_op)


def _value_of_branch(x, w, check):
    def small():
        with tf.control_dependencies([v1.assert_positive(x)]):
            return tf.identity(x)

    return tf.reduce_mean(w * tf.cond(x[0] < 4, small, lambda: x)), None


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (_loss_under_assertion, r"^assertion failed: \[rates\] \[.* x > 0 .* \[x \(rate:0\)"),
        (_both, r"\[rates\]"),
        (_input_under_assertion, r"\[rates\]"),
        (_unused, None),
        (_numerics, "logarithms : Tensor had NaN"),
        (_in_branch, "x > 0"),
        (_in_other_branch, None),
        (_value_of_branch, "x > 0"),
    ],
)
def test_assertions_of_model_functions_are_checked_where_they_are_run(build, text):
    def model_fn(features, labels, mode):
        w = v1.get_variable("w", [], initializer=v1.zeros_initializer())
        x = tf.identity(features, "rate")
        loss, also = build(x, w, v1.assert_positive(x, message="rates", name="check"))
        train = v1.train.GradientDescentOptimizer(0.1).minimize(loss, v1.train.get_global_step())
        train = train if also is None else tf.group(train, also)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)

    def input_fn():
        return tf.data.Dataset.from_tensor_slices(np.float32([1, 2, 3, -4])).batch(2)

    estimator = tf.estimator.Estimator(model_fn)
    if text is None:
        estimator.train(input_fn)
    else:
        with pytest.raises(tf.errors.InvalidArgumentError, match=text):
            estimator.train(input_fn)
    done = 2 if text is None else 0  # nothing is saved of a training that failed
    assert estimator.get_variable_value("global_step") == done


def test_what_an_assignment_needs_is_run_with_it(graph):
    x = v1.placeholder(tf.float32, [2])
    v = v1.get_variable("v", [], initializer=v1.zeros_initializer())
    check = v1.assert_positive(x)
    with tf.control_dependencies([check]):
        total = tf.reduce_sum(x)
    assign = v1.assign(v, total)
    assert check in assign.after
    assert graph.checks_of([assign]) == check.checks


def test_assertions_of_shapes_and_known_values_hold_in_model_functions(graph):
    x = v1.placeholder(tf.float32, [2])
    v1.assert_rank(x, 1)
    with pytest.raises(ValueError, match="2 axes"):
        v1.assert_rank(x, 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="x > 0"):
        v1.assert_positive([0.0])


def test_rows_of_variables_are_changed():
    def build(v1, fed):
        table = v1.get_variable("table", [3, 2], initializer=v1.zeros_initializer())
        with v1.control_dependencies([v1.scatter_update(table, [0, 2], [[1.0, 2.0], [3.0, 4.0]])]):
            return {"table": v1.scatter_add(table, [2], 1.0)}

    (one,) = run(tf, build, [{}])["runs"]
    assert one["table"] == [[1, 2], [0, 0], [4, 5]]


def test_losses_and_updates_are_collected(graph):
    loss = v1.losses.mean_squared_error([1.0], [3.0])
    mine = tf.constant(2.0) * 1.0
    v1.losses.add_loss(mine)
    v1.losses.absolute_difference([1.0], [2.0], loss_collection=None)
    assert v1.losses.get_losses() == [loss, mine]
    x = tf.constant(np.ones((4, 3), "float32")) * 1.0
    v1.layers.batch_normalization(x, training=True)
    v1.layers.batch_normalization(x, training=False)
    (update,) = v1.get_collection(v1.GraphKeys.UPDATE_OPS)
    assert [v.path for v in update.updates] == [
        "batch_normalization/moving_mean",
        "batch_normalization/moving_variance",
    ]
    assert not graph.updates


def test_collections_are_empty_elsewhere():
    v1.add_to_collection("mine", 1)
    assert v1.get_collection("mine") == [] == v1.global_variables()
    assert float(v1.losses.get_total_loss()) == 0


def test_collections_choose_by_scope(graph):
    for name in ("a", "b"):
        with v1.variable_scope(name):
            v1.get_variable("w", [1])
    assert [v.name for v in v1.trainable_variables("a/")] == ["a/w:0"]
    assert [v.op.name for v in v1.get_variable_scope().global_variables()] == ["a/w", "b/w"]


def test_variables_are_found_again_or_refused(graph):
    first = v1.get_variable("w", [2])
    with pytest.raises(ValueError, match=r"already exists.*AUTO_REUSE"):
        v1.get_variable("w", [2])
    with v1.variable_scope("", reuse=v1.AUTO_REUSE):
        assert v1.get_variable("w", [2]) is first
        with pytest.raises(ValueError, match=r"specified shape \(3,\) and found shape \(2,\)"):
            v1.get_variable("w", [3])
        with pytest.raises(ValueError, match="dtype"):
            v1.get_variable("w", [2], tf.int32)
    with (
        v1.variable_scope("new", reuse=True),
        pytest.raises(ValueError, match="does not exist"),
    ):
        v1.get_variable("w", [2])
    with pytest.raises(NotImplementedError, match="never cut"):
        v1.get_variable("p", [2], partitioner=lambda *a: [1])


def test_a_template_uses_its_variables_again(graph):
    scale = v1.make_template("scale", lambda x: x * v1.get_variable("w", [1]))
    scale(scale(tf.constant([1.0])))
    assert [v.path for v in v1.global_variables()] == ["scale/w"]
    assert [v.path for v in scale.trainable_variables] == ["scale/w"]


def test_names_find_tensors_and_operations(graph):
    x = v1.placeholder(tf.float32, [None, 2], name="x")
    y = tf.identity(x * 2.0, name="y")
    default = v1.get_default_graph()
    assert default.get_tensor_by_name("y:0") is y
    assert default.get_operation_by_name("x") is x
    tf.identity(0.1, name="rate")
    assert default.get_tensor_by_name("rate").node.payload.item() == pytest.approx(0.1)
    with pytest.raises(KeyError, match=r"z:0.*x.*y"):
        default.get_tensor_by_name("z:0")


def test_variables_of_all_layers_are_called_by_their_paths(graph):
    tf.keras.layers.BatchNormalization()(tf.keras.layers.Dense(2)(np.ones((2, 3), "float32")))
    kept = [v for v in v1.trainable_variables() if "batch_normalization" not in v.name]
    assert [v.name for v in kept] == ["dense/kernel:0", "dense/bias:0"]


def test_the_global_step_is_one(graph):
    assert v1.train.get_global_step() is None
    step = v1.train.get_or_create_global_step()
    assert v1.train.get_or_create_global_step() is step is v1.train.get_global_step()
    with pytest.raises(ValueError, match="already exists"):
        v1.train.create_global_step()
    assert v1.train.get_global_step(v1.get_default_graph()) is step
    v1.train.assert_global_step(step)
    with pytest.raises(TypeError, match="int32 or int64"):
        v1.train.assert_global_step(tf.constant(1.0))


def test_loops_outside_of_model_functions_have_a_global_step():
    step = v1.train.get_or_create_global_step()
    assert v1.train.get_global_step() is step
    assert v1.train.global_step(None, step) == int(step)


def test_optimizers_train_outside_of_model_functions():
    w = tf.Variable(2.0)
    optimizer = v1.train.AdamOptimizer(0.1)
    with pytest.raises(RuntimeError, match="must be a function"):
        optimizer.minimize(w * w)
    for _ in range(3):
        optimizer.minimize(lambda: w * w, var_list=[w])
    assert float(w) == pytest.approx(1.7, abs=1e-3)
    assert optimizer.get_slot_names() == ["m", "v"]
    assert len(optimizer.variables()) == 4
    rate = v1.train.exponential_decay(0.1, tf.Variable(10), 10, 0.5)
    assert float(rate()) == pytest.approx(0.05)


def test_optimizers_refuse_what_they_cannot_train(graph):
    w = v1.get_variable("w", [2])
    optimizer = v1.train.GradientDescentOptimizer(0.1)
    with pytest.raises(ValueError, match="No gradients provided"):
        optimizer.minimize(tf.constant(1.0) * 1.0, var_list=[w])
    with pytest.raises(ValueError, match="No variables"):
        optimizer.minimize(tf.constant(1.0) * 1.0, var_list=[])


def test_losses_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match=r"weights.*\(3,\)"):
        v1.losses.mean_squared_error(np.ones((2, 2)), np.ones((2, 2)), weights=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="predictions"):
        v1.losses.mean_squared_error(np.ones((2, 2)), np.ones((2, 3)))
    with pytest.raises(TypeError, match="class numbers"):
        v1.losses.sparse_softmax_cross_entropy(np.ones(2), np.ones((2, 2)))
    with pytest.raises(ValueError, match="reduction"):
        v1.losses.mean_squared_error([1.0], [1.0], reduction="sum")


def test_gradients_end_where_they_are_stopped(graph):
    x = v1.placeholder(tf.float32, [2])
    y = x * x
    z = tf.reduce_sum(y * x)
    assert v1.gradients(z, [x])[0] is not None
    (stopped,) = v1.gradients(z, x, stop_gradients=[y])
    assert stopped.shape == (2,)
    assert v1.gradients(z, [tf.constant([1.0, 2.0])]) == [None]


def graphs(count):
    """The graphs of several model functions, each being traced, with a variable that is 2."""
    for _ in range(count):
        graph = SessionGraph()
        with VariableStore().tracing(), graph.tracing():
            yield graph, v1.get_variable("w", [], initializer=v1.constant_initializer(2.0))


def test_an_optimizer_for_several_model_functions_begins_anew_in_each():
    optimizer, seen = v1.train.AdamOptimizer(0.1), []
    for graph, w in graphs(3):
        step = optimizer.minimize(w * w)
        assert graph.actions == [step]
        power, _, *slots = optimizer.variables()
        assert [v.path for v in slots] == ["w/Adam", "w/Adam_1"]
        with tf.init_scope():
            assert power.numpy() == np.float32(0.9)
            power.assign(0.5)
        seen += [power, *slots]
    assert len({variable.identity for variable in seen}) == 9
    assert optimizer.get_slot(w, "m") is slots[0]
    assert optimizer.variables() == []


def test_another_trace_of_a_model_function_makes_the_same_variables_again():
    optimizer, store, paths = v1.train.MomentumOptimizer(0.1, 0.9), VariableStore(), []
    averages = v1.train.ExponentialMovingAverage(0.5)
    for _ in range(2):
        with store.tracing(), SessionGraph().tracing():
            w = v1.get_variable("w", [])
            optimizer.minimize(w * w)
            v1.train.MomentumOptimizer(0.1, 0.9).minimize(w * w)
            averages.apply([w])
            paths.append([v.path for v in v1.global_variables()])
    assert paths[0] == paths[1]
    assert len(store.variables) == len(paths[0]) == 4


def test_running_means_for_several_model_functions_begin_anew_in_each():
    averages = v1.train.ExponentialMovingAverage(0.5)
    for graph, w in graphs(2):
        averages.apply([w])
        mean = averages.average(w)
        assert graph.actions[-1].updates.keys() == {mean}
        assert averages.variables_to_restore() == {f"w/{averages.name}": w}
        with tf.init_scope():
            assert mean.numpy() == 2
            mean.assign(7.0)
    assert averages.average(w).numpy() == 7


@pytest.mark.parametrize(("num_updates", "stays"), [(None, 0.9), (3, 4 / 13)])
@pytest.mark.parametrize("run", [lambda f: f, tf.function], ids=["eager", "traced"])
def test_running_means_are_kept_outside_of_model_functions(num_updates, stays, run):
    v = tf.Variable([1.0, 2.0])
    averages = tf.train.ExponentialMovingAverage(0.9, num_updates, zero_debias=True)
    averages.apply([v])
    assert averages.average(v).numpy().tolist() == [1, 2]

    @run
    def step():
        v.assign([3.0, 4.0])
        averages.apply([v])

    step()
    expected = stays * np.array([1, 2]) + (1 - stays) * np.array([3, 4])
    np.testing.assert_allclose(averages.average(v), expected, rtol=1e-6)
    with pytest.raises(TypeError, match="floats"):
        averages.apply([tf.Variable(1)])


@pytest.mark.parametrize("zero_debias", [False, True])
def test_running_means_of_tensors_begin_with_0(zero_debias):
    def build(v1, fed):
        averages = v1.train.ExponentialMovingAverage(0.9, zero_debias=zero_debias, name="mean")
        with v1.name_scope("loss"):
            loss = v1.identity(fed["x"], name="sum")
        applied = averages.apply([loss])
        with v1.control_dependencies([applied]):
            mean = v1.identity(averages.average(loss))
        assert averages.average_name(loss) == "loss/sum/mean"
        return {"mean": mean}

    values = [3.0, 5.0]
    runs = run(tf, build, [{"x": np.float32(x)} for x in values])
    weights = np.array([[0.1, 0.0], [0.09, 0.1]])
    expected = weights @ values / (weights.sum(1) if zero_debias else 1)
    np.testing.assert_allclose([one["mean"] for one in runs["runs"]], expected, rtol=1e-6)


def test_copies_of_an_optimizer_go_on_with_copies_of_its_variables():
    w, optimizer = tf.Variable(2.0), v1.train.MomentumOptimizer(0.1, 0.9)
    optimizer.minimize(lambda: w * w, var_list=[w])
    for v, twin in (copy.deepcopy((w, optimizer)), pickle.loads(pickle.dumps((w, optimizer)))):
        twin.minimize(lambda v=v: v * v, var_list=[v])
        assert float(v) == pytest.approx(1.6 - 0.1 * (0.9 * 4 + 3.2))
    assert float(optimizer.get_slot(w, "momentum")) == 4


def test_a_new_variable_has_nothing_of_those_that_are_gone():
    optimizer = v1.train.MomentumOptimizer(0.1, 0.9)
    for _ in range(20):
        w = tf.Variable(2.0)
        assert optimizer.get_slot(w, "momentum") is None
        optimizer.minimize(lambda w=w: w * w, var_list=[w])
        assert float(w) == pytest.approx(1.6)
        del w


def test_loops_of_model_functions_make_variables_and_run_what_their_steps_require():
    def build(v1, fed):
        count = v1.get_variable("count", initializer=0.0, trainable=False)

        def step(before, x):
            dense = v1.layers.dense(
                x[None] + before, 3, use_bias=False, name="dense", reuse=v1.AUTO_REUSE
            )
            with tf.control_dependencies([v1.assign_add(count, 1.0)]):
                return tf.tanh(dense)

        last = tf.foldl(step, fed["x"], initializer=tf.zeros([1, 3]))
        names = [variable.name for variable in v1.trainable_variables()]
        gradient = tf.gradients(last, v1.trainable_variables())[0]
        assert names == ["dense/kernel:0"]
        assert gradient.shape == (3, 3)
        return {"last": last, "before": count + 0.0}

    rows = np.ones((20, 3), "float32")
    runs = run(tf, build, [{"x": rows}] * 2)["runs"]
    assert [one["before"] for one in runs] == [0, 20]


def test_loops_of_model_functions_check_what_their_steps_require():
    def build(v1, fed):
        def body(i):
            with tf.control_dependencies([v1.assert_less(i, 5)]):
                return i + 1

        return {"count": tf.while_loop(lambda i: i < fed["n"], body, [tf.constant(0)])[0]}

    assert run(tf, build, [{"n": np.int32(5)}])["runs"][0]["count"] == 5
    with pytest.raises(tf.errors.InvalidArgumentError):
        run(tf, build, [{"n": np.int32(6)}])
