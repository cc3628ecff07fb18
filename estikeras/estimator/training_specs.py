"""What `train_and_evaluate` is told of training and of evaluation."""

from collections import namedtuple

from estikeras import errors
from estikeras.estimator.exporters import Exporter
from estikeras.estimator.hooks.base import SessionRunHook
from estikeras.estimator.hooks.checkpoint_saver import CheckpointSaverListener
from estikeras.public import public


@public("estimator.TrainSpec")
class TrainSpec(namedtuple("TrainSpec", ["input_fn", "max_steps", "hooks", "saving_listeners"])):
    """How to train.

    Args:
        input_fn: function that returns a Dataset of batches `(features, labels)`, or tensors.
        max_steps: the global step at which training ends; None trains as long as there are data.
        hooks: SessionRunHooks, or None.
        saving_listeners: CheckpointSaverListeners, or None.

    Raises:
        ValueError: for `max_steps` below 1.
        TypeError: for something of another kind.
    """

    def __new__(cls, input_fn, max_steps=None, hooks=None, saving_listeners=None):
        _check_input_fn(input_fn)
        if max_steps is not None and max_steps <= 0:
            raise ValueError(f"Must specify max_steps > 0, given: {max_steps}")
        return super().__new__(
            cls,
            input_fn,
            max_steps,
            _all_of(SessionRunHook, "hooks", hooks),
            _all_of(CheckpointSaverListener, "saving_listeners", saving_listeners),
        )


_FIELDS_OF_EVAL = (
    "input_fn",
    "steps",
    "name",
    "hooks",
    "exporters",
    "start_delay_secs",
    "throttle_secs",
)


@public("estimator.EvalSpec")
class EvalSpec(namedtuple("EvalSpec", _FIELDS_OF_EVAL)):
    """How to evaluate, and what to export.

    Args:
        input_fn: function that returns a Dataset of batches `(features, labels)`, or tensors.
        steps: how many batches to take; None for all.
        name: name of the evaluation, or None.
        hooks: SessionRunHooks, or None.
        exporters: Exporters with names of their own, or one, or None.
        start_delay_secs: how many seconds an evaluator, a process of its own, waits at first.
        throttle_secs: from one evaluation's beginning to the next one's are at least so many
            seconds; checkpoints between are not evaluated, but the last one of a training is.

    Raises:
        ValueError: for numbers out of range, and exporters without names of their own.
        TypeError: for something of another kind.
    """

    def __new__(
        cls,
        input_fn,
        steps=100,
        name=None,
        hooks=None,
        exporters=None,
        start_delay_secs=120,
        throttle_secs=600,
    ):
        _check_input_fn(input_fn)
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"`name` must be string, given: {name!r}")
        for argument, seconds in (
            ("start_delay_secs", start_delay_secs),
            ("throttle_secs", throttle_secs),
        ):
            if seconds < 0:
                raise ValueError(f"Must specify {argument} >= 0, given: {seconds}")
        return super().__new__(
            cls,
            input_fn,
            steps,
            name,
            _all_of(SessionRunHook, "hooks", hooks),
            _checked_exporters(exporters),
            start_delay_secs,
            throttle_secs,
        )


def _check_input_fn(input_fn):
    if not callable(input_fn):
        raise TypeError(
            f"`input_fn` must be callable, given: {input_fn!r}. Give the function, not its result."
        )


def _all_of(kind, name, things):
    """The things as a tuple, all of one kind."""
    things = tuple(things or ())
    for thing in things:
        if not isinstance(thing, kind):
            raise TypeError(
                f"All {name} must be `{kind.__name__}` instances, given: {thing!r} of type "
                f"{type(thing).__name__}."
            )
    return things


def _checked_exporters(exporters):
    """The exporters as a tuple; each has a name of its own."""
    if not exporters:
        return ()
    given = exporters
    exporters = (exporters,) if isinstance(exporters, Exporter) else exporters
    try:
        exporters = tuple(exporters)
    except TypeError:
        exporters = (None,)
    if not all(isinstance(exporter, Exporter) for exporter in exporters):
        raise TypeError(
            f"`exporters` must be an Exporter, an iterable of Exporter, or `None`, found {given!r}."
        )
    names = [exporter.name for exporter in exporters]
    for name in names:
        if not name or not isinstance(name, str):
            raise errors.invalid(
                "exporters", got=names, expected="a name for each, a string that is not empty"
            )
    if len(set(names)) < len(names):
        raise ValueError(f"`exporters` must have unique names. All exporter names: {names}")
    return exporters
