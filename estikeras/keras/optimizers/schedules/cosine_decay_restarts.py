"""A learning rate that falls along half a cosine again and again, in longer and longer periods."""

import math

from estikeras import ops
from estikeras.keras.optimizers.schedules.base import LearningRateSchedule, as_float, check_steps
from estikeras.public import public


@public("keras.optimizers.schedules.CosineDecayRestarts")
class CosineDecayRestarts(LearningRateSchedule):
    """Half cosines from a highest rate, which changes by `m_mul`, in periods, which grow by
    `t_mul`.

    Args:
        initial_learning_rate: the rate of step 0.
        first_decay_steps: how many steps the first period takes.
        t_mul: factor of the length from period to period.
        m_mul: factor of the highest rate from period to period.
        alpha: the lowest rate, as a part of the initial one.
        name: name of the schedule.

    Raises:
        ValueError: if `first_decay_steps` is not positive.

    Reference: Loshchilov and Hutter, 2017, SGDR: Stochastic Gradient Descent with Warm Restarts.
    """

    def __init__(
        self,
        initial_learning_rate,
        first_decay_steps,
        t_mul=2.0,
        m_mul=1.0,
        alpha=0.0,
        name="SGDRDecay",
    ):
        check_steps("first_decay_steps", first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self._t_mul = t_mul
        self._m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step):
        """The learning rate of a step, a scalar tensor."""
        period, done = self._place(as_float(step) / self.first_decay_steps)
        highest = ops.power(as_float(self._m_mul), period)
        cosine = 0.5 * highest * (1.0 + ops.cos(math.pi * done))
        return self.initial_learning_rate * ((1.0 - self.alpha) * cosine + self.alpha)

    def _place(self, time):
        """The number of the period and the part of it that is done; `time` is in lengths of the
        first period.
        """
        if self._t_mul == 1.0:
            period = ops.floor(time)
            return period, time - period
        # Periods of lengths 1, t, t², ... begin at (1 - t^n) / (1 - t).
        growth = as_float(self._t_mul)
        period = ops.floor(ops.log(1.0 - time * (1.0 - growth)) / ops.log(growth))
        length = ops.power(growth, period)
        return period, (time - (1.0 - length) / (1.0 - growth)) / length

    def get_config(self):
        """The arguments that make an equal schedule."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self._t_mul,
            "m_mul": self._m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
