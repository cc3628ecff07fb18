"""What a learning rate schedule is: a function from the step to the rate, made of ops so that it
can be traced.
"""

from estikeras import errors, ops, settings
from estikeras.public import public


@public("keras.optimizers.schedules.LearningRateSchedule")
class LearningRateSchedule:
    """The base of schedules: subclasses compute the learning rate of a step in `__call__`."""

    def __call__(self, step):
        """The learning rate of a step, a scalar tensor.

        Args:
            step: scalar tensor or int, 0 for the first step.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `__call__(step)`.")

    def get_config(self):
        """The arguments that make an equal schedule; subclasses that are saved write this."""
        raise NotImplementedError(f"{type(self).__name__} must define `get_config()`.")

    @classmethod
    def from_config(cls, config):
        """A schedule from what `get_config` gave."""
        return cls(**config)


def as_float(x):
    """A number or tensor as a float tensor."""
    return ops.cast(x, settings.floatx())


def check_steps(name, steps):
    """Raise for a length of no steps."""
    if steps <= 0:
        raise errors.invalid(name, got=steps, expected="a number > 0")
