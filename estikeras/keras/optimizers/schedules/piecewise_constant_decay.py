"""A learning rate that changes at given steps and is constant between them."""

from estikeras import errors, ops
from estikeras.keras.optimizers.schedules.base import LearningRateSchedule, as_float
from estikeras.public import public


@public("keras.optimizers.schedules.PiecewiseConstantDecay")
class PiecewiseConstantDecay(LearningRateSchedule):
    """The first value up to and with the step of the first boundary, then the second value, and so
    on.

    Args:
        boundaries: list of steps, ascending.
        values: list of rates, one more than boundaries.
        name: name of the schedule.

    Raises:
        ValueError: for another number of values.
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise errors.invalid(
                "values",
                got=values,
                expected=f"{len(boundaries) + 1} rates, one more than boundaries",
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step):
        """The learning rate of a step, a scalar tensor."""
        step = ops.convert_to_tensor(step)
        rate = as_float(self.values[-1])
        for boundary, value in reversed(list(zip(self.boundaries, self.values[:-1], strict=True))):
            rate = ops.where(step <= ops.cast(boundary, step.dtype), as_float(value), rate)
        return rate

    def get_config(self):
        """The arguments that make an equal schedule."""
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
