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
from estikeras.ops.branches import is_taken
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
        maximum_iterations: int or integer scalar; None sets no limit.
    """
    if is_traced(maximum_iterations):
        return _limited(cond, body, loop_vars, maximum_iterations)
    limit = None if maximum_iterations is None else int(maximum_iterations)
    loop_vars = tuple(loop_vars) if isinstance(loop_vars, list) else loop_vars
    count = 0
    while limit is None or count < limit:
        holds = _holds(cond, loop_vars)
        if is_traced(holds):
            if not context.current.trace.has_loops:
                raise TraceError(
                    "A loop that ends by a traced value is not written to SavedModels. Give it a "
                    "number of steps that is known, as `ops.fori_loop` has it."
                )
            return _while_node(cond, body, loop_vars, None if limit is None else limit - count)
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
    if xs is None and length is None:
        raise errors.invalid("length", got=None, expected="an int, where `xs` is None")
    count = _length(xs, length) if xs is not None else int(length)
    trace = context.current.trace
    if trace is not None and trace.has_loops and count >= SHORTEST and unroll is not True:
        try:
            return _as_node(f, init, xs, count, reverse)
        except StepsDiffer:
            pass  # step by step, then
    carry, ys = init, [None] * count
    for i in reversed(range(count)) if reverse else range(count):
        carry, ys[i] = _pair(f, carry, None if xs is None else _row(xs, i))
    return carry, _stacked(ys) if ys else None


@op("keras.ops.map")
def map(f, xs):
    """`f` of each slice along the first axis, stacked."""
    return scan(lambda carry, x: (carry, f(x)), (), xs)[1]


@op("keras.ops.vectorized_map")
def vectorized_map(function, elements):
    """`function` of each slice along the first axis, stacked."""
    return map(function, elements)


def _limited(cond, body, loop_vars, limit):
    """`while_loop` with a traced limit, which is part of the condition."""
    several = isinstance(loop_vars, (tuple, list))
    *_, values = while_loop(
        lambda count, values: core.boolean(count < limit) & _holds(cond, values),
        lambda count, values: (count + 1, _following(body, values)),
        (as_tensor(np.int32(0)), tuple(loop_vars) if several else loop_vars),
    )
    return values


def _while_node(cond, body, loop_vars, limit):
    """What `while_loop` gives, by a node of the trace.

    Raises:
        TraceError: when the steps differ.
    """
    like = None if are_ready(loop_vars) else _after_a_step(body, loop_vars)

    def holds(carried):
        return _holds(cond, packed(loop_vars, carried))

    def step(carried):
        following = tensors_of(_following(body, packed(loop_vars, carried)))
        if len(following) != len(carried):
            raise _other_variables(len(following), len(carried))
        return following

    carried, trace = tensors_of(loop_vars, like), context.current.trace
    try:
        if limit is None or not (context.current.tapes or trace.is_watched):
            found = loop.repeat(holds, step, carried, limit, is_taken())
        else:  # gradients need all steps: first it is found how many there are
            with trace.branch(), context.scope(tapes=()):
                count = loop.count_steps(holds, step, carried, limit, is_taken())
            found, _ = loop.run(lambda xs, rows: (step(xs), []), carried, [], limit, count=count)
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
    holds = core.boolean(cond(*loop_vars) if isinstance(loop_vars, tuple) else cond(loop_vars))
    if holds.shape:
        raise errors.shape_mismatch("cond", got=holds.shape, expected="a boolean scalar")
    return holds


def _following(body, loop_vars):
    """The loop variables after a step: a tuple, or one thing that is none."""
    if not isinstance(loop_vars, tuple):
        return body(loop_vars)
    following = body(*loop_vars)
    following = tuple(following) if isinstance(following, (tuple, list)) else (following,)
    if len(following) != len(loop_vars):
        raise _other_variables(len(following), len(loop_vars))
    return following


def _other_variables(got, expected):
    return errors.invalid(
        "body", got=f"a function that gives {got} loop variables", expected=expected
    )


def _as_node(f, init, xs, length, reverse):
    """What `scan` gives, by one node of the trace.

    Raises:
        StepsDiffer: when the steps differ.
    """
    forms = {}

    def step(carried, row):
        carry, y = _pair(f, packed(init, carried), packed(xs, row))
        if _form(carry) != _form(init):
            raise StepsDiffer("The structure that is carried changes.")
        forms["y"] = y
        return tensors_of(carry), tensors_of(y)

    carried, collected = loop.run(step, tensors_of(init), tensors_of(xs), length, reverse)
    return packed(init, carried), packed(forms["y"], collected)


def _pair(f, carry, row):
    """What a step of `scan` gives: the next carry, of the same structure, and what is collected."""
    given = f(carry, row)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise errors.wrong_type("f", got=f"{given!r} from it", expected="a pair: carry and y")
    if carry is not None and _nesting(given[0]) != _nesting(carry):
        raise errors.invalid(
            "f", got=f"the carry {_nesting(given[0])}", expected=f"its structure, {_nesting(carry)}"
        )
    return given


def _nesting(structure):
    """A structure without what is in it; lists are as tuples."""
    if not tree.is_nested(structure):
        return ...
    if isinstance(structure, dict):
        return {key: _nesting(value) for key, value in structure.items()}
    return tuple(_nesting(value) for value in structure)


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
