"""TrainSpec and EvalSpec: defaults and checks."""

import pytest

from estikeras import estimator


def input_fn():
    """Never called here."""


class Named(estimator.Exporter):
    """An exporter of any name."""

    def __init__(self, name):
        self.given = name

    @property
    def name(self):
        """What was given."""
        return self.given

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Never called here."""


def test_defaults_of_specs_are_the_reference_s():
    assert estimator.TrainSpec(input_fn) == (input_fn, None, (), ())
    assert estimator.EvalSpec(input_fn) == (input_fn, 100, None, (), (), 120, 600)


def test_one_exporter_needs_no_list():
    exporter = Named("mine")
    assert estimator.EvalSpec(input_fn, exporters=exporter).exporters == (exporter,)
    assert estimator.EvalSpec(input_fn, exporters=iter([exporter])).exporters == (exporter,)


WRONG = {
    "max_steps": ("TrainSpec", {"max_steps": 0}, ValueError, "Must specify max_steps > 0"),
    "hooks": ("TrainSpec", {"hooks": [print]}, TypeError, "must be `SessionRunHook` instances"),
    "listeners": (
        "TrainSpec",
        {"saving_listeners": [print]},
        TypeError,
        "must be `CheckpointSaverListener` instances",
    ),
    "train data": ("TrainSpec", {"input_fn": 1}, TypeError, "`input_fn` must be callable"),
    "eval data": ("EvalSpec", {"input_fn": 1}, TypeError, "`input_fn` must be callable"),
    "steps": ("EvalSpec", {"steps": 0}, ValueError, "Must specify steps > 0"),
    "name": ("EvalSpec", {"name": 1}, TypeError, "`name` must be string"),
    "eval hooks": ("EvalSpec", {"hooks": [print]}, TypeError, "must be `SessionRunHook`"),
    "delay": ("EvalSpec", {"start_delay_secs": -1}, ValueError, "start_delay_secs >= 0"),
    "throttle": ("EvalSpec", {"throttle_secs": -1}, ValueError, "throttle_secs >= 0"),
    "exporter": ("EvalSpec", {"exporters": [print]}, TypeError, "must be an Exporter, an iter"),
    "exporters": ("EvalSpec", {"exporters": 1}, TypeError, "must be an Exporter, an iterable"),
    "no name": ("EvalSpec", {"exporters": Named("")}, ValueError, "a name for each"),
    "odd name": ("EvalSpec", {"exporters": Named(1)}, ValueError, "a name for each"),
    "same name": (
        "EvalSpec",
        {"exporters": [Named("a"), Named("a")]},
        ValueError,
        "must have unique names",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_spec_is_an_error(name):
    kind, arguments, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        getattr(estimator, kind)(**{"input_fn": input_fn, **arguments})
