"""A learning rate that falls to an end value along a polynomial."""

from estikeras import ops
from estikeras.keras.optimizers.schedules.base import LearningRateSchedule, as_float, check_steps
from estikeras.public import public


@public("keras.optimizers.schedules.PolynomialDecay")
class PolynomialDecay(LearningRateSchedule):
    """`(initial - end) * (1 - step / decay_steps) ** power + end`, then `end`.

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: the step that reaches the end.
        end_learning_rate: the rate at the end.
        power: the exponent; 1 for a line.
        cycle: whether the end moves on by `decay_steps` each time it is reached.
        name: name of the schedule.

    Raises:
        ValueError: if `decay_steps` is not positive.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step):
        """The learning rate of a step, a scalar tensor."""
        step, length = as_float(step), as_float(self.decay_steps)
        if self.cycle:
            cycles = ops.where(ops.equal(step, 0.0), 1.0, ops.ceil(step / self.decay_steps))
            length = length * cycles
        else:
            step = ops.minimum(step, length)
        fall = self.initial_learning_rate - self.end_learning_rate
        return fall * ops.power(1.0 - step / length, self.power) + self.end_learning_rate

    def get_config(self):
        """The arguments that make an equal schedule."""
        names = (
            "initial_learning_rate",
            "decay_steps",
            "end_learning_rate",
            "power",
            "cycle",
            "name",
        )
        return {name: getattr(self, name) for name in names}
