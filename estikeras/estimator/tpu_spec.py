"""What a model function that was written for TPUs returns."""

from collections import namedtuple

from estikeras import errors
from estikeras.estimator.hooks.base import SessionRunArgs, SessionRunHook
from estikeras.estimator.spec import EstimatorSpec
from estikeras.public import public

_FIELDS = (
    "mode",
    "predictions",
    "loss",
    "train_op",
    "eval_metrics",
    "export_outputs",
    "scaffold_fn",
    "host_call",
    "training_hooks",
    "evaluation_hooks",
    "prediction_hooks",
)


@public("compat.v1.estimator.tpu.TPUEstimatorSpec")
class TPUEstimatorSpec(namedtuple("TPUEstimatorSpec", _FIELDS)):
    """An EstimatorSpec whose metrics and host calls are functions of tensors.

    Args:
        mode: a value of `ModeKeys`.
        predictions: as in `EstimatorSpec`.
        loss: as in `EstimatorSpec`.
        train_op: as in `EstimatorSpec`.
        eval_metrics: pair of a function that gives a dict of metrics, and its arguments: a list of
            tensors, or a dict of them by the arguments' names; or None.
        export_outputs: as in `EstimatorSpec`.
        scaffold_fn: function that gives a Scaffold, or None.
        host_call: pair of a function that gives what to run in every step, and its arguments; or
            None.
        training_hooks: as in `EstimatorSpec`.
        evaluation_hooks: as in `EstimatorSpec`.
        prediction_hooks: as in `EstimatorSpec`.
    """

    def __new__(
        cls,
        mode,
        predictions=None,
        loss=None,
        train_op=None,
        eval_metrics=None,
        export_outputs=None,
        scaffold_fn=None,
        host_call=None,
        training_hooks=None,
        evaluation_hooks=None,
        prediction_hooks=None,
    ):
        for name, pair in (("eval_metrics", eval_metrics), ("host_call", host_call)):
            if pair is not None:
                _check_call(name, pair)
        return super().__new__(
            cls,
            mode,
            predictions,
            loss,
            train_op,
            eval_metrics,
            export_outputs,
            scaffold_fn,
            host_call,
            tuple(training_hooks or ()),
            tuple(evaluation_hooks or ()),
            tuple(prediction_hooks or ()),
        )

    def as_estimator_spec(self):
        """The EstimatorSpec of the same, which calls the functions."""
        metrics = None if self.eval_metrics is None else _called(self.eval_metrics)
        host = () if self.host_call is None else (_Fetching(_called(self.host_call)),)
        return EstimatorSpec(
            mode=self.mode,
            predictions=self.predictions,
            loss=self.loss,
            train_op=self.train_op,
            eval_metric_ops=metrics,
            export_outputs=self.export_outputs,
            scaffold=None if self.scaffold_fn is None else self.scaffold_fn(),
            training_hooks=(*self.training_hooks, *host),
            evaluation_hooks=(*self.evaluation_hooks, *host),
            prediction_hooks=(*self.prediction_hooks, *host),
        )


def _check_call(name, pair):
    fits = (
        isinstance(pair, tuple | list)
        and len(pair) == 2
        and callable(pair[0])
        and isinstance(pair[1], tuple | list | dict)
    )
    if not fits:
        raise errors.wrong_type(
            name, got=pair, expected="a pair of a function and a list or dict of tensors"
        )


def _called(pair):
    function, tensors = pair
    return function(**tensors) if isinstance(tensors, dict) else function(*tensors)


class _Fetching(SessionRunHook):
    """Lets things be run in every step."""

    def __init__(self, things):
        self._things = things

    def before_run(self, run_context):
        return SessionRunArgs(self._things)
