"""Saves the model, or its weights, as it is trained."""

import warnings
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.keras.callbacks.monitor import MonitorCallback
from estikeras.keras.callbacks.save_frequency import SaveFrequency
from estikeras.keras.utils import messages
from estikeras.public import public
from strategies import get_strategy


@public("keras.callbacks.ModelCheckpoint")
class ModelCheckpoint(MonitorCallback):
    """Save the model after epochs or batches, every time or when it is the best so far. Under a
    strategy rank 0 alone writes.

    Args:
        filepath: path; `{epoch}`, `{batch}` and names of the logs in it are filled in, such as
            `"model-{epoch:02d}-{val_loss:.2f}.keras"`. It ends in `.keras`, or in `.weights.h5`
            with `save_weights_only`.
        monitor: str, name in the logs.
        verbose: 0, or 1 to say when it saves.
        save_best_only: bool, save only if `monitor` improved.
        save_weights_only: bool, save weights in place of the whole model.
        mode: `"min"`, `"max"`, or `"auto"` to ask the metric of that name.
        save_freq: `"epoch"`, or the number of batches between two saves.
        initial_value_threshold: float, the first best value, or None.

    Raises:
        ValueError: for another ending or an unknown `save_freq`.
        KeyError: in training, if `filepath` names what is not in the logs.
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = str(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._frequency = SaveFrequency(save_freq)
        self._current_epoch = 0
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise errors.invalid(
                "filepath",
                got=self.filepath,
                expected=f"a path that ends in {' or '.join(map(repr, endings))}",
            )

    def _listens_to(self, hook):
        if hook == "on_train_batch_end" and type(self) is ModelCheckpoint:
            return self._frequency.by_batches
        return super()._listens_to(hook)

    def on_epoch_begin(self, epoch, logs=None):
        self._current_epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._frequency.by_batches and self._frequency.is_due(batch):
            self._save(self._current_epoch, batch, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        if not self._frequency.by_batches:
            self._save(epoch, None, logs or {})

    def _save(self, epoch, batch, logs):
        path = self._path(epoch, batch, logs)
        if not self._is_wanted(epoch, logs, path) or not get_strategy().cluster.is_chief:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OSError(f"`filepath`: {str(path)!r} is a folder, and a file is to be written.")
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(str(path), overwrite=True)
        if self.verbose > 0:
            messages.show(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch, batch, logs):
        values = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return Path(self.filepath.format(**values))
        except KeyError as error:
            raise KeyError(
                f"`filepath`: {self.filepath!r} names {error}; known are {', '.join(values)}."
            ) from error

    def _is_wanted(self, epoch, logs, path):
        text = f"saving model to {path}"
        if self.save_best_only:
            current = logs.get(self.monitor)
            if current is None or np.ndim(current) > 0:
                warnings.warn(
                    f"ModelCheckpoint: `monitor={self.monitor!r}` is no number of the logs, which "
                    f"have {', '.join(logs)}; the model is saved whether it is better or not.",
                    stacklevel=4,
                )
                return True
            if self.monitor_op is None:
                self._set_monitor_op()
            best = "None" if self.best is None else f"{self.best:.5f}"
            if not self._is_improvement(current, self.best):
                self._say(epoch, f"{self.monitor} did not improve from {best}")
                return False
            text = f"{self.monitor} improved from {best} to {current:.5f}, {text}"
            self.best = current
        self._say(epoch, text)
        return True

    def _say(self, epoch, text):
        if self.verbose > 0:
            messages.show(f"\nEpoch {epoch + 1}: {text}")
