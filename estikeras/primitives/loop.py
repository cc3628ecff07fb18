"""Loops as nodes of a graph: with a known number of steps, or for as long as a condition holds.

Backwards, a loop of a known number of steps is such a loop, too. It computes each step again from
what was carried into it, so that only that needs memory for all steps. [1]

[1]: Chen, Xu, Zhang, Guestrin, 2016, Training deep nets with sublinear memory cost.
"""

import dataclasses

import numpy as np

from estikeras.engine import dtypes
from estikeras.engine.body import trace_loop
from estikeras.engine.primitive import primitive
from estikeras.engine.program.loop_program import LoopProgram
from estikeras.engine.program.team import current
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Tensor, TraceError
from estikeras.engine.variable import aligned_copy, aligned_empty
from estikeras.primitives import elementwise


def run(step, carried, walked, length, backwards=False, count=None):
    """Run a step several times, inside of a trace; see `engine.body.trace_loop`.

    Returns:
        What is carried after the last step, and what was collected, as rows.

    Raises:
        StepsDiffer: when the steps differ.
    """
    traced = trace_loop(step, carried, walked, length, backwards, count)
    finals, _, collected = traced.loop.outputs(loop(*traced.inputs, loop=traced.loop))
    count, last = len(carried), len(collected) - traced.checks
    results = [*finals[:count], *collected[:last]]
    results = traced.settled(finals[count:], results, collected[last:])
    return results[:count], results[count:]


def repeat(condition, step, carried, limit, starts=True):
    """Run a step for as long as a condition holds, inside of a trace.

    Args:
        condition: function of a list of tensors that are carried; gives a boolean scalar.
        step: function of such a list; gives the next one.
        carried: list of tensors, what the first step gets.
        limit: after how many steps it ends; None sets none.
        starts: boolean scalar; where it is false, there are no steps.

    Returns:
        What is carried after the last step.

    Raises:
        StepsDiffer: when the steps differ.
    """
    traced = _trace_while(condition, step, carried)
    first = elementwise.logical_and(condition(carried), starts)
    finals = while_loop(first, *traced.inputs, step=traced.loop, limit=limit)
    checks = finals[:1] if traced.checks else ()  # what fails, does so where these are computed
    return traced.settled(finals[len(carried) :], list(finals[: len(carried)]), checks)


def count_steps(condition, step, carried, limit, starts=True):
    """How many steps `repeat` runs, an int32 scalar: only what the condition needs is computed."""
    carried = [Tensor(np.int32(0)), *carried]
    traced = _trace_while(
        lambda xs: condition(xs[1:]), lambda xs: [xs[0] + 1, *step(xs[1:])], carried
    )
    loop, places, _ = traced.loop.narrowed({0, traced.loop.carries})
    first = elementwise.logical_and(condition(carried[1:]), starts)
    inputs = [traced.inputs[i] for i in places]
    return while_loop(first, *inputs, step=loop, limit=limit)[0]


def _trace_while(condition, step, carried):
    """The LoopTrace of one step, which collects whether there is another one."""

    def whole(carried, rows):
        carried = step(carried)
        return carried, [condition(carried)]

    traced = trace_loop(whole, carried, [], 1)
    return dataclasses.replace(traced, loop=dataclasses.replace(traced.loop, noted=()))


def _rule(*inputs, loop):
    return loop.specs()


def _reference(*arrays, loop):
    def made(*memory):
        return LoopProgram(loop, *memory, current()).run_loop

    return _run_once(made, arrays, loop.specs())


def _bound(program, inputs, outputs, loop):
    return LoopProgram(loop, inputs, outputs, *_team(program)).run_loop


def _while_rule(first, *inputs, step, limit):
    return step.specs()[: step.carries]


def _while_reference(*arrays, step, limit):
    def made(*memory):
        return _while_run(*memory, step, limit, current(), None)

    return _run_once(made, arrays, step.specs()[: step.carries])


def _while_bound(program, inputs, outputs, step, limit):
    return _while_run(inputs, outputs, step, limit, *_team(program))


def _while_run(inputs, outputs, step, limit, team, threads):
    """What runs the steps of a loop on arrays; the first input says whether there is one."""
    first, *inputs = inputs
    collected = [aligned_empty(s.shape, dtypes.to_numpy(s.dtype)) for s in step.specs()]
    holds, *checks = collected[step.carries :]
    program = LoopProgram(step, inputs, [*outputs, holds, *checks], team, threads)

    def go_on(count):
        return count != limit and bool(holds[0] if count else first)

    return lambda: program.run_while(go_on)


