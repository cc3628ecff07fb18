"""The optimizers of canned estimators: what a user may give, and how each training has its own."""

from estikeras import errors
from estikeras.compat.global_step import get_or_create_global_step
from estikeras.engine import context
from estikeras.engine.variable import Variable
from estikeras.estimator.heads.training import SCOPE
from estikeras.keras.optimizers import legacy
from estikeras.keras.optimizers.base import Optimizer

_BY_NAME = {
    "Adagrad": legacy.Adagrad,
    "Adam": legacy.Adam,
    "Ftrl": legacy.Ftrl,
    "RMSProp": legacy.RMSprop,
    "SGD": legacy.SGD,
}


def optimizer_of(given, learning_rate=None, counts_steps=True):
    """A new optimizer for one training.

    Args:
        given: name, optimizer, or function without arguments that gives one.
        learning_rate: float, the rate of one that is given by name; None for its own.
        counts_steps: whether it counts its steps in the global step.

    Raises:
        ValueError: for other names and things.
    """
    with context.scope(names=((SCOPE, None),)):
        optimizer = _made(given, learning_rate)
        if counts_steps:
            optimizer.iterations = get_or_create_global_step()
        return optimizer


def _made(given, learning_rate):
    if isinstance(given, str):
        if given not in _BY_NAME:
            raise errors.invalid(
                "optimizer", got=given, expected=f"one of {sorted(_BY_NAME)}, or an optimizer"
            )
        rate = {} if learning_rate is None else {"learning_rate": learning_rate}
        return _BY_NAME[given](**rate)
    if isinstance(given, Optimizer):
        return _twin(given)
    made = given() if callable(given) else given
    if not isinstance(made, Optimizer):
        raise errors.invalid(
            "optimizer",
            got=made,
            expected=f"a `keras.optimizers.Optimizer`, a function that gives one, or one of "
            f"{sorted(_BY_NAME)}",
        )
    return made


def _twin(optimizer):
    """An equal optimizer without state: one belongs to the variables it was built for, and each
    training has its own.
    """
    with context.init_scope():  # the rate's value is asked for
        rate, config = optimizer._learning_rate, optimizer.get_config()
    if not isinstance(rate, Variable):
        config["learning_rate"] = rate
    twin = type(optimizer).from_config(config)
    twin._excluded_from_weight_decay = optimizer._excluded_from_weight_decay
    return twin
