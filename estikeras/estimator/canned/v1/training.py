"""How TensorFlow 1's estimators train: its optimizers, by name, as objects or from functions."""

import copy

from estikeras import errors
from estikeras.compat.global_step import get_or_create_global_step
from estikeras.compat.optimizers.adagrad import AdagradOptimizer
from estikeras.compat.optimizers.adam import AdamOptimizer
from estikeras.compat.optimizers.base import Optimizer
from estikeras.compat.optimizers.descent import GradientDescentOptimizer
from estikeras.compat.optimizers.ftrl import FtrlOptimizer
from estikeras.compat.optimizers.rmsprop import RMSPropOptimizer
from estikeras.engine.session_graph import group
from estikeras.estimator.mode_keys import ModeKeys

_BY_NAME = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}


def spec_of(head, features, labels, mode, logits, parts):
    """What a model function of TensorFlow 1's estimators returns.

    Args:
        head: a Head.
        features: dict of tensors.
        labels: tensor, or dict of tensors.
        mode: one of `ModeKeys`.
        logits: tensor.
        parts: list of what is trained: variables, an optimizer as the user gave it, the rate of one
            given by name, and what stands before its name in the names of slots.
    """

    def train_op_fn(loss):
        steps = []
        for variables, given, learning_rate, prefix in parts:
            optimizer = _optimizer_of(given, learning_rate, prefix)
            # The first one counts the steps of all.
            counted = None if steps else get_or_create_global_step()
            steps.append(optimizer.minimize(loss, counted, variables))
        return group(steps)

    return head.create_estimator_spec(
        features=features,
        mode=mode,
        logits=logits,
        labels=labels,
        train_op_fn=train_op_fn if mode == ModeKeys.TRAIN else None,
    )


def check_partitioner(partitioner):
    """Refuse a partitioner."""
    if partitioner is not None:
        raise errors.unsupported("A partitioner", "Leave it out: variables are whole.")


def _optimizer_of(given, learning_rate, prefix):
    expected = "a `tf.compat.v1.train.Optimizer`, a function that gives one, or one of "
    expected += ", ".join(sorted(_BY_NAME))
    if isinstance(given, str):
        if given not in _BY_NAME:
            raise errors.invalid("optimizer", got=given, expected=expected)
        made = _BY_NAME[given](learning_rate)
    else:
        made = given() if callable(given) else given
    if not isinstance(made, Optimizer):
        raise errors.invalid("optimizer", got=made, expected=expected)
    made = copy.copy(made)  # each trace has its own, with slots for its own variables
    made._slots, made._others = {}, {}
    made._name = f"{prefix}{made.get_name()}"
    return made
