import numpy as np
import pytest

import estikeras as tf
from estikeras import ops
from estikeras.engine.function import function
from estikeras.engine.operation import KerasTensor
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import TraceError
from estikeras.engine.variable import Variable

BOTH = pytest.mark.parametrize("run", [lambda f: f, function], ids=["eager", "traced"])


@BOTH
@pytest.mark.parametrize("value", [1.0, -1.0])
def test_cond_takes_one_branch(run, value):
    f = run(lambda x: ops.cond(x > 0, lambda: {"a": x * 2}, lambda: {"a": x - 1}))
    assert float(f(ops.convert_to_tensor(value))["a"]) == (2 if value > 0 else -2)


@BOTH
@pytest.mark.parametrize("value", [1.0, -1.0])
def test_cond_assigns_only_in_the_branch_that_is_taken(run, value):
    v, w = Variable(0.0), Variable(5.0)

    def add_one():
        v.assign_add(1.0)

    def f(x):
        def replace():
            w.assign(x)

        return ops.cond(x > 0, add_one, replace)

    f = run(f)
    f(ops.convert_to_tensor(value))
    assert (float(v), float(w)) == ((1, 5) if value > 0 else (0, -1))


@BOTH
def test_switch_takes_the_nearest_branch(run):
    branches = [lambda x: x, lambda x: x * 10, lambda x: x * 100]
    f = run(lambda i, x: ops.switch(i, branches, x))
    got = [float(f(ops.convert_to_tensor(i), ops.convert_to_tensor(2.0))) for i in (-1, 0, 1, 2, 7)]
    assert got == [2, 2, 20, 200, 200]


@BOTH
def test_loops_of_known_length(run):
    f = run(lambda x: ops.fori_loop(0, 3, lambda i, v: v + ops.cast(i, v.dtype) * x, x))
    assert float(f(ops.convert_to_tensor(2.0))) == 8
    g = run(lambda x: ops.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * 2), (0, x))[1])
    assert float(g(ops.convert_to_tensor(1.0))) == 8


def test_while_loop_stops_by_value_or_count():
    assert int(ops.while_loop(lambda i: i < 100, lambda i: i * 2, ops.convert_to_tensor(1))) == 128
    assert ops.while_loop(lambda i: True, lambda i: (i + 1,), (0,), maximum_iterations=4) == (4,)


def test_a_loop_that_ends_by_a_value_and_changes_shapes_falls_back_to_eager():
    def longer(x):
        return ops.while_loop(lambda v: ops.sum(v) < 10, lambda v: ops.concatenate([v, v]), x)

    with pytest.warns(UserWarning, match="runs eagerly"):
        assert function(longer)(ops.ones((3,))).shape == (12,)


@BOTH
def test_loop_variables_come_back_in_the_structure_they_were_given_in(run):
    def double(until):
        def walk(loop_vars):
            return tf.while_loop(lambda x: x < until, lambda x: x * 2, loop_vars)

        return walk([1]), walk((1,)), walk(1)

    as_list, as_tuple, alone = run(double)(ops.convert_to_tensor(10))
    assert [type(as_list), type(as_tuple)] == [list, tuple]
    assert [int(x) for x in (*as_list, *as_tuple, alone)] == [16] * 3


@BOTH
def test_scan_carries_and_stacks(run):
    f = run(lambda xs: ops.scan(lambda c, x: (c + x, c * x), ops.convert_to_tensor(1.0), xs))
    carry, ys = f(ops.convert_to_tensor([1.0, 2.0, 3.0]))
    assert float(carry) == 7
    np.testing.assert_array_equal(ys, [1, 4, 12])


def test_scan_by_length_and_in_reverse():
    carry, ys = ops.scan(lambda c, x: (c * 2, c), 1, length=3)
    assert int(carry) == 8
    np.testing.assert_array_equal(ys, [1, 2, 4])
    _, ys = ops.scan(lambda c, x: (c + x, c), 0, ops.arange(3), reverse=True)
    np.testing.assert_array_equal(ys, [3, 2, 0])


@BOTH
@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_associative_scan_gives_all_prefixes(run, size):
    x = np.arange(1.0, size + 1, dtype="float32")
    f = run(lambda x: ops.associative_scan(lambda a, b: a + b, x))
    np.testing.assert_array_equal(f(ops.convert_to_tensor(x)), np.cumsum(x))
    back = ops.associative_scan(lambda a, b: a + b, x[None], reverse=True, axis=1)
    np.testing.assert_array_equal(back[0], np.cumsum(x[::-1])[::-1])


def test_map_stacks_structures():
    y = ops.map(lambda x: {"double": x * 2, "sum": ops.sum(x)}, ops.ones((3, 2)))
    assert y["double"].shape == (3, 2)
    np.testing.assert_array_equal(y["sum"], [2, 2, 2])
    np.testing.assert_array_equal(ops.vectorized_map(lambda x: x + 1, ops.arange(3)), [1, 2, 3])


@BOTH
def test_custom_gradient_replaces_the_gradient(run):
    @ops.custom_gradient
    def f(x, y):
        def gradient(*args, upstream=None):
            g = args[0] if upstream is None else upstream
            return g * 10, g * y

        return x * y, gradient

    def slopes(x, y):
        with GradientTape() as tape:
            tape.watch([x, y])
            z = f(x, y) * 2
        return (z, *tape.gradient(z, [x, y]))

    got = run(slopes)(ops.convert_to_tensor(3.0), ops.convert_to_tensor(4.0))
    assert [float(g) for g in got] == [24, 20, 8]


def test_custom_gradient_takes_symbolic_tensors():
    f = ops.custom_gradient(lambda x: (ops.sum(x, axis=1), lambda g: g))
    assert f(KerasTensor((None, 3))).shape == (None,)


def test_jvp_is_the_derivative_in_a_direction():
    value, slope = ops.jvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 10.0))
    assert (float(value), float(slope)) == (18, 102)
    value, slope, aux = ops.jvp(lambda x: (ops.sin(x), "aux"), [0.0], [2.0], has_aux=True)
    assert (float(slope), aux) == (2, "aux")


def test_vectorize_calls_for_every_combination():
    f = ops.vectorize(lambda a, b: a + b)
    np.testing.assert_array_equal(
        f(np.arange(3), np.array([[10], [20]])), [[10, 11, 12], [20, 21, 22]]
    )
    g = ops.vectorize(lambda a, b: ops.dot(a, b), signature="(n),(n)->()")
    np.testing.assert_array_equal(g(np.ones((4, 3)), np.ones(3)), [3, 3, 3, 3])
    h = ops.vectorize(lambda a, scale: a * scale, excluded={1})
    np.testing.assert_array_equal(h(np.arange(2), 3), [0, 3])


def test_a_traced_choice_has_a_gradient():
    def slope(x):
        with GradientTape() as tape:
            tape.watch(x)
            y = ops.cond(x > 0, lambda: x * x, lambda: -x)
        return tape.gradient(y, x)

    assert float(function(slope)(ops.convert_to_tensor(3.0))) == 6
    assert float(function(slope)(ops.convert_to_tensor(-3.0))) == -1


def test_asking_for_a_traced_value_names_the_way_out():
    message = []

    def f(x):
        try:
            return x * (2 if x > 0 else 3)
        except TraceError as error:
            message.append(str(error))
            return x

    function(f)(ops.convert_to_tensor(1.0))
    assert "ops.where" in message[0]
