"""Estimator: a model that is given by a function, with its training state in a folder."""

import copy
import itertools
import logging
import os
import tempfile

from estikeras import errors, train
from estikeras.compat.global_step import get_or_create_global_step
from estikeras.estimator import evaluation, prediction, training_steps
from estikeras.estimator.calling import Inputs, call_model_fn, check_model_fn
from estikeras.estimator.hooks.base import SessionRunHook
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.estimator.run_config import RunConfig
from estikeras.estimator.session import Session
from estikeras.estimator.steps import some_steps
from estikeras.estimator.warm_start import settings_of
from estikeras.ops.seeds import seeded
from estikeras.public import public

_log = logging.getLogger("estikeras")


@public("estimator.Estimator", "compat.v1.estimator.Estimator")
class Estimator:
    """Trains, evaluates, predicts with and exports a model.

    Args:
        model_fn: function of `features`, and some of `labels`, `mode`, `params` and `config`, that
            makes the model and returns an EstimatorSpec.
        model_dir: folder of checkpoints and summaries, from which training goes on; None takes
            that of `config`, else a temporary one.
        config: RunConfig, or None.
        params: dict or any other object, of which `model_fn` gets a copy; None for an empty dict.
        warm_start_from: WarmStartSettings, or the path of a checkpoint or SavedModel, from which
            variables get their first values.

    Raises:
        ValueError: for a `model_fn` with other arguments, or two different folders.
        TypeError: for other things than a RunConfig.
    """

    def __init__(self, model_fn, model_dir=None, config=None, params=None, warm_start_from=None):
        check_model_fn(model_fn, params)
        self._config = _with_folder(config, model_dir)
        self._model_dir = self._config.model_dir
        self._params = copy.deepcopy(params or {})
        self._model_fn, self._warm_start_from = model_fn, settings_of(warm_start_from)
        _log.info("Using config: %s", vars(self._config))

    @property
    def model_dir(self):
        """The folder of checkpoints and summaries."""
        return self._model_dir

    @property
    def config(self):
        """The RunConfig, a copy."""
        return copy.deepcopy(self._config)

    @property
    def params(self):
        """The parameters of the model function, a copy."""
        return copy.deepcopy(self._params)

    @property
    def model_fn(self):
        """The model function as `(features, labels, mode, config) -> EstimatorSpec`."""

        def public_model_fn(features, labels, mode, config):
            return self._call_model_fn(features, labels, mode, config)

        return public_model_fn

    def eval_dir(self, name=None):
        """The folder of the summaries of an evaluation.

        Args:
            name: name of the evaluation, or None.
        """
        return os.path.join(self._model_dir, f"eval_{name}" if name else "eval")  # noqa: PTH118

    def latest_checkpoint(self):
        """The path of the last checkpoint, or None."""
        return train.latest_checkpoint(self._model_dir)

    def get_variable_names(self):
        """The names of the variables in the last checkpoint, a list.

        Raises:
            ValueError: if the model was not trained.
        """
        self._check_trained()
        return [name for name, _ in train.list_variables(self._model_dir)]

    def get_variable_value(self, name):
        """The value of a variable in the last checkpoint, a NumPy array.

        Args:
            name: str.

        Raises:
            ValueError: if the model was not trained.
        """
        self._check_trained()
        return train.load_variable(self._model_dir, name)

    def train(self, input_fn, hooks=None, steps=None, max_steps=None, saving_listeners=None):
        """Train from the last checkpoint on, or from the beginning.

        Args:
            input_fn: function that returns a Dataset of batches `(features, labels)`, or tensors.
            hooks: SessionRunHooks, or None.
            steps: how many steps to do; None for as long as there are data.
            max_steps: up to which step to train, over all calls; not together with `steps`.
            saving_listeners: CheckpointSaverListeners, or None.

        Returns:
            The Estimator.

        Raises:
            ValueError: for both `steps` and `max_steps`, and numbers below 1.
            NanLossDuringTrainingError: when the loss is no number.
        """
        if steps is not None and max_steps is not None:
            raise ValueError("train() takes `steps` or `max_steps`, got both.")
        steps, max_steps = some_steps("steps", steps), some_steps("max_steps", max_steps)
        hooks = _checked("hooks", hooks, SessionRunHook)
        loss = training_steps.run(self, input_fn, hooks, steps, max_steps, saving_listeners or ())
        if loss is not training_steps.SKIPPED:
            _log.info("Loss for final step: %s.", loss)
        return self

    def evaluate(self, input_fn, steps=None, hooks=None, checkpoint_path=None, name=None):
        """Compute the metrics of a checkpoint, and write them as summaries into `eval_dir(name)`.

        Args:
            input_fn: function that returns a Dataset of batches `(features, labels)`, or tensors.
            steps: how many batches to take; None for all.
            hooks: SessionRunHooks, or None.
            checkpoint_path: path of the checkpoint, None for the last one.
            name: name of the evaluation, or None.

        Returns:
            Dict from the names of metrics, `loss` and `global_step` to NumPy values.

        Raises:
            ValueError: for `steps` below 1, or no data.
        """
        steps = some_steps("steps", steps)
        hooks = _checked("hooks", hooks, SessionRunHook)
        return evaluation.run(self, input_fn, steps, hooks, checkpoint_path, name)

    def predict(
        self,
        input_fn,
        predict_keys=None,
        hooks=None,
        checkpoint_path=None,
        yield_single_examples=True,
    ):
        """Predict with a checkpoint.

        Args:
            input_fn: function that returns a Dataset of batches of features, or tensors; labels are
                left out.
            predict_keys: names of the predictions to give, None for all.
            hooks: SessionRunHooks, or None.
            checkpoint_path: path of the checkpoint, None for the last one.
            yield_single_examples: whether to give the predictions one by one and not in batches.

        Yields:
            For each example (or batch) the predictions, a dict of NumPy values by name.

        Raises:
            ValueError: if no name of `predict_keys` is there, or batches cannot be taken apart.
        """
        hooks = _checked("hooks", hooks, SessionRunHook)
        return prediction.run(
            self, input_fn, predict_keys, hooks, checkpoint_path, yield_single_examples
        )

    def export_saved_model(
        self,
        export_dir_base,
        serving_input_receiver_fn,
        assets_extra=None,
        as_text=False,
        checkpoint_path=None,
        experimental_mode=ModeKeys.PREDICT,
    ):
        """Write a SavedModel, as TensorFlow Serving takes it, into a new folder named by the time.

        Args:
            export_dir_base: path of the folder in which the new folder is made.
            serving_input_receiver_fn: function of no arguments that gives a ServingInputReceiver.
            assets_extra: dict from paths below the SavedModel's `assets.extra` to files to copy.
            as_text: must be False.
            checkpoint_path: path of the checkpoint, None for the last one.
            experimental_mode: must be PREDICT.

        Returns:
            The path of the new folder, bytes.

        Raises:
            ValueError: if the model was not trained, or has no export outputs that can be served.
            NotImplementedError: for text, other modes, and what has no counterpart in TensorFlow.
        """
        if as_text:
            raise errors.unsupported("as_text=True", "Read it with `saved_model_cli show`.")
        if experimental_mode != ModeKeys.PREDICT:
            raise errors.unsupported(
                f"Exporting for the mode {experimental_mode!r}",
                "Export for PREDICT, and evaluate and train from the checkpoint.",
            )
        from estikeras.estimator import exporting  # noqa: PLC0415  0.1 s, and few scripts export

        return exporting.run(
            self, export_dir_base, serving_input_receiver_fn, assets_extra, checkpoint_path
        )

    def export_savedmodel(
        self,
        export_dir_base,
        serving_input_receiver_fn=None,
        assets_extra=None,
        as_text=False,
        checkpoint_path=None,
        strip_default_attrs=False,
    ):
        """TensorFlow 1's name of `export_saved_model`.

        Args:
            export_dir_base: as for `export_saved_model`.
            serving_input_receiver_fn: as for `export_saved_model`.
            assets_extra: as for `export_saved_model`.
            as_text: must be False.
            checkpoint_path: as for `export_saved_model`.
            strip_default_attrs: a bool; attributes with default values are left out in any case,
                which readers fill in.

        Returns:
            The path of the new folder, bytes.

        Raises:
            ValueError: as `export_saved_model` does.
            NotImplementedError: as `export_saved_model` does.
        """
        return self.export_saved_model(
            export_dir_base, serving_input_receiver_fn, assets_extra, as_text, checkpoint_path
        )

    def experimental_export_all_saved_models(
        self,
        export_dir_base,
        input_receiver_fn_map,
        assets_extra=None,
        as_text=False,
        checkpoint_path=None,
    ):
        """Write a SavedModel for several modes, of which there is PREDICT.

        Args:
            export_dir_base: as for `export_saved_model`.
            input_receiver_fn_map: dict from a mode to a function that gives its receiver.
            assets_extra: as for `export_saved_model`.
            as_text: must be False.
            checkpoint_path: as for `export_saved_model`.

        Returns:
            The path of the new folder, bytes.

        Raises:
            ValueError: without a mode, and as `export_saved_model` does.
            NotImplementedError: for other modes than PREDICT, and text.
        """
        if not input_receiver_fn_map:
            raise errors.invalid(
                "input_receiver_fn_map", got=input_receiver_fn_map, expected="a dict with PREDICT"
            )
        path = None
        for mode, receiver_fn in sorted(input_receiver_fn_map.items()):
            path = self.export_saved_model(
                export_dir_base, receiver_fn, assets_extra, as_text, checkpoint_path, mode
            )
        return path

    # What the parts of this package need.

    def _params_in(self, mode):
        """What `input_fn` and `model_fn` get as `params` in a session of a mode."""
        return self.params

    def _call_model_fn(self, features, labels, mode, config=None, params=None):
        params = self.params if params is None else params
        return call_model_fn(self._model_fn, features, labels, mode, params, config or self.config)

    def _take_folder_of_chief(self, strategy):
        """Let all ranks have the folder in which the chief writes. Scripts for other launchers give
        one to the chief alone.
        """
        model_dir = strategy.bcast(self._model_dir)
        if model_dir != self._model_dir:
            _log.info("Using the model directory of the chief: %s", model_dir)
            self._config = self._config.replace(model_dir=model_dir)
            self._model_dir = model_dir

    def _session(self, input_fn, mode, strategy=None, extend=lambda spec: {}):
        """The Session of a mode, for what `input_fn` gives. What it has built is the EstimatorSpec
        and what `extend` makes of it in the graph, a dict.
        """
        inputs = Inputs(
            input_fn,
            mode != ModeKeys.PREDICT,
            mode=mode,
            params=self._params_in(mode),
            config=self.config,
        )

        calls = itertools.count()

        def build(batch):
            get_or_create_global_step()
            again = " again, for a batch of another size" if next(calls) else ""
            _log.info("Calling model_fn%s.", again)
            spec = self._call_model_fn(*batch, mode, params=self._params_in(mode))
            _log.info("Done calling model_fn.")
            return spec, extend(spec)

        with seeded(self._config.tf_random_seed):
            return Session(inputs, build, strategy)

    def _check_trained(self):
        if self.latest_checkpoint() is None:
            raise ValueError(f"Could not find trained model in model_dir: {self._model_dir}.")


