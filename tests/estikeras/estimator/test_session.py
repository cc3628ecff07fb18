"""Sessions: parts of a graph that are run, one step or many, on batches of any size."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.engine.session_graph import action
from estikeras.estimator.calling import Inputs
from estikeras.estimator.session import Session

X = np.arange(20, dtype="float32").reshape(10, 2)


def batches(rows=10, size=4):
    return tf.data.Dataset.from_tensor_slices(X[:rows]).batch(size)


def summing(features, labels):
    """Adds the sum of a batch to a variable."""
    total = tf.Variable(0.0, name="total")
    batch = tf.reduce_sum(features, name="sum_of_batch")
    with action("add") as add:
        total.assign_add(batch)
    return {"add": add, "batch": batch, "total": total.value, "rows": features[:, 0]}


def session_of(input_fn=batches, build=summing):
    return Session(Inputs(input_fn), lambda batch: build(*batch))


def test_what_is_fetched_is_computed_from_the_next_batch():
    session = session_of()
    built = session.built
    assert session.step([built["batch"], built["total"]]) == [X[:4].sum(), 0.0]
    assert session.step({"a": "sum_of_batch:0", "b": [built["add"]]}) == {
        "a": X[4:8].sum(),
        "b": [None],
    }
    assert session.run(built["total"]) == X[4:8].sum()


def test_a_last_batch_of_fewer_rows_uses_the_same_variables():
    session = session_of()
    rows = []
    for _ in range(3):
        rows.append(session.step([session.built["rows"], session.built["add"]])[0].tolist())
    assert list(map(len, rows)) == [4, 4, 2]
    assert session.run(session.store.variables["total"]) == X.sum()
    with pytest.raises(tf.errors.OutOfRangeError):
        session.available()


def test_many_steps_in_one_run_are_the_same_steps():
    session = session_of(lambda: batches().repeat(100))
    done = 0
    while True:
        try:
            steps = session.available()
        except tf.errors.OutOfRangeError:
            break
        session.step(session.built["add"], steps=steps)
        done += steps
    assert done == 300
    np.testing.assert_allclose(session.run(session.built["total"]), 100 * X.sum())


def test_what_needs_no_batch_takes_none():
    session = session_of()
    session.run(session.built["total"])
    assert session.step(session.built["batch"]) == X[:4].sum()


def test_iterators_of_tensorflow_1_give_tensors_of_the_next_element():
    def input_fn():
        features = batches().map(lambda x: x + 1.0).make_one_shot_iterator().get_next()
        return features * 2.0

    session = session_of(input_fn)
    sums = [session.step(session.built["batch"]) for _ in range(3)]
    np.testing.assert_allclose(sums, [((X[k : k + 4] + 1) * 2).sum() for k in (0, 4, 8)])


def test_constant_tensors_are_the_same_in_every_step():
    session = session_of(lambda: tf.constant(X[:2]))
    assert [session.step(session.built["batch"]) for _ in range(2)] == [6.0, 6.0]


def test_strings_are_looked_up_before_the_program_and_made_after_it():
    words = np.array(["b", "a", "c"], object)

    def build(features, labels):
        ids = tf.strings.to_hash_bucket_fast(features, 10)
        weights = tf.Variable(np.arange(10.0, dtype="float32"), name="weights")
        return {
            "names": tf.strings.as_string(tf.cast(tf.gather(weights, ids), "int64")),
            "ids": ids,
        }

    session = session_of(lambda: tf.data.Dataset.from_tensor_slices(words).batch(3), build)
    ids, names = session.step([session.built["ids"], session.built["names"]])
    np.testing.assert_array_equal(ids, tf.strings.to_hash_bucket_fast(words, 10))
    assert [name.decode() for name in names] == [str(i) for i in ids]


def test_a_dataset_that_is_iterated_while_a_model_function_runs_is_an_error():
    with pytest.raises(RuntimeError, match="Return the Dataset itself"):
        session_of(lambda: next(iter(batches())))


def test_names_that_are_not_there_are_told_with_those_that_are():
    with pytest.raises(KeyError, match=r"'nope' .* \['add', 'sum_of_batch'"):
        session_of().run("nope")


def test_a_placeholder_must_be_fed_and_may_have_any_size():
    def build(features, labels):
        x = tf.compat.v1.placeholder("float32", [None], name="x")
        return {"x": x, "sum": tf.reduce_sum(x)}

    session = session_of(build=build)
    for size in (1, 3, 2):
        fed = {session.built["x"]: np.ones(size, "float32")}
        assert session.run(session.built["sum"], feed_dict=fed) == size
    with pytest.raises(tf.errors.InvalidArgumentError, match="feed a value"):
        session.run(session.built["sum"])


def choosing(features, labels):
    """Three ways to change a variable where a condition holds, and another where it does not."""
    step, every, mine, one = (
        tf.Variable(0.0, name=name, trainable=False) for name in ("step", "every", "mine", "one")
    )
    even = tf.equal(step.value % 2.0, 0.0)
    tf.cond(even, lambda: every.assign_add(1.0), lambda: every.assign_add(100.0))
    with action("mine") as in_action:
        tf.cond(even, lambda: mine.assign_add(1.0), lambda: mine.assign_add(100.0))
        step.assign_add(1.0)

    def adding(name, more):
        with action(name) as made:
            one.assign_add(more)
        return made

    chosen = tf.cond(even, lambda: adding("few", 1.0), lambda: adding("many", 100.0))
    return {"step": [in_action, chosen], "values": [every, mine, one]}


def test_of_two_branches_one_changes_variables():
    session = session_of(build=choosing)
    for _ in range(3):
        session.step(session.built["step"])
    assert session.run(session.built["values"]) == [102.0, 102.0, 102.0]


def adding(v, more):
    return tf.compat.v1.assign_add(v, more)


def after_adding(v, more):
    with tf.control_dependencies([adding(v, more)]):
        return tf.identity(v)


CHOICES = {
    "the variable": (lambda v: adding(v, 1.0), tf.identity, [1, 1, 2, 2]),
    "its value": (lambda v: adding(v, 1.0), lambda v: v.value, [1, 1, 2, 2]),
    "a constant": (lambda v: adding(v, 1.0), lambda v: tf.constant(7.0), [1, 7, 2, 7]),
    "a constant first": (lambda v: tf.constant(7.0), lambda v: adding(v, 1.0), [7, 1, 7, 2]),
    "after an operation": (lambda v: after_adding(v, 1.0), tf.identity, [1, 1, 2, 2]),
    "after operations": (
        lambda v: after_adding(v, 1.0),
        lambda v: after_adding(v, 10.0),
        [1, 11, 12, 22],
    ),
    "a choice within": (
        lambda v: tf.cond(v.value < 1.0, lambda: adding(v, 1.0), lambda: tf.identity(v)),
        tf.identity,
        [1, 1, 1, 1],
    ),
}


@pytest.mark.parametrize(("even", "odd", "values"), CHOICES.values(), ids=CHOICES)
def test_of_an_operation_and_a_tensor_one_is_chosen(even, odd, values):
    def build(features, labels):
        v = tf.compat.v1.get_variable("v", [], initializer=tf.compat.v1.zeros_initializer())
        step = tf.Variable(0.0, name="step", trainable=False)
        given = tf.cond(tf.equal(step.value % 2.0, 0.0), lambda: even(v), lambda: odd(v))
        with action("next") as following:
            step.assign_add(1.0)
        return {"fetches": [given + 0.0, following], "v": v.value}

    session = session_of(lambda: batches().repeat(), build)
    assert [session.step(session.built["fetches"])[0] for _ in values] == values
    changed = [value for value in values if value != 7]
    assert session.run(session.built["v"]) == changed[-1]


def test_what_comes_after_something_may_change_what_that_changed():
    def build(features, labels):
        total = tf.Variable(0.0, name="total")
        with action("add") as add:
            total.assign_add(3.0)
        other = tf.Variable(0.0, name="other")
        with tf.control_dependencies([add]):
            with action("read") as read:
                other.assign(total)
            with action("clear") as clear:
                total.assign(0.0)
        with action("double") as double:
            total.assign(total * 2.0)
        values = [total.value, other.value]
        return {"both": [read, clear], "race": [read, double], "values": values}

    session = session_of(build=build)
    session.step(session.built["both"])
    assert session.run(session.built["values"]) == [0.0, 3.0]
    with pytest.raises(ValueError, match="'add' and 'double' both write the variable 'total'"):
        session.step(session.built["race"])


def test_what_runs_nothing_itself_runs_what_must_come_before():
    def build(features, labels):
        v = tf.Variable(0.0, name="v")
        with action("add") as add:
            v.assign_add(1.0)
        with tf.control_dependencies([add]):
            nothing, empty = tf.no_op("nothing"), tf.group()
        (same,) = tf.tuple([tf.reduce_sum(features)], control_inputs=[add])
        return {"v": v.value, "runs": [nothing, empty, same]}

    session = session_of(lambda: batches().repeat(), build)
    for number, each in enumerate(session.built["runs"], start=1):
        session.step(each)
        assert session.run(session.built["v"]) == number


def test_what_is_fed_has_the_dtype_of_its_placeholder():
    def build(features, labels):
        return tf.compat.v1.placeholder("float32", [3], name="x") * 2.0

    session = session_of(build=build)
    fed = session.run(session.built, feed_dict={"x": [1, 2, 3]})
    np.testing.assert_array_equal(fed, np.array([2, 4, 6], "float32"))


def test_a_placeholder_that_a_hook_makes_is_fed_for_batches_of_any_size():
    session = session_of()
    with session.building():
        x = tf.compat.v1.placeholder("float32", [None], name="of_a_hook")
        doubled = x * 2.0
    for _ in range(3):
        assert session.step(doubled, feed_dict={x: [4.0]}).tolist() == [8.0]


def test_constants_are_given_without_a_program():
    session = session_of()
    for number in range(3):
        assert session.step(tf.constant(number)) == number
    assert len(session._first._programs) == 1


def test_constants_of_a_batchs_size_are_those_of_each_batch():
    def model_fn(features, labels, mode):
        ones = tf.ones([features.shape[0], 1])
        return tf.estimator.EstimatorSpec(mode, predictions={"x": features, "ones": ones})

    estimator = tf.estimator.Estimator(model_fn)
    rows = list(estimator.predict(batches, yield_single_examples=False))
    assert [len(batch["ones"]) for batch in rows] == [4, 4, 2]


@pytest.mark.parametrize("size", [3, 2])
def test_what_has_a_value_may_be_fed_another_one(size):
    def build(features, labels):
        rate = tf.compat.v1.placeholder_with_default([1.0, 2.0, 3.0], [None], name="rate")
        batch = tf.compat.v1.placeholder_with_default(features, [None, 2])
        w = tf.Variable(0.0, name="w")
        with action("add") as add:
            w.assign_add(tf.reduce_sum(rate))
        return {"rate": rate * 2.0, "sum": tf.reduce_sum(batch), "add": add, "w": w.value}

    session = session_of(lambda: batches().repeat(), build)
    of_batch = session.step(session.built["sum"])
    rates = np.arange(size, dtype="float32")
    fed = session.step(
        [session.built[k] for k in ("rate", "sum", "add")], feed_dict={"rate:0": rates}
    )
    np.testing.assert_array_equal(fed[0], rates * 2)
    assert fed[1] != of_batch  # of the next batch
    assert session.run(session.built["w"]) == rates.sum()
    assert session.run(session.built["rate"]).tolist() == [2, 4, 6]
    session.step(session.built["add"], steps=session.available(4))
    assert session.run(session.built["w"]) > rates.sum()


def test_a_hook_feeds_what_it_made_with_a_value():
    session = session_of()
    with session.building():
        rate = tf.compat.v1.placeholder_with_default(0.5, [], name="of_a_hook")
        doubled = rate * 2.0
    values = [session.step(doubled, feed_dict=fed) for fed in (None, {rate: 4.0}, None)]
    assert values == [1, 8, 1]
