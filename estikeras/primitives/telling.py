"""A primitive that tells its caller the values that it meets in a step."""

from estikeras.engine.primitive import Spec, primitive


# told: the tensor itself. `tell` is a function of the data's arrays.
def _told_rule(x, *data, tell):
    return Spec(x.shape, x.dtype)


def _told(x, *data, tell):
    tell(*data)
    return x


def _told_gradient(g, y, x, *data, tell):
    return (g, *(None for _ in data))


told = primitive("told", _told_rule, _told, _told_gradient, has_effect=True)
