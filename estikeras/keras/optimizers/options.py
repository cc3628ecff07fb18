"""The options that all optimizers have, and which values of them make sense."""

import numbers
import warnings

from estikeras import errors
from estikeras.engine.tensor import Tensor, TracedTensor
from estikeras.keras.optimizers.schedules.base import LearningRateSchedule

# In the order of the reference's config; name and learning rate come before.
NAMES = (
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


def check_surplus(kwargs):
    """Warn of `decay`, which older versions had; raise for any other argument."""
    surplus = dict(kwargs)
    if surplus.pop("decay", None) is not None:
        warnings.warn(
            "The argument `decay` is no longer supported and has no effect. Use a schedule from "
            "`keras.optimizers.schedules` as `learning_rate`, such as `InverseTimeDecay`.",
            stacklevel=4,
        )
    if surplus:
        hint = " `lr` is called `learning_rate`." if "lr" in surplus else ""
        raise ValueError(f"Argument(s) not recognized: {surplus}.{hint}")


def check_clipping(clipnorm, clipvalue, global_clipnorm):
    """Raise if gradients are clipped in more than one way."""
    given = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
    given = {name: value for name, value in given.items() if value is not None}
    if len(given) > 1:
        raise errors.invalid(" and ".join(given), got=given, expected="only one way of clipping")


def check_averaging(use_ema, momentum, overwrite_frequency):
    """Raise for averages that cannot be kept."""
    if not use_ema:
        return
    if not 0 <= momentum <= 1:
        raise errors.invalid("ema_momentum", got=momentum, expected="a number in [0, 1]")
    if overwrite_frequency and (
        not isinstance(overwrite_frequency, int) or overwrite_frequency < 1
    ):
        raise errors.invalid(
            "ema_overwrite_frequency", got=overwrite_frequency, expected="None or an int >= 1"
        )


def check_accumulation(steps):
    """Raise for a number of steps that accumulates nothing."""
    if steps and not steps >= 2:
        raise errors.invalid(
            "gradient_accumulation_steps", got=steps, expected="None or an int >= 2"
        )


def kept_learning_rate(learning_rate):
    """A learning rate as an optimizer keeps it: a number as a float; schedules and functions as
    they are; the tensor of a trace, such as a model function's, by a function that gives it.

    Raises:
        ValueError: for what is neither.
    """
    if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate):
        return learning_rate
    if isinstance(learning_rate, Tensor) and not learning_rate.shape:
        traced = isinstance(learning_rate, TracedTensor)
        return (lambda: learning_rate) if traced else float(learning_rate)
    if not isinstance(learning_rate, numbers.Real) or isinstance(learning_rate, bool):
        raise errors.invalid(
            "learning_rate",
            got=learning_rate,
            expected="a float, a LearningRateSchedule, or a function that gives the rate",
        )
    return float(learning_rate)