def _run_once(made, arrays, specs):
    """The results of what `made(inputs, outputs)` gives, for arrays that lie anywhere."""
    outputs = [aligned_empty(s.shape, dtypes.to_numpy(s.dtype)) for s in specs]
    made([aligned_copy(array) for array in arrays], outputs)()
    return tuple(outputs)


def _team(program):
    """The Team of the program around, and how many of its threads may run a loop."""
    return program.team(), 1 if program.threads == 1 else None


def _while_gradient(g, y, *xs, step, limit):
    raise TraceError(
        "The gradient of a loop whose end depends on values needs memory for all of its steps. "
        "Give `maximum_iterations`, or use `ops.scan` or `ops.fori_loop`."
    )


def _gradient(g, y, *xs, loop):
    """The loop that goes back: it carries the gradients of what was carried and the sums of those
    of what was read from outside, and collects those of the rows.
    """
    carried, walked, outside = loop.inputs(xs)
    _, before, _ = loop.outputs(y)
    of_finals, of_before, of_collected = loop.outputs(g)
    states, rows = _floats(carried), _floats(walked)
    seeds = [i for i, each in enumerate(of_collected) if each is not None]
    also = [i for i in states if of_before[i] is not None]
    # Two inputs may stand for one tensor.
    places = {id(x): i for i, x in enumerate(outside) if dtypes.is_float(x.dtype)}
    sources = sorted(places.values())
    unconnected = {}

    def back(gradients, given):
        of_after, sums = gradients[: len(states)], gradients[len(states) :]
        given = iter(given)
        state, row, of_row, more = (
            [next(given) for _ in each] for each in (carried, walked, seeds, also)
        )
        watched = [[state[i] for i in states], [outside[i] for i in sources]]
        watched.append([row[i] for i in rows])
        with GradientTape() as tape:
            tape.watch(watched)
            after = loop.graph.replay([*state, *row, *outside])
        targets = [after[i] for i in states] + [after[loop.carries + i] for i in seeds]
        of_state, of_outside, of_walked = tape.gradient(targets, watched, [*of_after, *of_row])
        unconnected["outside"] = [i for i, d in zip(sources, of_outside, strict=True) if d is None]
        unconnected["rows"] = [i for i, d in zip(rows, of_walked, strict=True) if d is None]
        of_state = [
            _zeros(x) if d is None else d for x, d in zip(watched[0], of_state, strict=True)
        ]
        for i, d in zip(also, more, strict=True):
            of_state[states.index(i)] = of_state[states.index(i)] + d
        sums = [_sum(s, s, d) for s, d in zip(sums, of_outside, strict=True)]
        return [*of_state, *sums], [d for d in of_walked if d is not None]

    first = [_zeros(carried[i]) if of_finals[i] is None else of_finals[i] for i in states]
    finals, collected = run(
        back,
        [*first, *(_zeros(outside[i]) for i in sources)],
        [*before, *walked, *(of_collected[i] for i in seeds), *(of_before[i] for i in also)],
        loop.length,
        not loop.backwards,
        outside[-1] if loop.counted else None,
    )
    of_carried = dict(zip(states, finals, strict=False))
    of_rows = dict(zip([i for i in rows if i not in unconnected["rows"]], collected, strict=True))
    sums = dict(zip(sources, finals[len(states) :], strict=True))
    for i in unconnected["outside"]:
        del sums[i]
    parts = zip((carried, walked, outside), (of_carried, of_rows, sums), strict=True)
    return tuple([found.get(i) for xs, found in parts for i in range(len(xs))])


def _sum(like, *gradients):
    """The sum of those gradients that there are."""
    found = [each for each in gradients if each is not None]
    return sum(found[1:], found[0]) if found else _zeros(like)


def _floats(xs):
    return [i for i, x in enumerate(xs) if dtypes.is_float(x.dtype)]


def _zeros(x):
    return Tensor(np.zeros(x.shape, dtypes.to_numpy(x.dtype)))


loop = primitive("loop", _rule, _reference, _gradient, bound=_bound, has_effect=True)
while_loop = primitive(
    "while_loop",
    _while_rule,
    _while_reference,
    _while_gradient,
    bound=_while_bound,
    has_effect=True,
)
