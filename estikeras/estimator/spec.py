"""What a model function returns, and the checks of it."""

from collections import namedtuple

from estikeras import errors, ops
from estikeras.engine.actions import Action
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import Tensor
from estikeras.engine.variable import Variable
from estikeras.estimator.export_outputs import with_default
from estikeras.estimator.hooks.base import SessionRunHook
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.estimator.scaffold import Scaffold
from estikeras.keras.metrics.base import Metric
from estikeras.public import public

_FIELDS = (
    "mode",
    "predictions",
    "loss",
    "train_op",
    "eval_metric_ops",
    "export_outputs",
    "training_chief_hooks",
    "training_hooks",
    "scaffold",
    "evaluation_hooks",
    "prediction_hooks",
)


@public("estimator.EstimatorSpec", "compat.v1.estimator.EstimatorSpec")
class EstimatorSpec(namedtuple("EstimatorSpec", _FIELDS)):
    """What an Estimator runs: operations and tensors of the graph that a model function made.

    Args:
        mode: a value of `ModeKeys`.
        predictions: tensor, or dict from name to tensor; needed for PREDICT.
        loss: scalar tensor; needed for TRAIN and EVAL.
        train_op: the operation that does one step; needed for TRAIN.
        eval_metric_ops: dict from name to a `keras.metrics.Metric` that has been updated, or to a
            pair of a tensor with the value and the operation that adds a batch.
        export_outputs: dict from a signature's name to an ExportOutput; None serves predictions.
        training_chief_hooks: SessionRunHooks for the chief, for training.
        training_hooks: SessionRunHooks for training.
        scaffold: a Scaffold, or None.
        evaluation_hooks: SessionRunHooks for evaluation.
        prediction_hooks: SessionRunHooks for prediction.

    Raises:
        ValueError: for something that the mode needs and that is missing, or a loss that is no
            scalar.
        TypeError: for other things than operations, tensors and hooks.
    """

    def __new__(
        cls,
        mode,
        predictions=None,
        loss=None,
        train_op=None,
        eval_metric_ops=None,
        export_outputs=None,
        training_chief_hooks=None,
        training_hooks=None,
        scaffold=None,
        evaluation_hooks=None,
        prediction_hooks=None,
    ):
        predictions = _checked_predictions(predictions, _checked_mode(mode))
        served = predictions if mode == ModeKeys.PREDICT else None
        return super().__new__(
            cls,
            mode=mode,
            predictions=predictions,
            loss=_checked_loss(loss, mode),
            train_op=_checked_train_op(train_op, mode),
            eval_metric_ops=_checked_metrics(eval_metric_ops),
            export_outputs=with_default(export_outputs, served),
            training_chief_hooks=_checked_hooks("training_chief_hooks", training_chief_hooks),
            training_hooks=_checked_hooks("training_hooks", training_hooks),
            scaffold=_checked_scaffold(scaffold),
            evaluation_hooks=_checked_hooks("evaluation_hooks", evaluation_hooks),
            prediction_hooks=_checked_hooks("prediction_hooks", prediction_hooks),
        )

    def _replace(self, **kwargs):
        """A new spec with other values, which are checked again.

        Raises:
            ValueError: when the mode would change.
        """
        if kwargs.get("mode", self.mode) != self.mode:
            raise ValueError("The mode of an EstimatorSpec cannot be changed.")
        return type(self)(**{**self._asdict(), **kwargs})


def _checked_mode(mode):
    modes = (ModeKeys.TRAIN, ModeKeys.EVAL, ModeKeys.PREDICT)
    if mode not in modes:
        raise errors.invalid("mode", got=mode, expected=f"one of {modes}, see `ModeKeys`")
    return mode


def as_tensor_of_graph(name, value):
    """A tensor for what a model function may give in place of one.

    Raises:
        TypeError: if it is none.
    """
    if isinstance(value, Variable):
        value = value.value
    if not isinstance(value, Tensor):
        raise errors.wrong_type(name, got=value, expected="a tensor that the model function made")
    graph = session_graph()
    if graph is not None:  # a constant, too: it may have another size for another batch
        try:
            return graph.own(value)
        except RuntimeError as error:
            raise ValueError(
                f"{name} was made in another call of the model function, or outside of it. Make "
                "layers and tensors inside of model_fn."
            ) from error
    return value


def _checked_predictions(predictions, mode):
    if predictions is None:
        if mode == ModeKeys.PREDICT:
            raise ValueError("Missing predictions: mode PREDICT needs them in the EstimatorSpec.")
        return {}
    if not isinstance(predictions, dict):
        return as_tensor_of_graph("predictions", predictions)
    return {
        name: as_tensor_of_graph(f"predictions[{name!r}]", value)
        for name, value in predictions.items()
    }


def _checked_loss(loss, mode):
    if loss is None:
        if mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
            raise ValueError(f"Missing loss: mode {mode!r} needs it in the EstimatorSpec.")
        return None
    loss = as_tensor_of_graph("loss", loss)
    if loss.shape not in ((), (1,)):
        raise errors.shape_mismatch("loss", got=loss.shape, expected=(), hint="Take its mean.")
    return ops.reshape(loss, ()) if loss.shape else loss


def _checked_train_op(train_op, mode):
    if train_op is None:
        if mode == ModeKeys.TRAIN:
            raise ValueError("Missing train_op: mode TRAIN needs it in the EstimatorSpec.")
        return None
    if not isinstance(train_op, Action | Tensor | Variable):
        raise errors.wrong_type(
            "train_op",
            got=train_op,
            expected="an operation, as `optimizer.minimize(...)` or `tf.group(...)` give it",
        )
    return train_op


def _checked_metrics(metrics):
    """The metrics as a dict from name to a pair of value and update, or to a keras Metric."""
    if metrics is None:
        return {}
    if not isinstance(metrics, dict):
        raise errors.wrong_type("eval_metric_ops", got=metrics, expected="a dict by name")
    for name, metric in metrics.items():
        is_pair = isinstance(metric, tuple | list) and len(metric) == 2
        if not isinstance(metric, Metric) and not is_pair:
            raise errors.wrong_type(
                f"eval_metric_ops[{name!r}]",
                got=metric,
                expected="a keras Metric, or a pair of a value and an update operation",
            )
        graph = session_graph()
        if isinstance(metric, Metric) and graph is not None and not _updates(graph, metric):
            raise errors.invalid(
                f"eval_metric_ops[{name!r}]",
                got=metric,
                expected="a metric whose `update_state` the model function has called",
            )
    return dict(metrics)


def _updates(graph, metric):
    return [action for action in graph.actions if action.owner is metric]


def value_and_updates(graph, metric):
    """What a metric's value is now, and the operations that add a batch to it.

    Args:
        graph: the SessionGraph.
        metric: a value of `eval_metric_ops`.

    Returns:
        A pair of a structure of tensors and a list of actions and tensors.
    """
    if isinstance(metric, Metric):
        return metric.result(), _updates(graph, metric)
    value, update = metric
    return value, [update]


def _checked_hooks(name, hooks):
    hooks = tuple(hooks or ())
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise errors.wrong_type(name, got=hook, expected="SessionRunHooks")
    return hooks


def _checked_scaffold(scaffold):
    if scaffold is not None and not isinstance(scaffold, Scaffold):
        raise errors.wrong_type("scaffold", got=scaffold, expected="a tf.compat.v1.train.Scaffold")
    return scaffold or Scaffold()
