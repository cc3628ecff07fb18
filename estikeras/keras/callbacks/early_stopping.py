"""Ends a training that has stopped to improve."""

from estikeras.keras.callbacks.monitor import MonitorCallback
from estikeras.keras.utils import messages
from estikeras.public import public


@public("keras.callbacks.EarlyStopping")
class EarlyStopping(MonitorCallback):
    """Stop training when a metric has not improved for `patience` epochs.

    Args:
        monitor: str, name in the logs.
        min_delta: float, smaller changes are no improvement.
        patience: int, epochs without improvement before training ends.
        verbose: 0, or 1 to say when it stops.
        mode: `"min"`, `"max"`, or `"auto"` to ask the metric of that name.
        baseline: float; epochs count as improvement only if better than this, or None.
        restore_best_weights: bool, end with the weights of the best epoch.
        start_from_epoch: int, epochs before it are not looked at.

    Example:
        >>> stop = EarlyStopping(patience=3, restore_best_weights=True)

        It goes to `model.fit(x, y, validation_split=0.1, callbacks=[stop])`.
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self):
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        if self.monitor_op is None:
            self._set_monitor_op()
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self._keep(epoch)
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            messages.show(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose > 0:
                messages.show(f"Restoring the weights of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs):
        """The watched value of the logs; None, with a warning, if they lack it."""
        return self._monitored(logs, "It does not stop anything.")

    def _keep(self, epoch):
        self.best_weights, self.best_epoch = self.model.get_weights(), epoch
