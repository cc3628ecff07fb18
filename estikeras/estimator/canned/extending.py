"""Estimators with more metrics than their heads have, and functions that give logits."""

import inspect

from estikeras import errors
from estikeras.engine.tensor import Tensor
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.public import public

_ARGUMENTS = ("features", "labels", "predictions", "config")


@public("estimator.add_metrics")
def add_metrics(estimator, metric_fn):
    """An Estimator that measures more when it evaluates.

    Args:
        estimator: an `Estimator`.
        metric_fn: function of any of `features`, `labels`, `predictions` and `config` to a dict of
            metrics, as in `EstimatorSpec`; one that has the name of a metric of the estimator takes
            its place.

    Returns:
        An `Estimator` with the same `model_dir` and config.

    Raises:
        ValueError: for a function of other arguments.

    Example:
        >>> def metrics(labels, predictions):
        ...     error = keras.metrics.MeanAbsoluteError()
        ...     error.update_state(labels, predictions["predictions"])
        ...     return {"error": error}
        >>> add_metrics(model, metrics).evaluate(input_fn)["error"]
        0.25
    """
    takes = tuple(inspect.signature(metric_fn).parameters)
    if not set(takes) <= set(_ARGUMENTS):
        raise errors.invalid(
            "metric_fn",
            got=f"a function of {takes}",
            expected=f"a function of arguments among {_ARGUMENTS}",
        )

    def model_fn(features, labels, mode, config):
        spec = estimator.model_fn(features, labels, mode, config)
        if mode != ModeKeys.EVAL:
            return spec
        given = dict(zip(_ARGUMENTS, (features, labels, spec.predictions, config), strict=True))
        more = metric_fn(**{name: given[name] for name in takes})
        return spec._replace(eval_metric_ops={**spec.eval_metric_ops, **more})

    warm_start_from = estimator._warm_start_from
    return Estimator(
        model_fn, estimator.model_dir, estimator.config, warm_start_from=warm_start_from
    )


@public("estimator.experimental.call_logit_fn")
def call_logit_fn(logit_fn, features, mode, params, config):
    """What a function of features gives as logits.

    Args:
        logit_fn: function of `features` and any of `mode`, `params` and `config`.
        features: dict of tensors.
        mode: one of `ModeKeys`.
        params: dict of hyperparameters.
        config: a `RunConfig`.

    Returns:
        A tensor, or a dict of tensors by name.

    Raises:
        ValueError: if the function gives something else.
    """
    given = {"mode": mode, "params": params, "config": config}
    takes = inspect.signature(logit_fn).parameters
    logits = logit_fn(features=features, **{k: v for k, v in given.items() if k in takes})
    parts = logits if isinstance(logits, dict) else {"logits": logits}
    if not all(isinstance(k, str) and isinstance(v, Tensor) for k, v in parts.items()):
        raise errors.invalid(
            "what `logit_fn` gives", got=logits, expected="a tensor, or a dict of tensors by name"
        )
    return logits
