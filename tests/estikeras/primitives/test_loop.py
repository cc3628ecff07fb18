"""Loops as nodes: values, gradients, variables, and what is left out of what nobody needs."""

import dataclasses

import numpy as np
import pytest

import estikeras as tf
from estikeras import ops
from estikeras.engine import context
from estikeras.engine.body import trace_loop
from estikeras.engine.graph import Graph
from estikeras.engine.passes.loops import narrow_loops
from estikeras.engine.tensor import Spec
from estikeras.ops import loops
from estikeras.primitives.loop import loop, while_loop
from tests.support.arrays import random_array
from tests.support.primitives import primitive_checks, row

STEPS, BATCH, FEATURES, UNITS = 20, 2, 3, 4
SEEDS = tf.keras.random.SeedGenerator(3)
STATE, X, WEIGHT = (BATCH, UNITS), (STEPS, BATCH, FEATURES), (FEATURES + UNITS, UNITS)


def following(x, state, weight):
    return ops.tanh(ops.matmul(ops.concatenate([x, state], axis=1), weight))


def traced_loop(backwards=False):
    graph = Graph()
    state, x, weight = (graph.add_input(Spec(shape, "float64")) for shape in (STATE, X, WEIGHT))

    def step(carried, rows):
        y = following(*rows, *carried, weight)
        return [y], [2 * y[:, 0]]

    with context.scope(trace=graph, tapes=()):
        return trace_loop(step, [state], [x], STEPS, backwards).loop


def doubling():
    """A step of a loop that ends when the least number is large."""
    graph = Graph()
    x = graph.add_input(Spec((3,), "float32"))
    with context.scope(trace=graph, tapes=()):
        traced = trace_loop(lambda xs, _: ([xs[0] * 2], [ops.min(xs[0]) < 10]), [x], [], 1)
    return dataclasses.replace(traced.loop, noted=())


ROWS = [
    row(loop.name, [STATE, X, WEIGHT], dtype="float64", loop=traced_loop()),
    row(loop.name, [STATE, X, WEIGHT], dtype="float64", loop=traced_loop(backwards=True)),
    *(
        row(while_loop.name, [np.array(first), (3,)], low=1, order=0, step=doubling(), limit=limit)
        for first, limit in [(True, None), (True, 2), (False, None)]
    ),
]

test_primitive = primitive_checks(ROWS)


def recurrent(x, state, weight, total):
    """Reads a variable, writes another one, and carries a structure."""

    def step(carry, x):
        y = following(x, carry["state"], weight)
        total.assign_add(ops.sum(y))
        return {"state": y, "count": carry["count"] + 1}, (y * total, None)

    last, (ys, nothing) = ops.scan(
        step, {"state": state, "count": ops.arange(1)[0]}, x, reverse=True
    )
    assert nothing is None
    return last["state"], last["count"], ys


def nested(x, state, weight, total):
    """A loop in each step of a loop."""

    def inner(carry, x):
        return following(x, carry, weight), ops.sum(carry) * ops.sum(state)

    def outer(carry, scale):
        carry, sums = ops.scan(inner, carry, x * scale)
        return carry, ops.mean(sums)

    return ops.scan(outer, state, ops.linspace(-1.0, 1.0, STEPS))


def mapped(x, state, weight, total):
    return ops.map(lambda x: following(x, state, weight), x)


def counted(x, state, weight, total):
    def step(i, value):
        return following(x[0] * ops.cast(i, "float32"), value, weight)

    return ops.fori_loop(2, STEPS, step, state)


def folded(x, state, weight, total):
    return tf.scan(lambda before, x: ops.sin(before) + x, x), tf.foldr(lambda a, b: a * 0.5 + b, x)


def random(x, state, weight, total):
    """The same numbers as one step after the other: their count is carried."""
    SEEDS.state.assign([3, 0])

    def step(carry, x):
        carry = following(x, carry, weight)
        return tf.keras.random.dropout(carry, 0.5, seed=SEEDS), carry

    return ops.scan(step, state, x)


def state_of(function, x, state, weight, total):
    total.assign(0.5)
    with tf.GradientTape() as tape:
        tape.watch([x, state])
        results = function(x, state, weight, total)
        loss = sum(
            ops.sum(y * (1.0 + i))
            for i, y in enumerate(results if type(results) is tuple else (results,))
            if "float" in y.dtype
        )
    return results, tape.gradient(loss, [x, state, weight]), total.value


@pytest.mark.parametrize("function", [recurrent, nested, mapped, counted, folded, random])
def test_a_loop_in_a_program_is_one_node_and_computes_what_its_steps_compute(function):
    x, state = (tf.constant(random_array(s, seed=i)) for i, s in enumerate((X, STATE)))
    weight, total = tf.Variable(random_array(WEIGHT, seed=2)), tf.Variable(0.0, trainable=False)
    eager = state_of(function, x, state, weight, total)
    compiled = tf.function(lambda x, state: state_of(function, x, state, weight, total))
    for _ in range(2):
        for got, expected in zip(*map(tf.nest.flatten, (compiled(x, state), eager)), strict=True):
            if expected is None:
                assert got is None
                continue
            assert got.dtype == expected.dtype
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    assert compiled.show().count("tanh") + compiled.show().count("sin(") < 2 * STEPS
    assert " loop(" in compiled.show()


