"""When `train_and_evaluate` writes SavedModels: at the end, after each evaluation, or the best."""

import abc
import inspect
import logging
import warnings
from pathlib import Path

from estikeras import errors
from estikeras.estimator.garbage_collection import exports_in, keep_latest
from estikeras.formats import events
from estikeras.public import public

_log = logging.getLogger("estikeras")
_LOSS = "loss"
_STEP = "global_step"
_COMPARED = ("best_eval_result", "current_eval_result")


@public("estimator.Exporter")
class Exporter(abc.ABC):
    """What `EvalSpec(exporters=...)` takes."""

    @property
    @abc.abstractmethod
    def name(self):
        """Name of the folder under `model_dir/export` that exports are written to."""

    @abc.abstractmethod
    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Export, or do not. On several ranks the chief alone is asked to.

        Args:
            estimator: the Estimator.
            export_path: str, the folder for all exports of this exporter.
            checkpoint_path: str, the checkpoint that was evaluated.
            eval_result: dict, what the evaluation gave.
            is_the_final_export: whether training has reached `max_steps`; never so without them.

        Returns:
            Path of what was written; None where nothing was.
        """


class _SavedModelExporter(Exporter):
    """Writes a SavedModel each time.

    Args:
        name: str.
        serving_input_receiver_fn: function that gives a ServingInputReceiver.
        assets_extra: dict from a path under `assets.extra` to a file to copy there, or None.
        as_text: whether the graph is written as text.
    """

    def __init__(self, name, serving_input_receiver_fn, assets_extra=None, as_text=False):
        self._name, self._serving_input_receiver_fn = name, serving_input_receiver_fn
        self._assets_extra, self._as_text = assets_extra, as_text

    @property
    def name(self):
        """What was given."""
        return self._name

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Export."""
        return estimator.export_saved_model(
            export_path,
            self._serving_input_receiver_fn,
            assets_extra=self._assets_extra,
            as_text=self._as_text,
            checkpoint_path=checkpoint_path,
        )


class _Choosing(Exporter):
    """Chooses when a SavedModel is written, and which stay.

    Its attributes have the names of the reference: classes of users that derive from exporters
    read them.
    """

    def __init__(
        self,
        name,
        serving_input_receiver_fn,
        assets_extra=None,
        as_text=False,
        exports_to_keep=None,
    ):
        if exports_to_keep is not None and exports_to_keep <= 0:
            raise errors.invalid(
                "exports_to_keep", got=exports_to_keep, expected="a positive number, or None"
            )
        self._name, self._exports_to_keep = name, exports_to_keep
        self._saved_model_exporter = _SavedModelExporter(
            name, serving_input_receiver_fn, assets_extra, as_text
        )

    @property
    def name(self):
        """What was given."""
        return self._name

    def _garbage_collect_exports(self, export_dir_base):
        keep_latest(export_dir_base, self._exports_to_keep)


@public("estimator.FinalExporter")
class FinalExporter(_Choosing):
    """Exports once, when training has reached `max_steps`.

    Args:
        name: str, name of the folder under `model_dir/export`.
        serving_input_receiver_fn: function of no arguments that gives a ServingInputReceiver.
        assets_extra: dict from a path under `assets.extra` to a file to copy there, or None.
        as_text: whether the graph is written as text.
    """

    def __init__(self, name, serving_input_receiver_fn, assets_extra=None, as_text=False):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Export at the end; None before."""
        if not is_the_final_export:
            return None
        _log.info("Performing the final export in the end of training.")
        return self._saved_model_exporter.export(
            estimator, export_path, checkpoint_path, eval_result, is_the_final_export
        )


@public("estimator.LatestExporter")
class LatestExporter(_Choosing):
    """Exports after each evaluation, and removes old exports.

    Args:
        name: str, name of the folder under `model_dir/export`.
        serving_input_receiver_fn: function of no arguments that gives a ServingInputReceiver.
        assets_extra: dict from a path under `assets.extra` to a file to copy there, or None.
        as_text: whether the graph is written as text.
        exports_to_keep: how many stay; None keeps all.

    Raises:
        ValueError: if `exports_to_keep` is not above 0.
    """

    def __init__(
        self, name, serving_input_receiver_fn, assets_extra=None, as_text=False, exports_to_keep=5
    ):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text, exports_to_keep)

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Export, and remove what is too old."""
        written = self._saved_model_exporter.export(
            estimator, export_path, checkpoint_path, eval_result, is_the_final_export
        )
        self._garbage_collect_exports(export_path)
        return written


