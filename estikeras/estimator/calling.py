"""How the user's input_fn and model_fn are called, and what they may return."""

import functools
import inspect

from estikeras import errors
from estikeras.data.dataset import Dataset
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import TraceError, ValueTraceError
from estikeras.estimator.spec import EstimatorSpec
from estikeras.estimator.tpu_spec import TPUEstimatorSpec

_ARGUMENTS_OF_MODEL = ("features", "labels", "mode", "params", "config", "self")


def arguments_of(function):
    """The names of the arguments of a function; not those that `functools.partial` has set, nor
    `*args` and `**kwargs`.
    """
    parameters = inspect.signature(function).parameters
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    given = function.keywords if isinstance(function, functools.partial) else ()
    return tuple(
        name for name, p in parameters.items() if p.kind not in several and name not in given
    )


def check_model_fn(model_fn, params):
    """Refuse a model function whose arguments are not known.

    Raises:
        ValueError: naming them.
    """
    if not callable(model_fn):
        raise errors.wrong_type("model_fn", got=model_fn, expected="a function")
    names = arguments_of(model_fn)
    if "features" not in names:
        raise errors.invalid(
            "model_fn", got=f"a function of {names}", expected="an argument `features`"
        )
    if params is not None and "params" not in names:
        raise errors.invalid(
            "model_fn",
            got=f"a function of {names}",
            expected="an argument `params`, since the Estimator was given params",
        )
    unknown = sorted(set(names) - set(_ARGUMENTS_OF_MODEL))
    if unknown:
        raise errors.invalid(
            "model_fn",
            got=f"a function of {unknown}",
            expected="arguments among features, labels, mode, params and config",
        )


def call_model_fn(model_fn, features, labels, mode, params, config):
    """What a model function returns for the tensors of a batch.

    Raises:
        ValueError: if it does not take labels that there are, or returns no EstimatorSpec.
    """
    names = arguments_of(model_fn)
    given = {"labels": labels, "mode": mode, "params": params, "config": config}
    if "labels" not in names and labels is not None:
        raise ValueError(
            "model_fn does not take labels, but input_fn gives labels. Add the argument `labels`, "
            "or let input_fn return features alone."
        )
    try:
        spec = model_fn(features=features, **{k: v for k, v in given.items() if k in names})
    except ValueTraceError as error:
        raise TraceError(
            "model_fn asked for the value of a tensor, which has one only when steps are run. In "
            "place of Python's `if`, choose by `tf.cond` or `tf.where(condition, x, y)`; what "
            "needs Python or NumPy belongs in input_fn, as `dataset.map`."
        ) from error
    if isinstance(spec, TPUEstimatorSpec):
        spec = spec.as_estimator_spec()
    if not isinstance(spec, EstimatorSpec):
        raise ValueError(
            f"model_fn should return an EstimatorSpec, got {type(spec).__name__}: {spec!r}."
        )
    if spec.mode != mode:
        raise ValueError(
            f"model_fn was called for the mode {mode!r} and returned an EstimatorSpec for "
            f"{spec.mode!r}. Give it the `mode` that model_fn was called with."
        )
    return spec


class Inputs:
    """What an input function gives, as tensors of the graph that is being traced.

    Args:
        input_fn: function of some of mode, params and config. It returns a Dataset, or tensors: of
            an iterator's `get_next()`, or constants, which are the same in every step.
        has_labels: whether a pair is features and labels; else a pair's second part is left out.
        **given: what it may be called with.
    """

    def __init__(self, input_fn, has_labels=True, **given):
        if not callable(input_fn):
            raise errors.wrong_type("input_fn", got=input_fn, expected="a function")
        names = arguments_of(input_fn)
        self._call = lambda: input_fn(**{k: v for k, v in given.items() if k in names})
        self._has_labels, self._dataset = has_labels, None

    def __call__(self):
        """Features and labels, a pair; labels may be None."""
        made = self._dataset or self._call()
        if isinstance(made, Dataset):
            self._dataset = made
            made = session_graph().next_elements(made)
        if isinstance(made, tuple | list):
            if not self._has_labels:
                return made[0], None
            if len(made) != 2:
                raise ValueError(
                    "input_fn should return (features, labels) as a tuple of length 2, or a "
                    f"Dataset of such; got {len(made)} parts."
                )
            return tuple(made)
        return made, None