def test_gradients_of_gradients_go_through_loops():
    def second(x, state, weight):
        with tf.GradientTape() as outer:
            outer.watch([x, state])
            with tf.GradientTape() as inner:
                inner.watch(state)
                last, ys = ops.scan(lambda h, x: (following(x, h, weight),) * 2, state, x)
                loss = ops.sum(last) + ops.sum(ys**2)
            norm = ops.sum(inner.gradient(loss, state) ** 2)
        return outer.gradient(norm, [x, state, weight])

    x, state = (tf.constant(random_array(s, seed=i)) for i, s in enumerate((X, STATE)))
    weight = tf.Variable(random_array(WEIGHT, seed=2))
    compiled = tf.function(lambda x, state: second(x, state, weight))
    for got, expected in zip(compiled(x, state), second(x, state, weight), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-5)


def test_steps_that_are_not_alike_are_traced_one_by_one():
    def f(x):
        return ops.scan(lambda carry, x: (carry + x, x), 0, x)  # an int becomes a float

    compiled, x = tf.function(f), ops.arange(STEPS, dtype="float32")
    for got, expected in zip(compiled(x), f(x), strict=True):
        np.testing.assert_array_equal(got, expected)
    assert " loop(" not in compiled.show()


def test_short_loops_are_traced_step_by_step():
    f = tf.function(lambda x: ops.map(ops.sin, x))
    f(ops.ones((loops.SHORTEST - 1, 2)))
    assert " loop(" not in f.show()
    f(ops.ones((loops.SHORTEST, 2)))
    assert " loop(" in f.show()


def test_what_nobody_needs_of_a_loop_is_not_computed():
    graph = Graph()
    x, state, weight = (graph.add_input(Spec(shape, "float32")) for shape in (X, STATE, WEIGHT))

    def step(carry, x):
        needed, not_needed = carry
        return (needed + x[0, 0], following(x, not_needed, weight)), (needed, ops.sum(not_needed))

    with context.scope(trace=graph, tapes=()):
        (last, _), _ = ops.scan(step, (ops.sum(state), state), x)
    graph.outputs = [last]
    narrow_loops(graph)
    (node,) = [each for each in graph.verify().nodes if "loop" in each.params]
    assert [y.shape for y in node.outputs] == [()]
    assert len(node.inputs) == 2
    assert "matmul" not in str(node.params["loop"].graph)


def test_an_index_out_of_range_in_a_step_is_an_error_and_changes_no_variable():
    total = tf.Variable(1.0)

    @tf.function
    def f(table, ids):
        def step(carry, i):
            return carry + ops.take(table, i, axis=0), None

        total.assign(ops.scan(step, ops.zeros(()), ids)[0])

    table = ops.arange(5, dtype="float32")
    f(table, ops.full((STEPS,), 3))
    assert float(total.numpy()) == 3 * STEPS
    with pytest.raises(tf.errors.InvalidArgumentError, match="7"):
        f(table, ops.concatenate([ops.full((STEPS - 1,), 3), [7]]))
    assert float(total.numpy()) == 3 * STEPS


def test_datasets_run_loops_for_each_element():
    def prefix(x):
        return ops.scan(lambda carry, x: (carry + x, carry + x), ops.zeros((), "float32"), x)[1]

    rows = random_array((6, STEPS))
    dataset = tf.data.Dataset.from_tensor_slices(rows).map(prefix).batch(4)
    got = np.concatenate(list(dataset.as_numpy_iterator()))
    np.testing.assert_allclose(got, np.cumsum(rows, axis=1), rtol=1e-5)


def newton(x, guess):
    """Square roots, as many steps as they need."""

    def far(value, count):
        return ops.any(ops.abs(value * value - x) > 1e-4 * x)

    return ops.while_loop(
        far, lambda value, count: (0.5 * (value + x / value), count + 1), (guess, ops.arange(1)[0])
    )


def test_a_loop_that_ends_by_a_value_is_one_node():
    compiled = tf.function(newton)
    for x in ([2.0, 9.0], [1e4, 3.0], [1.0, 1.0]):
        x, ones = tf.constant(x), tf.ones(2)
        for got, expected in zip(compiled(x, ones), newton(x, ones), strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-6)
    assert not compiled.eager
    assert compiled.show().count("while_loop") == 1


@pytest.mark.parametrize("limit", [3, 50])
def test_gradients_go_through_loops_with_a_greatest_number_of_steps(limit):
    table = tf.Variable(random_array((12,), low=1.0, high=2.0))

    def f(x, until):
        with tf.GradientTape() as tape:
            tape.watch(x)

            def body(i, value):
                return i + 1, ops.sin(value) * table[i]

            i, value = ops.while_loop(
                lambda i, value: i < until, body, (tf.constant(0), x), maximum_iterations=limit
            )
        return [i, value, *tape.gradient(value, [x, table])]

    compiled, x = tf.function(f), tf.constant(0.7)
    for until in (0, 5, 12):  # where steps end, the table does
        until = tf.constant(until)
        for got, expected in zip(compiled(x, until), f(x, until), strict=True):
            assert (got is None) == (expected is None) or until == 0
            np.testing.assert_allclose(got, 0 if expected is None else expected, rtol=1e-5)


