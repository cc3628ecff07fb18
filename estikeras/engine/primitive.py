"""A primitive is what the machine can do: shape rule, NumPy reference, gradient and kernel in one
entry.

This file knows the form of a primitive, how one is applied, and the registry; the entries are in
`estikeras.primitives`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estikeras.engine import context, dtypes
from estikeras.engine.tensor import Spec, Tensor, TracedTensor, as_tensor

__all__ = ["REGISTRY", "Primitive", "Spec", "primitive"]

REGISTRY = {}


@dataclass(frozen=True, eq=False, slots=True)
class Primitive:
    """One operation of the machine. Calling it evaluates, traces and records, as its inputs ask
    for.

    Attributes:
        name: unique name, the key in `REGISTRY`.
        rule: `rule(*specs, **params)` gives the output's `Spec`, or a tuple of them; raises on
            wrong shapes. Tensors come as their own specs when it runs eagerly: a rule compares
            shapes and dtypes.
        reference: `reference(*arrays, **params)` computes with NumPy what the rule promises.
        gradient: `gradient(g, y, *xs, **params)` gives one gradient (or None) per input, written
            with primitives.
        kernel: name of the Numba kernel, `"family.function"`; None runs the reference.
        elementwise: expression over `x0`, `x1`, ... from which the fusing code generator writes
            kernels.
        collective: whether all replicas run it together. Such a primitive takes any number of
            tensors and gives as many; its parameters are those of `primitives.collective`.
        additive: whether its value for the rows of all replicas, one after the other, is the sum of
            its values for each replica's rows.
        pointwise: whether it applies to each entry of its inputs alone, which have one shape or are
            scalars; its outputs have that shape, and maybe further axes after it. Strings have such
            primitives.
        has_effect: whether it does something besides giving a value, each time a program comes
            there, or, as loops, may do so: in a trace it is a node though all its inputs are known.
        bound: `bound(program, inputs, outputs, **params)` gives a function that computes arrays
            from arrays, all of which stay where they are; None lets programs call the reference.
    """

    name: str
    rule: Callable
    reference: Callable
    gradient: Callable | None
    kernel: str | None
    elementwise: str | None
    collective: bool = False
    additive: bool = False
    pointwise: bool = False
    has_effect: bool = False
    bound: Callable | None = None

    def __call__(self, *inputs, **params):
        xs = tuple([as_tensor(x) for x in inputs])
        for x in xs:
            if type(x) is TracedTensor:
                y = (context.current.trace or x.node.graph).apply(self, xs, params)
                break
        else:
            if (self.collective or self.has_effect) and context.current.trace is not None:
                # It happens, or the replicas meet, when the program runs, not while it is traced.
                y = context.current.trace.apply(self, xs, params)
            else:
                y = self.evaluate(xs, params)
        for tape in context.current.tapes:
            tape.record(self, xs, y, params)
        return y

    def evaluate(self, xs, params):
        """Compute on eager tensors with the NumPy reference."""
        specs = self.rule(*xs, **params)
        values = [x.value for x in xs]
        with np.errstate(all="ignore"):
            arrays = self.reference(*values, **params)
        shared = [x.value for x in xs if x._shared]
        if isinstance(specs, tuple):
            return tuple([_wrap(a, spec, shared) for a, spec in zip(arrays, specs, strict=True)])
        return _wrap(arrays, specs, shared)

    def __repr__(self):
        return f"<primitive {self.name}>"


def _wrap(array, spec, shared):
    dtype = dtypes.to_numpy(spec.dtype)
    if type(array) is not np.ndarray:
        array = np.asarray(array, object if spec.dtype == "string" else None)
    if array.dtype is not dtype and array.dtype != dtype:
        array = array.astype(dtype)
    elif shared and any(np.may_share_memory(array, other) for other in shared):
        array = array.copy()
    return Tensor(array)


def primitive(name, rule, reference, gradient=None, kernel=None, elementwise=None, **properties):
    """Make a primitive and enter it into the registry.

    Raises:
        ValueError: when the name is taken.
    """
    if name in REGISTRY:
        raise ValueError(f"The primitive {name!r} is defined twice.")
    REGISTRY[name] = Primitive(name, rule, reference, gradient, kernel, elementwise, **properties)
    return REGISTRY[name]
