"""How heads train: one action of an optimizer."""

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.session_graph import group, session_graph
from estikeras.keras.optimizers.base import Optimizer

# Checkpoints of the reference have the variables of heads' optimizers in this name scope.
SCOPE = "training"


def train_op(loss, optimizer, trainable_variables, train_op_fn, update_ops, scope=SCOPE):
    """What a training step runs; arguments as in `Head.create_estimator_spec`, and the name scope
    of the optimizer.
    """
    if update_ops is not None and not isinstance(update_ops, list | tuple):
        raise errors.invalid("update_ops", got=update_ops, expected="a list")
    if (optimizer is None) == (train_op_fn is None):
        raise errors.invalid(
            "optimizer",
            got=f"optimizer={optimizer!r}, train_op_fn={train_op_fn!r}",
            expected="one of both in training",
        )
    with context.scope(names=((scope, None),)):
        if optimizer is None:
            step = train_op_fn(loss)
        else:
            step = minimize(optimizer, loss, trainable_variables)
        return group([step, *update_ops]) if update_ops else step


def minimize(optimizer, loss, variables):
    """An Action that does one step of a Keras optimizer.

    Raises:
        ValueError: if it is none, or `variables` is no list.
    """
    if not isinstance(optimizer, Optimizer):
        raise errors.invalid("optimizer", got=optimizer, expected="a `keras.optimizers.Optimizer`")
    if not isinstance(variables, list | tuple):
        raise errors.invalid(
            "trainable_variables", got=variables, expected="a list of the variables to train"
        )
    graph = session_graph()
    if graph is None:
        raise errors.unsupported(
            "A head's training step outside of a `model_fn`",
            "Call it in the `model_fn` of an Estimator; elsewhere, use `head.loss` under a tape.",
        )
    gradients = graph.tape.gradient(loss, variables)
    return optimizer.apply_gradients(zip(gradients, variables, strict=True))
