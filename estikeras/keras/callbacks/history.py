"""The record of a training that `fit` returns."""

from estikeras.keras.callbacks.callback import Callback
from estikeras.public import public


@public("keras.callbacks.History")
class History(Callback):
    """The logs of each epoch; `fit` adds one by itself and returns it.

    `history` is a dict from names to lists with one float an epoch, `epoch` the list of the epochs'
    numbers.
    """

    def __init__(self):
        self.history = {}
        self.epoch = []

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self
