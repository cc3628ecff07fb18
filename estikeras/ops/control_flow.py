"""Choices as functions, and functions about functions. Eagerly, choices are Python's own.

In a trace, a choice by a traced value computes all branches, picks among their results, and picks
likewise among the values that they assign to variables.
"""

import dataclasses
import functools

from estikeras.engine import context, tree
from estikeras.engine.actions import Action
from estikeras.engine.operation import FunctionOperation, any_symbolic, is_traced, op
from estikeras.engine.primitive import Primitive
from estikeras.engine.session_graph import SessionGraph, action, session_graph
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import TracedTensor, as_tensor
from estikeras.ops import core
from estikeras.ops.creation import zeros_like
from estikeras.ops.shaping import flip, span
from estikeras.primitives import elementwise, shaping
from estikeras.public import public


@op("keras.ops.cond")
def cond(pred, true_fn, false_fn):
    """What `true_fn()` gives if `pred` is true, else what `false_fn()` gives.

    Args:
        pred: a boolean scalar.
        true_fn: without arguments.
        false_fn: without arguments; gives the same structure, shapes and dtypes.
    """
    pred = core.boolean(pred)
    if not is_traced(pred):
        return true_fn() if bool(pred) else false_fn()
    return _pick([elementwise.logical_not(pred)], [true_fn, false_fn], ())


@op("keras.ops.switch")
def switch(index, branches, *operands):
    """What the branch with the given index gives for the operands.

    An index out of range means the nearest.

    Args:
        index: an integer scalar.
        branches: functions of the operands.
        *operands: tensors.
    """
    index, last = as_tensor(index), len(branches) - 1
    if not is_traced(index):
        return branches[min(max(int(index), 0), last)](*operands)
    return _pick([index >= i for i in range(1, last + 1)], branches, operands)


@dataclasses.dataclass(frozen=True, eq=False)
class _Change:
    """What an operation of a branch does: values by variable, its own value or None, and what it
    computes since that may fail.
    """

    updates: dict
    result: object
    checks: list


def _pick(passed, branches, operands):
    """Run all branches; `passed[i]` says that a later branch than `i` is wanted."""
    trace = context.current.trace
    given, runs = [], []
    for number, branch in enumerate(branches):
        earlier = set(trace.actions) if isinstance(trace, SessionGraph) else ()
        choices = [(x, i < number) for i, x in enumerate(passed) if i in (number - 1, number)]
        around = context.scope(branches=(*context.current.branches, *choices))
        with trace.branch() as updates, around:
            given.append(branch(*operands))
        found = tree.map_structure(lambda x, earlier=earlier: _change(x, earlier), given[-1])
        runs.append((found, updates))
    result, updates = runs[0]
    for later, (other, changed) in zip(passed, runs[1:], strict=True):
        result = tree.map_structure(lambda a, b, later=later: _choose(later, b, a), result, other)
        updates = _chosen_updates(later, changed, updates)
    for variable, value in updates.items():
        trace.write(variable, value)
    return tree.map_structure(_as_given, result, *given)


def _change(x, earlier):
    """What a branch does by giving an action, or a tensor that requires actions made in the branch
    (as a choice within gives it); anything else as it is.
    """
    if isinstance(x, Action):  # its value is a variable's, which has no gradient
        result = None if x.result is None else core.stop_gradient(x.result)
        return _Change(x.updates, result, x.checks)
    graph = session_graph()
    if graph is None or not isinstance(x, TracedTensor):
        return x
    if x.node.kind != "apply" or x.node.primitive is not elementwise.identity:
        return x
    (value,) = x.node.inputs
    required = [each for each in graph.required_by([x]) if each not in earlier]
    if not required or any(each not in earlier for each in graph.required_by([value])):
        return x
    return _Change(graph.updates_of(required), value, graph.checks_of(required))


def _choose(condition, a, b):
    if a is None or a is b:
        return a
    if isinstance(a, _Change) or isinstance(b, _Change):
        a, b = (x if isinstance(x, _Change) else _Change({}, as_tensor(x), []) for x in (a, b))
        both = a.result is not None and b.result is not None
        return _Change(
            _chosen_updates(condition, a.updates, b.updates),
            _choose(condition, a.result, b.result) if both else None,
            [*a.checks, *b.checks],
        )
    return elementwise.select(condition, *core.promote(a, b))


def _chosen_updates(condition, a, b):
    """Values by variable, which keep their own where only the other branch writes them."""
    read = context.current.trace.read
    return {
        v: _choose(condition, a[v] if v in a else read(v), b[v] if v in b else read(v))
        for v in {**b, **a}
    }


def _as_given(chosen, *given):
    """The action that makes a change; where a branch gave a tensor, one that requires it."""
    if not isinstance(chosen, _Change):
        return chosen
    with action("cond") as made:
        for variable, value in chosen.updates.items():
            made.graph.write(variable, value)
    made.checks += chosen.checks
    made.result = chosen.result
    if chosen.result is None or all(isinstance(each, Action) for each in given):
        return made
    with made.graph.requiring([made]):
        return elementwise.identity(chosen.result)


