"""Sets the learning rate of each epoch by a function."""

import inspect

import numpy as np

from estikeras import errors
from estikeras.keras.callbacks import learning_rates
from estikeras.keras.callbacks.callback import Callback
from estikeras.keras.utils import messages
from estikeras.public import public


@public("keras.callbacks.LearningRateScheduler")
class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch to what a function says.

    Args:
        schedule: function of the epoch (from 0) and the present learning rate, or of the epoch
            alone, that returns a float.
        verbose: 0, or 1 to show each value.

    Raises:
        ValueError: in training, if the function returns no float.

    Example:
        >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        for name, optimizer in learning_rates.optimizers(self.model):
            rate = self._scheduled(epoch, learning_rates.get(optimizer))
            optimizer.learning_rate = rate
            if self.verbose > 0:
                name = f"{name} " if name else ""
                messages.show(
                    f"\nEpoch {epoch + 1}: LearningRateScheduler setting {name}learning rate to "
                    f"{rate}."
                )

    def on_epoch_end(self, epoch, logs=None):
        learning_rates.log(self.model, {} if logs is None else logs)

    def _scheduled(self, epoch, rate):
        rate = self.schedule(epoch, rate) if _takes_two(self.schedule) else self.schedule(epoch)
        if not isinstance(rate, (float, np.float32, np.float64)):
            raise errors.invalid("schedule", got=rate, expected="a function that returns a float")
        return float(rate)


def _takes_two(function):
    try:
        inspect.signature(function).bind(0, 0.1)
    except TypeError:
        return False
    except ValueError:
        # A built-in without a signature.
        return True
    return True
