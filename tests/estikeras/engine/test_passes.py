"""Passes: what they change, that results stay equal, and the planning of memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estikeras import ops
from estikeras.engine import context, passes
from estikeras.engine.graph import Graph
from estikeras.engine.passes.buffers import plan_arena
from estikeras.engine.passes.collectives import join_collectives
from estikeras.engine.passes.constants import fold_constants
from estikeras.engine.passes.dead import remove_dead
from estikeras.engine.passes.duplicates import merge_duplicates
from estikeras.engine.passes.gathers import gather_additive
from estikeras.engine.passes.identities import remove_identities
from estikeras.engine.program.program import Program
from estikeras.engine.tensor import Spec
from estikeras.primitives.collective import exchange
from estikeras.primitives.embedding import embedding_gradient


def trace(function, *shapes, dtype="float32"):
    graph = Graph()
    inputs = [graph.add_input(Spec(shape, dtype)) for shape in shapes]
    with context.scope(trace=graph):
        graph.outputs.append(function(*inputs))
    return graph.verify()


def applied(graph):
    return [node.primitive.name for node in graph.nodes if node.kind == "apply"]


@pytest.mark.parametrize(
    ("rewrite", "function", "left"),
    [
        (remove_dead, lambda x: (ops.tanh(x), ops.exp(x))[1], ["exp"]),
        (merge_duplicates, lambda x: ops.exp(x) + ops.exp(x), ["exp", "add"]),
        (passes.run, lambda x: ops.exp(x) * 1.0 + 0.0, ["fused"]),
        (
            passes.run,
            lambda x: ops.matmul(x, ops.tanh(ops.exp(x))) + 1.0,
            ["fused", "matmul", "fused"],
        ),
        (
            passes.run,
            lambda x: ops.exp(x) + ops.matmul(ops.exp(x), x),
            ["fused", "matmul", "fused"],
        ),
    ],
)
def test_what_a_pass_leaves(rewrite, function, left):
    graph = trace(function, (2, 2))
    rewrite(graph)
    assert applied(graph.verify()) == left


def test_neutral_operations_are_passed_by():
    graph = trace(lambda x: ops.exp(x) * 1.0 + 0.0, (2, 2))
    remove_identities(graph)
    remove_dead(graph)
    assert applied(graph) == ["exp"]


def test_constants_are_folded():
    graph = Graph()
    with context.scope(trace=graph):
        one = graph.constant(ops.ones((3,)))
        graph.outputs.append(ops.exp(one) + ops.exp(one))
    fold_constants(graph)
    remove_dead(graph)
    assert applied(graph) == []
    np.testing.assert_allclose(
        graph.outputs[0].node.payload.numpy(), 2 * np.exp(np.ones(3)), rtol=1e-6
    )


UNARY = [
    ops.tanh,
    ops.exp,
    ops.negative,
    ops.abs,
    ops.relu,
    ops.sigmoid,
    lambda x: ops.where(x > 0, x, 2 * x),
]
BINARY = [ops.add, ops.multiply, ops.subtract, ops.maximum]
SHAPES = [(3, 1, 5), (2, 5), (1,), (3, 2, 5), (), (2, 1), (5,)]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_fused_programs_compute_what_numpy_computes(data):
    """Random elementwise graphs over broadcast shapes, with a matrix product in between now and
    then.
    """
    shapes = data.draw(st.lists(st.sampled_from(SHAPES), min_size=2, max_size=4))
    plan = data.draw(
        st.lists(
            st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)),
            min_size=2,
            max_size=12,
        )
    )

    def function(*xs):
        values = list(xs)
        for kind, i, j in plan:
            a, b = values[i % len(values)], values[j % len(values)]
            if kind % 7 == 6 and len(a.shape) == 3:
                values.append(ops.softmax(a))
            elif kind % 2:
                values.append(ops.tanh(BINARY[kind % len(BINARY)](a, b)))
            else:
                values.append(ops.clip(UNARY[kind % len(UNARY)](ops.clip(a, -3, 3)), -3, 3))
        return values

    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    expected = function(*[ops.convert_to_tensor(a) for a in arrays])
    graph = Graph()
    inputs = [graph.add_input(Spec(shape, "float32")) for shape in shapes]
    with context.scope(trace=graph):
        graph.outputs += function(*inputs)
    for out, want in zip(Program(graph).run(arrays), expected, strict=True):
        np.testing.assert_allclose(out.numpy(), want.numpy(), rtol=2e-5, atol=2e-6)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 10), st.integers(1, 5000)), max_size=40)
)
def test_storages_that_live_at_the_same_time_do_not_overlap(spans):
    lifetimes = [(first, first + length, size) for first, length, size in spans]
    offsets, total = plan_arena(lifetimes)
    for i, (first, last, size) in enumerate(lifetimes):
        assert offsets[i] % 64 == 0 and offsets[i] + size <= total
        for j in range(i):
            if first <= lifetimes[j][1] and lifetimes[j][0] <= last:
                assert offsets[i] + size <= offsets[j] or offsets[j] + lifetimes[j][2] <= offsets[i]


def test_storages_that_follow_one_another_share_memory():
    assert plan_arena([(0, 1, 640), (2, 3, 640), (4, 5, 640)])[1] == 640


class FourReplicas:
    """Stands for a Reduction where only shapes matter."""

    size = 4

    @staticmethod
    def spans(specs):
        return [(0, 0) for _ in specs]


def summed(*xs, even=True):
    return exchange(*xs, kinds=("sum",) * len(xs), group=FourReplicas, even=even)


def test_collectives_that_do_not_wait_for_one_another_become_one():
    def step(x):
        (a,), (b,) = summed(ops.exp(x)), summed(ops.tanh(x))
        return ops.concatenate([a, b])

    graph = trace(step, (2, 2))
    join_collectives(graph)
    assert applied(graph.verify()) == ["exp", "tanh", "exchange", "concatenate"]


def test_collectives_of_one_level_come_before_those_that_wait_for_them():
    def step(x):
        (a,) = summed(ops.exp(x))
        (b,) = summed(ops.tanh(a))
        (c,) = summed(ops.sin(x))
        return b + c

    graph = trace(step, (2, 2))
    join_collectives(graph)
    names = applied(graph.verify())
    assert names == ["exp", "sin", "exchange", "tanh", "exchange", "add"]


def test_collectives_are_never_computed_while_a_function_is_traced():
    graph = trace(lambda x: summed(ops.ones((2, 2)))[0] + x, (2, 2))
    fold_constants(graph)
    assert "exchange" in applied(graph)


def test_what_is_exchanged_does_not_depend_on_the_values_of_constants():
    """Such a value is the size of a share of a batch, which differs between replicas."""

    def exchanged(rows):
        def step(x):
            total, again = summed(ops.sum(x) * rows)[0], summed(ops.sum(x))[0]
            count, batches = (summed(ops.convert_to_tensor(n))[0] for n in (float(rows), 1.0))
            return summed(total / count)[0] + summed(again / batches)[0]

        graph = passes.run(trace(step, (2, 2)))
        nodes = [n for n in graph.nodes if n.kind == "apply" and n.primitive is exchange]
        return [(n.params["kinds"], [x.spec for x in n.inputs]) for n in nodes]

    assert exchanged(1) == exchanged(2)
    assert [len(kinds) for kinds, _ in exchanged(1)] == [4, 2]


@pytest.mark.parametrize(
    ("rows", "even", "kinds"),
    [(1000, True, ("gather", "gather")), (10, True, ("sum",)), (1000, False, ("sum",))],
    ids=["large table", "small table", "uneven shares"],
)
def test_the_gradient_of_a_large_table_is_exchanged_as_rows(rows, even, kinds):
    indices = np.arange(6, dtype="int32")

    def step(g):
        gradient = embedding_gradient(ops.convert_to_tensor(indices), g, rows=rows)
        return summed(gradient, even=even)[0]

    graph = trace(step, (6, 3))
    gather_additive(graph)
    (collective,) = [
        n for n in graph.verify().nodes if n.kind == "apply" and n.primitive is exchange
    ]
    assert collective.params["kinds"] == kinds
    (table,) = graph.outputs
    assert table.shape == (rows, 3)
    if "gather" in kinds:
        assert [x.shape for x in table.node.inputs] == [(24,), (24, 3)]
