"""How an Estimator is exported: its model function traced for a served model's inputs."""

import logging
import os
import shutil
import time
from pathlib import Path

import strategies
from estikeras import errors, train
from estikeras.compat.global_step import get_or_create_global_step
from estikeras.engine.session_graph import SessionGraph
from estikeras.engine.variable_store import VariableStore
from estikeras.estimator import saving
from estikeras.estimator.export_outputs import DEFAULT_SERVING_KEY, PredictOutput
from estikeras.estimator.garbage_collection import exports_in
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.export.saved_model.traced import (
    NotesScopes,
    Signature,
    Traced,
    stand_in_length,
)
from estikeras.export.saved_model.writer import write
from estikeras.formats import atomic
from estikeras.keras.models.export import scope_path
from strategies import context

_log = logging.getLogger("estikeras")


def run(estimator, folder, receiver_fn, assets_extra, checkpoint_path):
    """Export for serving; see `Estimator.export_saved_model`."""
    if receiver_fn is None:
        raise errors.invalid(
            "serving_input_receiver_fn",
            got=None,
            expected="a function such as `build_parsing_serving_input_receiver_fn` gives",
        )
    checkpoint_path = checkpoint_path or train.latest_checkpoint(estimator.model_dir)
    if checkpoint_path is None:
        raise ValueError(f"Couldn't find trained model at {estimator.model_dir}.")
    target = _timestamped(folder)
    alone = strategies.OneDeviceStrategy()  # one rank exports
    with context.scope(alone), atomic.replacing_folder(target) as beside:
        write(beside, _Tracing(estimator, receiver_fn, checkpoint_path))
        for name, source in (assets_extra or {}).items():
            place = beside / "assets.extra" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    _log.info("SavedModel written to: %s", target / "saved_model.pb")
    return os.fsencode(target)


class _Tracing:
    """Traces a model function for the batches that a served model gets.

    Args:
        estimator: the Estimator.
        receiver_fn: function of no arguments that gives a ServingInputReceiver.
        checkpoint_path: path of the checkpoint with the variables' values.
    """

    def __init__(self, estimator, receiver_fn, checkpoint_path):
        self._estimator, self._receiver_fn = estimator, receiver_fn
        self._checkpoint, self._store, self._names = checkpoint_path, VariableStore(), None

    def __call__(self, batch):
        graph = _ScopedSessionGraph(
            scope=scope_path,
            unknown_size=lambda axis: stand_in_length(batch, axis - 1) if axis else batch,
        )
        with self._store.tracing(), graph.tracing():
            receiver = self._receiver_fn()
            get_or_create_global_step()
            spec = self._estimator._call_model_fn(receiver.features, None, ModeKeys.PREDICT)
        signatures = _signatures(spec, receiver)
        if self._names is None:
            self._restore(graph, spec)
            _tell(signatures, left_out=sorted(set(spec.export_outputs) - set(signatures)))
        return Traced(graph, signatures, self._names)

    def _restore(self, graph, spec):
        saver = spec.scaffold.saver or saving.saver_of(
            graph, self._store, self._estimator.config, self._estimator.model_dir
        )
        saver.restore(None, self._checkpoint)
        named, _ = saving.named_variables(graph, self._store)
        self._names = {variable: name for name, variable in named.items()}


class _ScopedSessionGraph(NotesScopes, SessionGraph):
    """A SessionGraph that remembers in which layer its nodes were made, for errors."""


def _signatures(spec, receiver):
    """The Signatures that the export outputs make with what can be fed."""
    outputs = spec.export_outputs
    if not outputs:
        raise ValueError(
            "export_outputs of the EstimatorSpec must not be empty in mode PREDICT. Leave them "
            "out, or name some: `{'serving_default': "
            "tf.estimator.export.PredictOutput(predictions)}`."
        )
    found = {}
    for name, output in outputs.items():
        _add(found, name, output, receiver.receiver_tensors)
        for fed_name, fed in receiver.receiver_tensors_alternatives.items():
            key = DEFAULT_SERVING_KEY if fed_name is None else fed_name
            _add(found, f"{key}:{name}", output, fed)
    if not found:
        raise ValueError(
            f"None of the export outputs {sorted(outputs)} can be served for the inputs "
            f"{sorted(receiver.receiver_tensors)}. Classification and regression need one input of "
            "serialized examples; add a PredictOutput."
        )
    return found


def _tell(signatures, left_out):
    """Log which signatures an export has, by what they do."""
    for kind in ("classify", "regress", "predict"):
        names = [
            key for key, signature in signatures.items() if signature.method_name.endswith(kind)
        ]
        _log.info("Signatures INCLUDED in export for %s: %s", kind.capitalize(), names or None)
    if left_out:
        _log.info("Not served, since they take serialized examples alone: %s", left_out)
    if DEFAULT_SERVING_KEY not in signatures:
        _log.warning("Export includes no default signature!")


def _add(found, name, output, fed):
    """Add a signature; what classifies or regresses takes serialized examples alone."""
    if isinstance(output, PredictOutput):
        found[name] = Signature(dict(fed), output.outputs, output.method_name)
        return
    ((key, examples),) = fed.items() if len(fed) == 1 else (("", None),)
    if key and examples.dtype == "string":
        found[name] = Signature({"inputs": examples}, output.outputs, output.method_name)


def _timestamped(folder):
    """A new folder named by the time in seconds, or by a later one than the last export's."""
    folder = Path(os.fsdecode(folder))
    later = [int(path.name) + 1 for path in exports_in(folder)]
    folder.mkdir(parents=True, exist_ok=True)
    return folder / str(max([int(time.time()), *later]))
