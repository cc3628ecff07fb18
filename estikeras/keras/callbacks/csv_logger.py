"""The logs of each epoch as lines of a CSV file."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from estikeras.keras.callbacks.callback import Callback
from estikeras.public import public


@public("keras.callbacks.CSVLogger")
class CSVLogger(Callback):
    """Write the logs of each epoch to a CSV file.

    Args:
        filename: path of the file.
        separator: str between the values.
        append: bool, add to a file that is there in place of replacing it.
    """

    chief_only = True

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename = str(filename)
        self.sep = separator
        self.append = append
        self.append_header = True
        self.keys = self.writer = self.csv_file = None

    def on_train_begin(self, logs=None):
        path = Path(self.filename)
        if self.append and path.exists():
            self.append_header = path.stat().st_size == 0
        self._close()
        self.csv_file = path.open("a" if self.append else "w", newline="", encoding="utf-8")
        self.keys = None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self.writer is None:
            self._begin(logs)
        self.writer.writerow({"epoch": epoch, **{k: _cell(logs.get(k, "NA")) for k in self.keys}})
        self.csv_file.flush()

    def on_train_end(self, logs=None):
        self._close()

    def _begin(self, logs):
        self.keys = sorted(logs)
        # The first epoch may come without validation, later ones with it.
        if not any(key.startswith("val_") for key in self.keys):
            self.keys += [f"val_{key}" for key in self.keys]
        names = ["epoch", *self.keys]
        self.writer = csv.DictWriter(
            self.csv_file, names, extrasaction="ignore", delimiter=self.sep
        )
        if self.append_header:
            self.writer.writeheader()

    def _close(self):
        if self.csv_file is not None:
            self.csv_file.close()
        self.writer = None


def _cell(value):
    if isinstance(value, str) or not isinstance(value, Iterable) or np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'
