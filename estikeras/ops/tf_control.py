"""Choices, loops and Python functions under TensorFlow's names and signatures."""

import contextlib

import numpy as np

from estikeras import errors
from estikeras.engine import context, tree
from estikeras.engine import session_graph as session
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import TracedTensor, as_tensor
from estikeras.ops import comparison, control_flow, core, joining, loops
from estikeras.ops.tensor_array import map_tensors
from estikeras.public import public

_SEVERAL = (list, tuple)  # the builtin: below, the name is TensorFlow's


@public("cond")
def cond(pred, true_fn=None, false_fn=None, name=None):
    """What `true_fn()` gives if `pred` is true, else what `false_fn()` gives."""
    return control_flow.cond(pred, true_fn, false_fn)


@public("case")
def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """What the function of the first pair gives whose condition is true, else the default's.

    Args:
        pred_fn_pairs: list of pairs of a boolean scalar and a function.
        default: a function; without one, the last pair's function is taken when none is true.
        exclusive: refuse more than one true condition (checked where they have values).
        strict: of no consequence.
        name: of no consequence.
    """
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs)
    known = [p for p, _ in pairs if not isinstance(p, TracedTensor)]
    if exclusive and sum(bool(core.boolean(p)) for p in known) > 1:
        raise errors.invalid("pred_fn_pairs", got=known, expected="at most one true condition")
    (pred, function), *rest = pairs
    if not rest:
        return function() if default is None else control_flow.cond(pred, function, default)
    return control_flow.cond(pred, function, lambda: case(rest, default))


@public("switch_case")
def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """What the function with the given index gives, the default's (or the last one's) if there is
    none.
    """
    pairs = dict(branch_fns.items() if isinstance(branch_fns, dict) else enumerate(branch_fns))
    if branch_fns and isinstance(branch_fns, _SEVERAL) and isinstance(branch_fns[0], _SEVERAL):
        pairs = dict(branch_fns)
    last = pairs[max(pairs)] if default is None else default
    tests = [(comparison.equal(branch_index, i), function) for i, function in pairs.items()]
    return case(tests, last)


@public("while_loop")
def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    maximum_iterations=None,
    name=None,
):
    """The loop variables after `body` was applied for as long as `cond` of them is true.

    Args:
        cond: function of the loop variables that gives a boolean scalar.
        body: function of the loop variables that gives their next values.
        loop_vars: a list or tuple of tensors.
        shape_invariants: of no consequence: shapes may change.
        parallel_iterations: of no consequence.
        back_prop: False stops gradients through the loop.
        swap_memory: of no consequence.
        maximum_iterations: None sets no limit.
        name: of no consequence.
    """
    result = loops.while_loop(cond, body, loop_vars, maximum_iterations)
    result = list(result) if isinstance(loop_vars, list) else result
    return result if back_prop else map_tensors(core.stop_gradient, result)


@public("map_fn")
def map_fn(
    fn,
    elems,
    dtype=None,
    parallel_iterations=None,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    name=None,
    fn_output_signature=None,
):
    """`fn` of each slice along the first axis, stacked."""
    result = loops.map(fn, elems)
    return result if back_prop else tree.map_structure(core.stop_gradient, result)


@public("vectorized_map")
def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """`fn` of each slice along the first axis, stacked."""
    return loops.map(fn, elems)


def _fold(fn, elems, initializer, reverse):
    """Carry a value along the first axis, the first element if there is no initial one; gives the
    last value, and all.
    """

    def step(value, row):
        value = fn(value, row)
        return value, value

    if initializer is not None:
        return loops.scan(step, initializer, elems, reverse=reverse)
    tensors = tree.map_structure(as_tensor, elems)
    first = tree.map_structure(lambda x: x[-1 if reverse else 0], tensors)
    rest = tree.map_structure(lambda x: x[:-1] if reverse else x[1:], tensors)
    last, values = loops.scan(step, first, rest, reverse=reverse)
    begin = tree.map_structure(lambda x: x[None], first)
    parts = [begin] if values is None else [values, begin] if reverse else [begin, values]
    return last, tree.map_structure(lambda *xs: joining.concatenate(xs), *parts)


