"""model_to_estimator: a compiled Keras model as an Estimator."""

import collections
import copy
import logging
import os
import weakref

from estikeras import errors
from estikeras.compat.global_step import get_or_create_global_step
from estikeras.engine import context, tree
from estikeras.engine.session_graph import session_graph
from estikeras.estimator import restoring
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.export_outputs import DEFAULT_SERVING_KEY, PredictOutput
from estikeras.estimator.heads.training import SCOPE
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.estimator.saving import SessionSaver, keeper_of
from estikeras.estimator.scaffold import Scaffold
from estikeras.estimator.spec import EstimatorSpec
from estikeras.keras.models.functional import Functional
from estikeras.keras.models.model import Model
from estikeras.keras.models.sequential import Sequential
from estikeras.keras.saving.model_files import load_model
from estikeras.ops.tf_control import group
from estikeras.public import public
from estikeras.train.savers import ObjectSaver
from strategies import get_strategy

_log = logging.getLogger("estikeras")
_FORMATS = ("checkpoint", "saver")


@public(
    "keras.estimator.model_to_estimator",
    "estimator.model_to_estimator",
    "compat.v1.keras.estimator.model_to_estimator",
)
def model_to_estimator(
    keras_model=None,
    keras_model_path=None,
    custom_objects=None,
    model_dir=None,
    config=None,
    checkpoint_format="checkpoint",
    metric_names_map=None,
    export_outputs=None,
):
    """An Estimator that trains, evaluates and predicts as a Keras model does.

    The Estimator has a copy of the model, with its weights and the state of its optimizer; what it
    learns is in checkpoints, and the model stays as it is.

    Args:
        keras_model: compiled model, Sequential, functional or subclassed.
        keras_model_path: path of a saved model, in place of `keras_model`.
        custom_objects: dict from names to the user's classes and functions, to load it with.
        model_dir: folder of checkpoints and summaries; None takes that of `config`, else a
            temporary one.
        config: RunConfig, or None.
        checkpoint_format: "checkpoint" for checkpoints by objects
            (`layer_with_weights-0/kernel/...`), "saver" for checkpoints by names.
        metric_names_map: dict from names of the model's metrics to other ones.
        export_outputs: dict from names of outputs to ExportOutputs, beside the default one, that a
            served model answers with.

    Returns:
        An Estimator. Batches of its input_fn are pairs of what the model's inputs and its targets
        are: tensors, or dicts by the names of inputs and outputs.

    Raises:
        ValueError: without a model or with two, and for a model that is not compiled.
    """
    if (keras_model is None) == (keras_model_path is None):
        raise ValueError("model_to_estimator needs one of `keras_model` and `keras_model_path`.")
    if checkpoint_format is not None and checkpoint_format not in _FORMATS:
        raise errors.unknown_name("checkpoint_format", checkpoint_format, _FORMATS)
    if keras_model is None:
        _log.info("Loading models from %s", keras_model_path)
        keras_model = load_model(os.fspath(keras_model_path), custom_objects=custom_objects)
    if getattr(keras_model, "optimizer", None) is None:
        raise ValueError(
            "The given keras model has not been compiled yet. Please compile the model with "
            "`model.compile()` before calling `model_to_estimator()`."
        )
    if type(keras_model).train_step is not Model.train_step:
        raise errors.unsupported(
            "A model with a train_step of its own",
            "Write a model_fn that does this step, and give it to `tf.estimator.Estimator`.",
        )
    model_fn = _KerasModelFunction(
        keras_model, checkpoint_format != "saver", metric_names_map or {}, export_outputs or {}
    )
    return Estimator(model_fn, model_dir=model_dir, config=config)