def test_a_function_runs_eagerly_that_needs_the_gradient_of_a_loop_without_such_a_number():
    x = tf.Variable([2.0])

    @tf.function
    def f():
        with tf.GradientTape() as tape:
            root, _ = newton(x, tf.ones(1))
        return tape.gradient(root, x)

    with pytest.warns(UserWarning, match="runs eagerly"):
        np.testing.assert_allclose(f(), [0.5 / 2**0.5], rtol=1e-3)


@pytest.mark.parametrize("limit", [None, 30])
def test_assertions_in_steps_are_checked(limit):
    @tf.function
    def walk(x):
        def step(carry, x):
            tf.debugging.assert_less(x, 5.0)
            return carry + x, None

        return ops.scan(step, ops.zeros((), "float32"), x)[0]

    @tf.function
    def count(until):
        def body(i):
            tf.debugging.assert_less(i, 5)
            return i + 1

        return ops.while_loop(lambda i: i < until, body, ops.zeros((), "int32"), limit)

    assert float(walk(ops.ones((STEPS,)))) == STEPS
    assert int(count(tf.constant(5))) == 5
    assert " loop(" in walk.show()
    assert "while_loop(" in count.show()
    for call in (lambda: walk(ops.arange(STEPS, dtype="float32")), lambda: count(tf.constant(6))):
        with pytest.raises(tf.errors.InvalidArgumentError, match="5"):
            call()


def test_a_loop_of_a_branch_that_is_not_taken_does_not_run():
    def count(n):
        return ops.while_loop(lambda i: i != n, lambda i: i + 1, ops.zeros((), "int32"))

    f = tf.function(lambda n: tf.cond(n > 0, lambda: count(n), lambda: n))
    assert [int(f(tf.constant(n))) for n in (3, -1)] == [3, -1]


def test_what_steps_do_is_done_once_though_inputs_are_known_or_nobody_reads_the_result():
    lines = []

    @tf.function
    def known(n):
        def step(carry, x):
            tf.print(x, output_stream=lines.append)
            return carry + x, None

        return n + ops.scan(step, tf.constant(0), tf.range(STEPS))[0]

    @tf.function
    def unread(n):
        def body(i):
            tf.print(i, output_stream=lines.append)
            return i + 1

        ops.while_loop(lambda i: i < n, body, 0)
        return n

    @tf.function
    def learnt(x, n):
        with tf.GradientTape() as tape:
            tape.watch(x)

            def body(i, value):
                tf.print(i, output_stream=lines.append)
                return i + 1, value * x

            _, value = ops.while_loop(lambda i, value: i < n, body, (0, x), tf.constant(5))
        return tape.gradient(value, x)

    for _ in range(2):
        assert int(known(tf.constant(1))) == 1 + sum(range(STEPS))
        unread(tf.constant(3))
        assert float(learnt(tf.constant(2.0), tf.constant(2))) == 12
    assert lines == [str(i) for i in (*range(STEPS), *range(3), *range(2))] * 2


def test_loops_in_steps_of_loops_have_gradients():
    def f(x, n):
        def step(carry, row):
            def body(j, value):
                return j + 1, value * x

            return ops.while_loop(lambda j, _: j < n, body, (0, carry), 4)[1], None

        with tf.GradientTape() as tape:
            tape.watch(x)
            last, _ = ops.scan(step, x, ops.arange(STEPS))
        return tape.gradient(last, x)

    arguments = tf.constant(1.01), tf.constant(2)
    compiled = tf.function(f)
    np.testing.assert_allclose(compiled(*arguments), f(*arguments), rtol=1e-4)
    assert not compiled.eager


def test_a_traced_limit_is_part_of_the_condition():
    @tf.function
    def f(limit):
        return ops.while_loop(lambda i: i < 10, lambda i: i + 1, ops.zeros((), "int32"), limit)

    assert [int(f(tf.constant(n))) for n in (0, 3, 50)] == [0, 3, 10]


WRONG = {
    "too few": (lambda n: ops.while_loop(lambda i, j: i < n, lambda i, j: i, (0, 0)), "body"),
    "no scalar": (lambda n: ops.while_loop(lambda i: [i < n] * 2, lambda i: i + 1, n), "cond"),
    "no length": (lambda n: ops.scan(lambda c, x: (c, x), n), "length"),
    "no pair": (lambda n: ops.scan(lambda c, x: c, n, length=20), "pair"),
    "another structure": (lambda n: ops.scan(lambda c, x: ((c, c), x), n, length=20), "structure"),
}  # fmt: skip


@pytest.mark.parametrize("run", [lambda f: f, tf.function], ids=["eager", "traced"])
@pytest.mark.parametrize("name", WRONG)
def test_wrong_steps_are_refused(name, run):
    function, match = WRONG[name]
    with pytest.raises((ValueError, TypeError), match=match):
        run(function)(tf.constant(3))
