"""The progress bar of fit, evaluate and predict: one line that is rewritten, or one line an
epoch.
"""

import math
import sys
import time

from estikeras import errors, settings
from estikeras.keras.callbacks.callback import Callback
from estikeras.public import public
from strategies import get_strategy

REDRAW_SECONDS = 0.05
WIDTH = 20


def _duration(seconds):
    if seconds >= 3600:
        return f"{int(seconds) // 3600}:{int(seconds) % 3600 // 60:02d}:{int(seconds) % 60:02d}"
    if seconds >= 60:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    return f"{int(seconds)}s"


def _pace(seconds, unit):
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    return f"{seconds * 1e3:.0f}ms/{unit}" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/{unit}"


def _number(value):
    return (
        f"{value:.4f}"
        if abs(value) > 1e-3 or value == 0 or not math.isfinite(value)
        else f"{value:.4e}"
    )


@public("keras.utils.Progbar")
class Progbar:
    """A progress bar on standard output; of the ranks of a strategy the chief alone shows it.

    Args:
        target: number of steps, or None if unknown.
        width: characters of the bar.
        verbose: 0 silent, 1 a bar that is redrawn, 2 one line at the end.
        interval: least seconds between two drawings.
        stateful_metrics: names whose values are shown as they come; all others are averaged over
            steps.
        unit_name: what a step is called.
    """

    def __init__(
        self,
        target,
        width=WIDTH,
        verbose=1,
        interval=REDRAW_SECONDS,
        stateful_metrics=None,
        unit_name="step",
    ):
        self.target, self.width, self.interval = target, width, interval
        self.verbose = verbose if get_strategy().cluster.is_chief else 0
        self.stateful_metrics, self.unit_name = set(stateful_metrics or ()), unit_name
        self._values, self._seen = {}, 0
        self._start = self._last = time.perf_counter()
        self._last_length = 0

    def update(self, current, values=None, finalize=None):
        """Show progress.

        Args:
            current: number of steps done.
            values: pairs of name and value.
            finalize: whether this is the last time; None finds out from `target`.
        """
        finalize = (
            (self.target is not None and current >= self.target) if finalize is None else finalize
        )
        for name, value in values or ():
            total, weight = (
                self._values.get(name, (0.0, 0)) if name not in self.stateful_metrics else (0.0, 0)
            )
            steps = max(current - self._seen, 1) if name not in self.stateful_metrics else 1
            self._values[name] = (total + value * steps, weight + steps)
        self._seen = current
        now = time.perf_counter()
        if self.verbose == 0 or (self.verbose == 2 and not finalize):
            return
        if self.verbose == 1 and not finalize and now - self._last < self.interval:
            return
        self._last = now
        line = self._line(current, now - self._start, finalize)
        if self.verbose == 1:
            padding = " " * max(0, self._last_length - len(line))
            self._last_length = len(line)
            sys.stdout.write("\r" + line + padding + ("\n" if finalize else ""))
        else:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def add(self, n, values=None):
        """Show progress by n more steps."""
        self.update(self._seen + n, values)

    def _line(self, current, elapsed, finalize):
        parts = []
        count = f"{current}/{self.target}" if self.target is not None else f"{current}/Unknown"
        pace = elapsed / max(current, 1)
        if self.verbose == 1:
            done = min(1.0, current / self.target) if self.target else 0
            filled = int(done * self.width)
            count += " " + "━" * filled + "─" * (self.width - filled)
            left = (
                pace * (self.target - current)
                if self.target is not None and not finalize
                else elapsed
            )
            parts.append(f"{count} {_duration(left)} {_pace(pace, self.unit_name)}")
        else:
            parts += [count, _duration(elapsed), _pace(pace, self.unit_name)]
        parts += [
            f"{name}: {_number(total / max(weight, 1))}"
            for name, (total, weight) in self._values.items()
        ]
        return " - ".join(parts)


@public("keras.callbacks.ProgbarLogger")
class ProgbarLogger(Callback):
    """Prints the progress bar of `fit`, `evaluate` and `predict`; they add it themselves where
    `verbose` asks for it.
    """

    chief_only = True

    def __init__(self):
        super().__init__()
        self.progress, self._epochs, self._in_fit = None, 1, False

    @property
    def _verbose(self):
        return (self.params or {}).get("verbose", 1)

    def on_train_begin(self, logs=None):
        self._epochs, self._in_fit = self.params.get("epochs", 1), True

    def on_epoch_begin(self, epoch, logs=None):
        if self._verbose and self._epochs > 1:
            sys.stdout.write(f"Epoch {epoch + 1}/{self._epochs}\n")
        self._begin()

    def _begin(self):
        self.progress = Progbar((self.params or {}).get("steps"), verbose=self._verbose)

    def steps_done(self, done, logs):
        """Show progress in the middle of an epoch; the loop calls this at its own pace."""
        if self.progress is not None:
            self.progress.stateful_metrics |= set(logs or ())
            self.progress.update(done, list((logs or {}).items()), finalize=False)

    def _finish(self, logs):
        if self.progress is None:
            return
        self.progress.stateful_metrics |= set(logs or ())
        done = self.progress._seen
        if self.progress.target is None or done < self.progress.target:
            self.progress.target = done or self.progress.target
        self.progress.update(
            self.progress.target or done, list((logs or {}).items()), finalize=True
        )
        self.progress = None

    def on_epoch_end(self, epoch, logs=None):
        self._finish(logs)

    def on_train_end(self, logs=None):
        self._in_fit = False

    def on_test_begin(self, logs=None):
        if not self._in_fit:
            self._begin()

    def on_test_end(self, logs=None):
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs=None):
        self._begin()

    def on_predict_end(self, logs=None):
        self._finish({})


def resolve_verbose(verbose):
    """`"auto"` is a bar on a terminal, and one line an epoch elsewhere."""
    if verbose == "auto":
        return 1 if settings.is_interactive_logging_enabled() and sys.stdout.isatty() else 2
    if isinstance(verbose, str):
        raise errors.invalid("verbose", got=verbose, expected="'auto', 0, 1 or 2")
    return int(verbose)