def _loss_smaller(best_eval_result, current_eval_result):
    """Whether the current loss is the smaller one."""
    for name, result in zip(_COMPARED, (best_eval_result, current_eval_result), strict=True):
        if not result or _LOSS not in result:
            raise ValueError(
                f"{name} cannot be empty or no loss is found in it: {result!r}. Give "
                "`BestExporter(compare_fn=...)` for another metric."
            )
    return best_eval_result[_LOSS] > current_eval_result[_LOSS]


@public("estimator.BestExporter")
class BestExporter(_Choosing):
    """Exports when an evaluation is the best so far, and removes old exports.

    The first evaluation is exported if there is no export yet. A training that was ended and goes
    on looks up in the event files of its evaluations which was the best, and exports better ones
    alone. Without event files it cannot know whether an export that is there is better, and exports
    the first evaluation of each start, as the reference does.

    Args:
        name: str, name of the folder under `model_dir/export`.
        serving_input_receiver_fn: function of no arguments that gives a ServingInputReceiver.
        event_file_pattern: pattern of the event files of evaluations, seen from `model_dir`;
            `eval_NAME/*.tfevents.*` for an `EvalSpec` with a name. With None an exporter
            remembers only what it has exported itself.
        compare_fn: function of `best_eval_result` and `current_eval_result`, dicts of metrics, that
            gives whether the current one is better.
        assets_extra: dict from a path under `assets.extra` to a file to copy there, or None.
        as_text: whether the graph is written as text.
        exports_to_keep: how many stay; None keeps all.

    Raises:
        ValueError: if `compare_fn` has other arguments, or `exports_to_keep` is not above 0.
    """

    def __init__(
        self,
        name="best_exporter",
        serving_input_receiver_fn=None,
        event_file_pattern="eval/*.tfevents.*",
        compare_fn=_loss_smaller,
        assets_extra=None,
        as_text=False,
        exports_to_keep=5,
    ):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text, exports_to_keep)
        self._compare_fn = _checked_compare_fn(compare_fn)
        self._event_file_pattern = event_file_pattern
        self._model_dir, self._best_eval_result, self._has_exported = None, None, False

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Export if the evaluation is the best so far; else None."""
        if self._event_file_pattern and self._model_dir != estimator.model_dir:
            _log.info("Loading best metric from event files.")
            self._model_dir = estimator.model_dir
            self._best_eval_result = self._best_before(eval_result)
            self._has_exported = bool(exports_in(export_path))
        if self._has_exported and not self._is_better(eval_result):
            return None
        _log.info("Performing best model export.")
        self._best_eval_result = eval_result
        written = self._saved_model_exporter.export(
            estimator, export_path, checkpoint_path, eval_result, is_the_final_export
        )
        self._has_exported = True
        self._garbage_collect_exports(export_path)
        return written

    def _is_better(self, result):
        best = self._best_eval_result
        return best is None or self._compare_fn(best_eval_result=best, current_eval_result=result)

    def _best_before(self, current):
        """The best evaluation that event files have; the last one of this step is the current."""
        results = list(_evaluations(self._model_dir, self._event_file_pattern))
        of_step = [k for k, result in enumerate(results) if result[_STEP] == current.get(_STEP)]
        if of_step:
            del results[of_step[-1]]
        best = None
        for result in results:
            if best is None or self._compare_fn(best_eval_result=best, current_eval_result=result):
                best = result
        return best


def _evaluations(folder, pattern):
    """Dicts of the metrics that event files have, one for each evaluation, in their order."""
    for path in sorted(Path(folder).glob(pattern)):
        result = {}
        try:
            for step, tag, _, value in events.read(path):
                if not isinstance(value, float):
                    continue
                if result and (step != result[_STEP] or tag in result):
                    yield result
                    result = {}
                result[tag] = value
                result[_STEP] = step
        except ValueError as error:  # its writer was killed, or is still at it
            warnings.warn(f"The rest of an event file is not read: {error}", stacklevel=2)
        if result:
            yield result


def _checked_compare_fn(compare_fn):
    if compare_fn is None:
        raise ValueError("`compare_fn` must not be None. Leave it out to compare losses.")
    names = set(inspect.signature(compare_fn).parameters)
    missing = [name for name in _COMPARED if name not in names]
    if missing:
        raise ValueError(f"compare_fn ({compare_fn}) must include {missing[0]} argument.")
    if names - set(_COMPARED):
        raise ValueError(
            f"compare_fn ({compare_fn}) has following not expected args: "
            f"{sorted(names - set(_COMPARED))}"
        )
    return compare_fn