class _KerasModelFunction:
    """The model function of a Keras model.

    Each session has a copy of the model, all traces of a session the same one.
    """

    def __init__(self, model, by_objects, metric_names, export_outputs):
        self._model, self._by_objects = copy.deepcopy(model), by_objects
        _name_by_layers(self._model, collections.Counter())
        self._metric_names, self._export_outputs = metric_names, export_outputs
        self._copies = weakref.WeakKeyDictionary()

    def __call__(self, features, labels, mode, config):
        step = get_or_create_global_step()
        model = self._copy(step)
        x, weights = _split_weights(features)
        x = _arranged(x, model)
        training = mode == ModeKeys.TRAIN
        y_pred = model(x, training=training) if model._call_has_training else model(x)
        predictions = dict(zip(_names(model, y_pred), tree.flatten(y_pred), strict=True))
        loss = train_op = None
        metrics = {}
        if mode != ModeKeys.PREDICT:
            loss = model.compute_loss(x, labels, y_pred, weights, training)
        if training:
            train_op = _train_op(model, loss, step)
        elif mode == ModeKeys.EVAL and model._compile_metrics is not None:
            with session_graph().action("update_metrics") as update:
                model.compute_metrics(x, labels, y_pred, weights)
            metrics = {
                self._metric_names.get(name, name): (metric.result(), update)
                for name, metric in model._compile_metrics.named_metrics
            }
        return EstimatorSpec(
            mode,
            predictions=predictions,
            loss=loss,
            train_op=train_op,
            eval_metric_ops=metrics,
            export_outputs={DEFAULT_SERVING_KEY: PredictOutput(predictions), **self._export_outputs}
            if mode == ModeKeys.PREDICT
            else None,
            scaffold=self._scaffold(model, step, config),
        )

    def _copy(self, step):
        session = context.current.variables
        if session not in self._copies:
            model = self._copies[session] = copy.deepcopy(self._model)
            with context.init_scope():
                model.reset_metrics()
            restoring.share([*model.variables, *model.optimizer.variables], get_strategy())
        model = self._copies[session]
        own = model.optimizer._iterations
        if own.identity == step.identity or not own.buffer:  # else it goes on counting from there
            model.optimizer.iterations = step
        model.optimizer._outer_scope = SCOPE
        return model

    def _scaffold(self, model, step, config):
        if not self._by_objects:
            return Scaffold()
        saver = ObjectSaver(model, {"estimator_global_step": step})
        return Scaffold(saver=SessionSaver(saver, keeper_of(config, config.model_dir)))


def _name_by_layers(model, seen):
    """Call variables as Keras 2's copies of models do: by their layers, without the names of models
    around these.
    """
    if isinstance(model, Sequential):
        model._names_layers_alone = True  # if it is built later
    if not isinstance(model, Sequential | Functional):
        return
    for layer in model.layers:
        if isinstance(layer, Model):
            _name_by_layers(layer, seen)
            continue
        count, seen[layer.name] = seen[layer.name], seen[layer.name] + 1
        name = f"{layer.name}_{count}" if count else layer.name
        for variable in layer.variables:
            if variable.path.startswith(f"{layer.path}/"):
                variable._path = name + variable.path.removeprefix(layer.path)


def _train_op(model, loss, step):
    """One step of the model's optimizer, which also counts the Estimator's steps."""
    variables = model.trainable_variables
    scaled = model.optimizer.scale_loss(loss)
    gradients = session_graph().tape.gradient(scaled, variables)
    with context.scope(names=((SCOPE, None),)):
        train_op = model.optimizer.apply_gradients(list(zip(gradients, variables, strict=True)))
    if model.optimizer._iterations is step:
        return train_op
    with session_graph().action("count") as counted:
        step.assign_add(1)
    return group(train_op, counted)


def _split_weights(features):
    """Features and sample weights, which come as `{"features": ..., "sample_weights": ...}`."""
    if isinstance(features, dict) and set(features) == {"features", "sample_weights"}:
        return features["features"], features["sample_weights"]
    return features, None


def _arranged(features, model):
    """Features in the form that a model takes.

    Raises:
        KeyError: for a name of no input, or an input without features.
    """
    if isinstance(model, Sequential) and isinstance(features, dict) and len(features) == 1:
        return next(iter(features.values()))
    if not isinstance(features, dict) or not isinstance(model, Functional):
        return features
    names = model._names_of_inputs()
    wrong = sorted(set(features) ^ set(names))
    if wrong:
        raise KeyError(
            f"The features {sorted(features)} are not the inputs of the model, {sorted(names)}: "
            f"{wrong} are in one of them only. Name the keys of input_fn's dict as the model's "
            "inputs."
        )
    if isinstance(model._inputs_struct, dict):
        return features
    return features[names[0]] if len(names) == 1 else [features[name] for name in names]


def _names(model, y_pred):
    """The names of the model's outputs."""
    names = getattr(model, "output_names", None)
    outputs = tree.flatten(y_pred)
    if names is None and isinstance(model, Sequential):
        names = [model.layers[-1].name]
    if names is not None and len(names) == len(outputs):
        return names
    if isinstance(y_pred, dict):
        return sorted(y_pred)
    return [f"output_{k}" for k in range(1, len(outputs) + 1)]
