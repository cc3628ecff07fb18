"""Keeps the state of a training on disk, so that the same script goes on where it was cut off."""

import json
import shutil
from pathlib import Path

from estikeras import errors
from estikeras.formats import atomic
from estikeras.keras.callbacks.callback import Callback
from estikeras.keras.callbacks.save_frequency import SaveFrequency
from estikeras.public import public


@public("keras.callbacks.BackupAndRestore")
class BackupAndRestore(Callback):
    """Back up weights, optimizer state and epoch; `fit` run again goes on after the last backup.

    Args:
        backup_dir: path of a folder for this training alone.
        save_freq: `"epoch"`, or the number of batches between two backups. Training goes on at the
            beginning of the epoch in which the backup was made.
        double_checkpoint: bool, keep the backup before the last one too, for the case that the last
            one cannot be read.
        delete_checkpoint: bool, remove the folder when training ends well.

    Raises:
        ValueError: for an empty `backup_dir`, an unknown `save_freq`, or (in training) a model that
            is not built.
    """

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
        self._current_epoch = 0
        self._last_batch = 0
        folder = Path(backup_dir)
        self._files = (folder / "latest.weights.h5", folder / "training_metadata.json")

    def _listens_to(self, hook):
        if hook == "on_train_batch_end" and type(self) is BackupAndRestore:
            return self._frequency.by_batches
        return super()._listens_to(hook)

    def on_train_begin(self, logs=None):
        try:
            self._restore()
        except OSError:
            if not _previous(self._files[0]).exists():
                raise
            for file in self._files:
                shutil.copyfile(_previous(file), file)
            self._restore()

    def on_epoch_end(self, epoch, logs=None):
        self._current_epoch, self._last_batch = epoch + 1, 0
        if not self._frequency.by_batches:
            self._back_up()

    def on_train_batch_end(self, batch, logs=None):
        self._last_batch = batch
        if self._frequency.by_batches and self._frequency.is_due(batch):
            self._back_up()

    def on_train_end(self, logs=None):
        if self.delete_checkpoint:
            shutil.rmtree(self.backup_dir, ignore_errors=True)

    def _back_up(self):
        weights, metadata = self._files
        weights.parent.mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint:
            for file in self._files:
                if file.exists():
                    shutil.copyfile(file, _previous(file))
        self.model.save_weights(str(weights), overwrite=True)
        state = {"epoch": self._current_epoch, "batch": self._last_batch}
        atomic.write_text(metadata, json.dumps(state))

    def _restore(self):
        weights, metadata = self._files
        if not self.model.built:
            raise ValueError(
                f"BackupAndRestore needs a model that is built before `fit`; {self.model.name!r} "
                "is not. Call it on a batch of data first."
            )
        if weights.exists():
            optimizer = self.model.optimizer
            if optimizer is not None and not optimizer.built:
                optimizer.build(self.model.trainable_variables)
            self.model.load_weights(str(weights))
        if metadata.exists():
            self.model._initial_epoch = json.loads(metadata.read_text())["epoch"]


def _previous(file):
    return file.with_name(f"{file.name}.bkp")
