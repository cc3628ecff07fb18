"""A learning rate that falls along half a cosine, after a warm-up if asked for."""

import math

from estikeras import ops
from estikeras.keras.optimizers.schedules.base import LearningRateSchedule, as_float, check_steps
from estikeras.public import public


@public("keras.optimizers.schedules.CosineDecay")
class CosineDecay(LearningRateSchedule):
    """A line from the initial rate to `warmup_target`, then half a cosine down to `alpha` of it.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: how many steps the cosine takes.
        alpha: the rate at the end, as a part of the highest.
        name: name of the schedule.
        warmup_target: the rate after the warm-up, or None for no warm-up.
        warmup_steps: how many steps the warm-up takes.

    Raises:
        ValueError: if `decay_steps` is not positive.

    Reference: Loshchilov and Hutter, 2017, SGDR: Stochastic Gradient Descent with Warm Restarts.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        """The learning rate of a step, a scalar tensor."""
        step = as_float(step)
        if self.warmup_target is None:
            return self._fall(step, self.initial_learning_rate)
        fall = self._fall(step - self.warmup_steps, self.warmup_target)
        if not self.warmup_steps:
            return fall
        rise = (self.warmup_target - self.initial_learning_rate) * (step / self.warmup_steps)
        return ops.where(step < self.warmup_steps, rise + self.initial_learning_rate, fall)

    def _fall(self, step, highest):
        done = ops.minimum(step, self.decay_steps) / self.decay_steps
        cosine = 0.5 * (1.0 + ops.cos(math.pi * done))
        return highest * ((1.0 - self.alpha) * cosine + self.alpha)

    def get_config(self):
        """The arguments that make an equal schedule."""
        names = (
            "initial_learning_rate",
            "decay_steps",
            "alpha",
            "name",
            "warmup_target",
            "warmup_steps",
        )
        return {name: getattr(self, name) for name in names}
