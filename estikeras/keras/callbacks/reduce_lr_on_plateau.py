"""Lowers the learning rate when a metric has stopped to improve."""

import numpy as np

from estikeras import errors
from estikeras.keras.callbacks import learning_rates
from estikeras.keras.callbacks.monitor import MonitorCallback
from estikeras.keras.utils import messages
from estikeras.public import public


@public("keras.callbacks.ReduceLROnPlateau")
class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by `factor` when a metric has not improved for `patience` epochs.

    Args:
        monitor: str, name in the logs.
        factor: float below 1.
        patience: int, epochs without improvement before the learning rate is lowered.
        verbose: 0, or 1 to say so.
        mode: `"min"`, `"max"`, or `"auto"` to ask the metric of that name.
        min_delta: float, smaller changes are no improvement.
        cooldown: int, epochs to wait after the learning rate was lowered.
        min_lr: float, the learning rate does not go below.
        **kwargs: none.

    Raises:
        ValueError: if `factor` is 1 or more.
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
        **kwargs,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        if kwargs:
            raise errors.invalid("arguments", got=sorted(kwargs), expected="known ones only")
        if factor >= 1.0:
            raise errors.invalid("factor", got=factor, expected="a number below 1")
        self.factor = factor
        self.min_lr = min_lr
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self._reset()

    def _reset(self):
        self.best = None
        self.wait = self.cooldown_counter = 0

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        if self.monitor_op is None:
            self._set_monitor_op()
        logs = {} if logs is None else logs
        learning_rates.log(self.model, logs)
        current = self._monitored(logs, "The learning rate is not lowered.")
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best, self.wait = current, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter, self.wait = self.cooldown, 0

    def in_cooldown(self):
        """Whether it waits after the learning rate was lowered."""
        return self.cooldown_counter > 0

    def _reduce(self, epoch):
        """Lower the learning rates that are above the minimum; whether there were any."""
        reduced = False
        for name, optimizer in learning_rates.optimizers(self.model):
            rate = learning_rates.get(optimizer)
            if rate <= np.float32(self.min_lr):
                continue
            reduced = True
            optimizer.learning_rate = rate = max(rate * self.factor, self.min_lr)
            if self.verbose > 0:
                name = f" {name}" if name else ""
                messages.show(
                    f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing{name} learning rate to "
                    f"{rate}."
                )
        return reduced
