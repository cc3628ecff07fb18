"""What callbacks share that watch one metric: which way is better, and by how much."""

import operator
import warnings

from estikeras.keras.callbacks.callback import Callback


class MonitorCallback(Callback):
    """Base of callbacks that compare a metric of the logs with its best value.

    Args:
        monitor: str, name in the logs.
        mode: `"min"`, `"max"`, or `"auto"` to ask the metric of that name.
        baseline: float, the first best value, or None.
        min_delta: float, smaller changes are no improvement.
    """

    def __init__(self, monitor="val_loss", mode="auto", baseline=None, min_delta=0):
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__}: `mode` is 'auto', 'min' or 'max', got {mode!r}; "
                "'auto' is used.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self.monitor_op = None

    def _set_monitor_op(self):
        """Find out whether less or more is better."""
        direction = {"min": "down", "max": "up"}.get(self.mode) or self._direction_of_metric()
        self.monitor_op = operator.gt if direction == "up" else operator.lt
        if direction == "down":
            self.min_delta = -abs(self.min_delta)

    def _direction_of_metric(self):
        name = self.monitor.removeprefix("val_")
        found = "down" if name == "loss" else None
        for known_as, metric in _named(getattr(self.model, "metrics", ())):
            if known_as == name:
                found = getattr(metric, "_direction", None) or found
        if found is None:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether more or less of "
                f"`monitor={self.monitor!r}` is better. Pass `mode='max'` or `mode='min'`."
            )
        return found

    def _is_improvement(self, value, reference):
        if reference is None:
            return True
        return bool(self.monitor_op(value - self.min_delta, reference))

    def _monitored(self, logs, consequence):
        """The watched value, or None with a warning."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            warnings.warn(
                f"{type(self).__name__}: `monitor={self.monitor!r}` is not in the logs, which have "
                f"{', '.join(logs or {})}. {consequence}",
                stacklevel=4,
            )
        return value


def _named(metrics):
    """Pairs of name and metric, of collections too; the logs may call a metric by a short name."""
    for metric in metrics:
        yield metric.name, metric
        yield from _named(getattr(metric, "metrics", ()))
        yield from getattr(metric, "named_metrics", ())