@public("foldl")
def foldl(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """The value carried along the first axis: `value = fn(value, element)`."""
    return _fold(fn, elems, initializer, False)[0]


@public("foldr")
def foldr(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """The value carried along the first axis from its end: `value = fn(value, element)`."""
    return _fold(fn, elems, initializer, True)[0]


@public("scan")
def scan(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    reverse=False,
    name=None,
):
    """All values that are carried along the first axis, stacked: `value = fn(value, element)`."""
    return _fold(fn, elems, initializer, reverse)[1]


@public("tuple")
def tuple(tensors, control_inputs=None, name=None):
    """The tensors themselves: all have been computed when the call returns; in a model function,
    they are computed after the operations `control_inputs`.
    """
    if session_graph() is None:
        return [*tensors]
    with control_dependencies([*tensors, *(control_inputs or ())]):
        return [None if x is None else core.copy(x) for x in tensors]


@public("group")
def group(*inputs, name="group"):
    """What runs all of its inputs; where operations run at once, they have been run.

    Args:
        *inputs: tensors and operations, also in lists.
        name: name of the operation that it gives in a model function.
    """
    if session_graph() is None:
        return None
    things = [x for x in tree.flatten(list(inputs)) if x is not None]
    return session.group(things, context.scoped_name(name or "group"))


@public("no_op")
def no_op(name="no_op"):
    """Do nothing."""
    if session_graph() is None:
        return None
    return session.group([], context.scoped_name(name or "no_op"))


@public("numpy_function")
def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """The result of a Python function of NumPy arrays as tensors of the dtypes `Tout`; eager,
    without gradient.
    """
    arrays = [as_tensor(x).numpy() for x in inp]
    result = func(*[np.array(x) if isinstance(x, np.ndarray) else x for x in arrays])
    if isinstance(Tout, _SEVERAL):
        return [core.convert_to_tensor(y, d) for y, d in zip(result, Tout, strict=True)]
    return core.convert_to_tensor(result, Tout)


@public("py_function")
def py_function(func=None, inp=None, Tout=None, name=None):
    """The result of a Python function of eager tensors as tensors of the dtypes `Tout`."""
    inputs = [as_tensor(x) for x in inp]
    for x in inputs:
        x.value  # noqa: B018  a traced one has none, which makes the traced function fall back to eager
    result = func(*inputs)
    if isinstance(Tout, _SEVERAL):
        return [core.cast(y, d) for y, d in zip(result, Tout, strict=True)]
    return None if Tout is None else core.cast(result, Tout)


@public("executing_eagerly")
def executing_eagerly():
    """Whether operations run at once, that is, no function is being traced."""
    return context.current.trace is None


@public("inside_function")
def inside_function():
    """Whether a function is being traced."""
    return context.current.trace is not None


@public("is_symbolic_tensor")
def is_symbolic_tensor(tensor):
    """Whether a tensor belongs to a function that is being traced."""
    return isinstance(tensor, TracedTensor)


@public("get_static_value")
def get_static_value(tensor, partial=False):
    """The value of a tensor as a NumPy array, None if it is being traced."""
    x = as_tensor(tensor)
    return None if isinstance(x, TracedTensor) else x.numpy()


@public("grad_pass_through")
def grad_pass_through(f):
    """A function that gives what `f` gives, and whose gradient is the identity's."""

    def wrapped(x):
        x = as_tensor(x)
        return x + core.stop_gradient(f(x) - x)

    return wrapped


@public("control_dependencies")
def control_dependencies(control_inputs):
    """A context manager for a `with` block: operations run in the order in which they are written,
    so nothing has to be said about it; in a model function, what is made inside runs after these.

    Args:
        control_inputs: list of tensors and operations that come before.
    """
    graph = session_graph()
    if graph is None:
        return contextlib.nullcontext(control_inputs)
    return graph.requiring(control_inputs or ())
