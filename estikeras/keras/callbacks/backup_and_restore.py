"""Keeps the state of a training on disk, so that the same script goes on where it was cut off."""

import dataclasses
import json
import shutil
import warnings
from pathlib import Path

from estikeras import errors
from estikeras.formats import atomic
from estikeras.keras.callbacks import resumption
from estikeras.keras.callbacks.callback import Callback
from estikeras.keras.callbacks.resumption import Resumption
from estikeras.keras.callbacks.save_frequency import SaveFrequency
from estikeras.public import public


@public("keras.callbacks.BackupAndRestore")
class BackupAndRestore(Callback):
    """Back up the state of the training; `fit` run again goes on after the last backup, and comes
    to what it would have come to without the interruption.

    A backup has the weights, the optimizer, the epoch and batch, the values of the metrics, and the
    states of random generators: those of NumPy, of Python and of `keras.random`, and of layers.
    It has nothing of other callbacks: `EarlyStopping` and `ReduceLROnPlateau` count anew. Put this
    one behind callbacks that change the model at the end of an epoch.

    Data other than arrays are read again up to where training goes on, so generators must give the
    same batches again. A generator that goes on from epoch to epoch (`steps_per_epoch`) is read
    from its beginning, other data from the beginning of the epoch.

    Under a strategy rank 0 alone reads and writes files, and tells the others where to go on.

    Args:
        backup_dir: path of a folder for this training alone.
        save_freq: `"epoch"`, or the number of batches between two backups.
        double_checkpoint: bool, keep the backup before the last one too, for the case that the last
            one cannot be read.
        delete_checkpoint: bool, remove the folder when training ends well.

    Raises:
        ValueError: for an empty `backup_dir`, an unknown `save_freq`, or (in training) a model that
            is not built.
        OSError: (in training) if a backup cannot be read or written.
    """

    chief_only = True

    def __init__(
        self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True
    ):
        super().__init__()
        if not backup_dir:
            raise errors.invalid("backup_dir", got=backup_dir, expected="the path of a folder")
        self.backup_dir = str(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._frequency = SaveFrequency(save_freq)
        folder = Path(backup_dir)
        self._files = (folder / "latest.weights.h5", folder / "training_metadata.json")

    def _listens_to(self, hook):
        if hook == "on_train_batch_end" and type(self) is BackupAndRestore:
            return self._frequency.by_batches
        return super()._listens_to(hook)

    def on_train_begin(self, logs=None):
        if not self.model.built:
            raise ValueError(
                f"BackupAndRestore needs a model that is built before `fit`; {self.model.name!r} "
                "is not. Call it on a batch of data first."
            )
        self._frequency = SaveFrequency(self.save_freq)
        for left_over in Path(self.backup_dir).glob(".*.partial"):
            left_over.unlink()
        weights, previous = self._files[0], _previous(self._files[0])
        try:
            if weights.exists() or not previous.exists():
                self._restore()
                return
        except OSError:
            if not previous.exists():
                raise
        for file in self._files:
            _copy(_previous(file), file)
        self._restore()

    def on_epoch_end(self, epoch, logs=None):
        if not self._frequency.by_batches:
            self._back_up(
                Resumption(
                    epoch + 1,
                    beginning=self.model._resumption.beginning,
                    randomness=resumption.random_state(),
                )
            )

    def on_train_batch_end(self, batch, logs=None):
        if self._frequency.by_batches and self._frequency.is_due(batch):
            self._back_up(
                dataclasses.replace(
                    self.model._resumption,
                    batches=batch + 1,
                    steps=self._steps(),
                    randomness=resumption.random_state(),
                    logs=logs,
                    metrics=[v.numpy() for v in resumption.metric_variables(self.model)],
                )
            )

    def on_train_end(self, logs=None):
        if self.delete_checkpoint:
            shutil.rmtree(self.backup_dir, ignore_errors=True)

    def _steps(self):
        return (self.params or {}).get("steps")

    def _back_up(self, state):
        weights, metadata = self._files
        weights.parent.mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint:
            for file in self._files:
                _copy(file, _previous(file))
        resumption.write(weights, self.model, state)
        # What the reference reads; here it is for its backups only, whose weights say no epoch.
        place = {"epoch": state.epoch, "batch": max(state.batches - 1, 0)}
        atomic.write_text(metadata, json.dumps(place))

    def _restore(self):
        weights, metadata = self._files
        if not weights.exists():
            return
        optimizer = self.model.optimizer
        if optimizer is not None and not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        state = resumption.read(weights, self.model)
        if state is None:
            state = Resumption(_epoch_in(metadata))
        elif state.batches and state.steps != self._steps():
            warnings.warn(
                f"An epoch has {self._steps()} batches, and had {state.steps} when the backup was "
                f"made. Training goes on at the beginning of epoch {state.epoch}.",
                stacklevel=6,
            )
            state = Resumption(state.epoch, beginning=state.beginning, randomness=state.order)
        self.model._resumption = state
        if state.batches:
            self._frequency.go_on_after(state.batches - 1)


def _previous(file):
    return file.with_name(f"{file.name}.bkp")


def _copy(file, target):
    if file.exists():
        with atomic.replacing(target) as beside:
            shutil.copyfile(file, beside)


def _epoch_in(metadata):
    """The epoch in a file that the reference wrote; 0 without one."""
    if not metadata.exists():
        return 0
    try:
        return int(json.loads(metadata.read_text())["epoch"])
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"{str(metadata)!r} is damaged: {error}") from error
