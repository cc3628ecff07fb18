"""Loops as functions. Eagerly they are Python's own.

In a trace, a loop is one node, whose step is traced once (`primitives.loop`). Where steps are not
alike, or have strings or collectives, a loop of known length is traced step by step, and one that
ends by a traced value raises `TraceError`, upon which the traced function falls back to eager.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import context, tree
from estikeras.engine.body import StepsDiffer
from estikeras.engine.operation import is_traced, op
from estikeras.engine.tensor import TraceError, as_tensor
from estikeras.ops import core, joining
from estikeras.ops.tensor_array import are_ready, packed, tensors_of
from estikeras.primitives import loop

# Fewer steps are traced one by one, which runs faster and does not take long to compile.
SHORTEST = 16


@op("keras.ops.while_loop")
def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """The loop variables after `body` was applied for as long as `cond` of them is true.

    Args:
        cond: function of the loop variables that gives a boolean scalar.
        body: function of the loop variables that gives their next values.
        loop_vars: a tensor, or a tuple, list or dict of them.
        maximum_iterations: None sets no limit.
    """
    loop_vars = tuple(loop_vars) if isinstance(loop_vars, list) else loop_vars
    count = 0
    while maximum_iterations is None or count < maximum_iterations:
        holds = _holds(cond, loop_vars)
        if is_traced(holds):
            if not context.current.trace.has_loops:
                raise TraceError(
                    "A loop that ends by a traced value has no form in SavedModels. Give it a "
                    "number of steps that is known, as `ops.fori_loop` has it."
                )
            rest = None if maximum_iterations is None else maximum_iterations - count
            return _while_node(cond, body, loop_vars, rest)
        if not bool(holds):
            break
        loop_vars = _following(body, loop_vars)
        count += 1
    return loop_vars


@op("keras.ops.fori_loop")
def fori_loop(lower, upper, body_fun, init_val):
    """The value after `body_fun(i, value)` was applied for i from `lower` up to but not including
    `upper`.
    """
    numbers = np.arange(int(lower), int(upper), dtype=np.int32)
    return scan(lambda value, i: (body_fun(i, value), None), init_val, numbers)[0]


@op("keras.ops.scan")
def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carry a value along the first axis: `carry, y = f(carry, x)` for each x.

    Args:
        f: function of the carry and a slice of `xs` (None without `xs`).
        init: the first carry, any structure.
        xs: a structure of tensors with a common first axis.
        length: how many steps, needed without `xs`.
        reverse: begin at the end.
        unroll: True traces one step after the other; numbers are of no consequence.

    Returns:
        The last carry, and the structure of all y, stacked.
    """
    if not callable(f):
        raise errors.wrong_type("f", got=f, expected="a function")
    count = _length(xs, length) if xs is not None else int(length)
    trace = context.current.trace
    if trace is not None and trace.has_loops and count >= SHORTEST and unroll is not True:
        try:
            return _as_node(f, init, xs, count, reverse)
        except StepsDiffer:
            pass  # step by step, then
    carry, ys = init, [None] * count
    for i in reversed(range(count)) if reverse else range(count):
        carry, ys[i] = f(carry, None if xs is None else _row(xs, i))
    return carry, _stacked(ys) if ys else None


@op("keras.ops.map")
def map(f, xs):
    """`f` of each slice along the first axis, stacked."""
    return scan(lambda carry, x: (carry, f(x)), (), xs)[1]


@op("keras.ops.vectorized_map")
def vectorized_map(function, elements):
    """`function` of each slice along the first axis, stacked."""
    return map(function, elements)


def _while_node(cond, body, loop_vars, limit):
    """What `while_loop` gives, by a node of the trace.

    Raises:
        TraceError: when the steps differ.
    """
    like = None if are_ready(loop_vars) else _after_a_step(body, loop_vars)

    def holds(carried):
        return _holds(cond, packed(loop_vars, carried))

    def step(carried):
        return tensors_of(_following(body, packed(loop_vars, carried)))

    carried = tensors_of(loop_vars, like)
    try:
        if limit is None or not context.current.tapes:
            return packed(loop_vars, loop.repeat(holds, step, carried, limit))
        # Gradients need all steps: first it is found how many there are.
        with context.current.trace.branch(), context.scope(tapes=()):
            counted = loop.repeat(
                lambda xs: holds(xs[1:]),
                lambda xs: [xs[0] + 1, *step(xs[1:])],
                [as_tensor(np.int32(0)), *carried],
                limit,
            )
        found, _ = loop.run(lambda xs, rows: (step(xs), []), carried, [], limit, count=counted[0])
        return packed(loop_vars, found)
    except StepsDiffer as error:
        raise TraceError(
            f"Steps of a loop that ends by a traced value must be alike ({error}). Let loop "
            "variables keep their shapes and dtypes."
        ) from error


def _after_a_step(body, loop_vars):
    """What a step gives, of which only shapes are asked for."""
    with context.current.trace.branch(), context.scope(tapes=()):
        return _following(body, loop_vars)


def _holds(cond, loop_vars):
    return core.boolean(cond(*loop_vars) if isinstance(loop_vars, tuple) else cond(loop_vars))


def _following(body, loop_vars):
    """The loop variables after a step: a tuple, or one thing that is none."""
    if not isinstance(loop_vars, tuple):
        return body(loop_vars)
    following = body(*loop_vars)
    return tuple(following) if isinstance(following, (tuple, list)) else (following,)


def _as_node(f, init, xs, length, reverse):
    """What `scan` gives, by one node of the trace.

    Raises:
        StepsDiffer: when the steps differ.
    """
    forms = {}

    def step(carried, row):
        carry, y = f(packed(init, carried), packed(xs, row))
        if _form(carry) != _form(init):
            raise StepsDiffer("The structure that is carried changes.")
        forms["y"] = y
        return tensors_of(carry), tensors_of(y)

    carried, collected = loop.run(step, tensors_of(init), tensors_of(xs), length, reverse)
    return packed(init, carried), packed(forms["y"], collected)


def _form(structure):
    return tree.map_structure(lambda x: x is None, structure)


def _length(structure, length=None, axis=0):
    sizes = {as_tensor(x).shape[axis] for x in tree.flatten(structure) if x is not None}
    sizes |= set() if length is None else {int(length)}
    if len(sizes) != 1:
        raise errors.invalid(
            "length", got=sorted(sizes), expected="one size for the first axis of all"
        )
    return sizes.pop()


def _row(structure, i):
    return tree.map_structure(lambda x: None if x is None else as_tensor(x)[i], structure)


def _stacked(rows):
    return tree.map_structure(lambda *xs: None if xs[0] is None else joining.stack(xs), *rows)