@op("keras.ops.associative_scan")
def associative_scan(f, elems, reverse=False, axis=0):
    """All prefixes of `elems` along an axis joined by an associative function.

    The function is called a logarithmic number of times.

    Args:
        f: takes two structures like `elems` and joins them, elementwise along the axis.
        elems: a structure of tensors with a common size along the axis.
        reverse: join suffixes instead.
        axis: an axis that all tensors have.

    Reference: Blelloch, 1990, Prefix sums and their applications, section 1.4.
    """
    flat = [as_tensor(x) for x in tree.flatten(elems)]
    axis = axis % flat[0].ndim
    flat = [flip(x, axis) for x in flat] if reverse else flat

    def join(a, b):
        result = f(tree.pack_sequence_as(elems, a), tree.pack_sequence_as(elems, b))
        return tree.flatten(result)

    out = _prefixes(join, flat, axis)
    return tree.pack_sequence_as(elems, [flip(x, axis) for x in out] if reverse else out)


def _every_second(x, axis, start):
    size = max(0, (x.shape[axis] - start + 1) // 2)
    starts = tuple(start if i == axis else 0 for i in range(x.ndim))
    shape = tuple(size if i == axis else n for i, n in enumerate(x.shape))
    steps = tuple(2 if i == axis else 1 for i in range(x.ndim))
    return shaping.slice(x, starts=starts, shape=shape, steps=steps)


def _prefixes(join, xs, axis):
    size = xs[0].shape[axis]
    if size < 2:
        return xs
    even = [_every_second(span(x, axis, 0, size - size % 2), axis, 0) for x in xs]
    odd = _prefixes(join, join(even, [_every_second(x, axis, 1) for x in xs]), axis)
    left = [span(x, axis, 0, (size - 1) // 2) for x in odd]
    later = [_every_second(x, axis, 2) for x in xs]
    firsts = [span(x, axis, 0, 1) for x in xs]
    joined = join(left, later) if size > 2 else None
    even = (
        [shaping.concatenate(a, b, axis=axis) for a, b in zip(firsts, joined, strict=True)]
        if joined
        else firsts
    )
    return [_interleaved(a, b, axis) for a, b in zip(even, odd, strict=True)]


def _interleaved(a, b, axis):
    def spread(x, start):
        starts = tuple(start if i == axis else 0 for i in range(x.ndim))
        shape = tuple(
            a.shape[axis] + b.shape[axis] if i == axis else n for i, n in enumerate(x.shape)
        )
        return shaping.place(
            x, starts=starts, steps=tuple(2 if i == axis else 1 for i in range(x.ndim)), shape=shape
        )

    return elementwise.add(spread(a, 0), spread(b, 1))


@public("keras.ops.custom_gradient", "custom_gradient")
def custom_gradient(f):
    """Give a function a gradient of its own.

    Args:
        f: function of tensors that returns its result and a function of the incoming gradient
            (also taken as `upstream=`) that returns the gradient for each argument.

    Returns:
        The function, which returns the result alone.
    """

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        if any_symbolic(args, kwargs):
            return FunctionOperation(wrapped)(*args, **kwargs)
        with context.scope(tapes=()):
            outputs, gradient_function = f(*args, **kwargs)
        flat = [as_tensor(y) for y in tree.flatten(outputs)]
        count = len(flat)

        def gradient(g, y, *xs):
            gradients = gradient_function(*[g] if count == 1 else g)
            gradients = gradients if isinstance(gradients, (tuple, list)) else (gradients,)
            return (*[None] * count, *gradients)

        def first(*xs):
            return xs[0] if count == 1 else tuple(xs[:count])

        bound = Primitive("custom_gradient", first, first, gradient, None, None)
        results = bound(*flat, *args)
        return tree.pack_sequence_as(outputs, [results] if count == 1 else list(results))

    return wrapped


@public("keras.ops.jvp", "keras.ops.linalg.jvp")
def jvp(fun, primals, tangents, has_aux=False):
    """The value of a function and its derivative in a direction.

    Args:
        fun: function of tensors.
        primals: its arguments, a tuple or list.
        tangents: the direction, one tensor like each argument.
        has_aux: whether the function returns a pair of the result and something else.

    Returns:
        The result, the derivative, and with `has_aux` the something else.
    """
    primals = [elementwise.identity(as_tensor(x)) for x in primals]
    with GradientTape() as outer:
        with GradientTape() as inner:
            inner.watch(primals)
            result = fun(*primals)
            result, aux = result if has_aux else (result, None)
        flat = tree.flatten(result)
        seeds = [zeros_like(y) for y in flat]
        outer.watch(seeds)
        gradients = inner.gradient(flat, primals, seeds, unconnected_gradients="zero")
    derivative = outer.gradient(gradients, seeds, list(tangents), unconnected_gradients="zero")
    derivative = tree.pack_sequence_as(result, derivative)
    return (result, derivative, aux) if has_aux else (result, derivative)
