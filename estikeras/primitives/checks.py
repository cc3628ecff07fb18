"""Primitives that refuse values: steps in which one does raise and write no variable."""

import numpy as np

from estikeras.engine.primitive import Spec, primitive
from estikeras.op_errors import InvalidArgumentError


# check: True, or an error. `message` is a function of the data's arrays that gives its text.
def _check_rule(condition, *data, message):
    return Spec((), "bool")


def _check(condition, *data, message):
    if not np.all(condition):
        raise InvalidArgumentError(message=message(*data))
    return np.True_


check = primitive("check", _check_rule, _check)


# check_numerics: the tensor itself, and True; its gradient is checked, too.
def _check_numerics_rule(x, *, message):
    return Spec(x.shape, x.dtype), Spec((), "bool")


def _check_numerics(x, *, message):
    if not np.isfinite(x).all():
        found = [word for word, test in (("Inf", np.isinf), ("NaN", np.isnan)) if test(x).any()]
        raise InvalidArgumentError(message=f"{message} : Tensor had {' and '.join(found)} values")
    return x, np.True_


def _check_numerics_gradient(g, y, x, *, message):
    of_gradient = "Not a number (NaN) or infinity (Inf) values detected in gradient. "
    return (check_numerics(g[0], message=f"{of_gradient}{message!r}")[0],)


check_numerics = primitive(
    "check_numerics", _check_numerics_rule, _check_numerics, _check_numerics_gradient
)