def _with_folder(config, model_dir):
    """A RunConfig whose folder is known.

    Raises:
        ValueError: if two different folders are given.
        TypeError: if `config` is no RunConfig.
    """
    if config is None:
        config = RunConfig()
        _log.info("Using default config.")
    if not isinstance(config, RunConfig):
        raise errors.wrong_type("config", got=config, expected="a RunConfig")
    model_dir = None if model_dir is None else os.fspath(model_dir)
    if model_dir is not None and config.model_dir not in (None, model_dir):
        raise errors.invalid(
            "model_dir",
            got=model_dir,
            expected=f"the folder of `config`, {config.model_dir!r}, or None",
        )
    model_dir = model_dir or config.model_dir
    if model_dir is None:
        model_dir = tempfile.mkdtemp()
        _log.warning("Using temporary folder as model directory: %s", model_dir)
    return (
        copy.copy(config) if config.model_dir == model_dir else config.replace(model_dir=model_dir)
    )


def _checked(name, things, kind):
    if things is not None and not isinstance(things, list | tuple):
        raise errors.wrong_type(name, got=things, expected=f"a list of {kind.__name__}s")
    things = list(things or ())
    for thing in things:
        if not isinstance(thing, kind):
            raise errors.wrong_type(name, got=thing, expected=f"a list of {kind.__name__}s")
    return things
