"""Functions with the arguments that TensorFlow 1 had: in another order, some by two names."""

import functools
import inspect
from collections import Counter

from estikeras.engine import context
from estikeras.engine.operation import note_name

_REQUIRED = inspect.Parameter.empty


def older(function, order, unused="", **old_names):
    """A function that takes its arguments in TensorFlow 1's order.

    Args:
        function: the function of today.
        order: names of TensorFlow 1's arguments, with spaces between them.
        unused: names of those that are of no consequence.
        **old_names: old name of an argument -> its name today; both may be in `order`.

    Returns:
        A function; an argument that is given by both of its names is a ValueError.
    """
    names, without_consequence = order.split(), frozenset(unused.split())
    signature = _signature(function, names, old_names)
    count = Counter(old_names.get(name, name) for name in names)

    @functools.wraps(function)
    def call(*args, **kwargs):
        passed = {}
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            new = old_names.get(name, name)
            if name in without_consequence or (value is None and count[new] > 1):
                continue
            if new in passed:
                raise ValueError(f"{function.__name__}(): give {new!r} or {name!r}, not both.")
            passed[new] = value
        label = passed.pop("name", None)
        result = function(**passed)
        if context.current.trace is not None:
            note_name(result, (), {"name": label}, 0)
        return result

    call.__signature__ = signature
    call.__doc__ = f"{function.__doc__}\n\n    The order of arguments is TensorFlow 1's.\n    "
    return call


def _signature(function, names, old_names):
    today = inspect.signature(function).parameters
    count = Counter(old_names.get(name, name) for name in names)
    parameters, optional = [], False
    for name in names:
        new = old_names.get(name, name)
        default = today[new].default if new in today else None
        optional = optional or default is not _REQUIRED or count[new] > 1
        default = None if optional and default is _REQUIRED else default
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters.append(inspect.Parameter(name, kind, default=default))
    return inspect.Signature(parameters)
