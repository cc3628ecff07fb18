"""Schedule-free AdamW: an average of iterates in place of a falling learning rate."""

from estikeras import ops
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.ScheduleFreeAdamW")
class ScheduleFreeAdamW(Optimizer):
    """AdamW on a point between the fast iterate and the average of all, so that no schedule is
    needed.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        beta_1: how near the weights are to the average, not to the fast iterate.
        beta_2: how much of the mean squared gradient stays at each step.
        epsilon: small number that keeps divisions finite.
        warmup_steps: over how many steps the rate rises to its full size.
        weight_decay: part of each weight that a step of rate 1 takes away, or None.
        clipnorm: greatest norm of each gradient, or None.
        clipvalue: greatest absolute value in gradients, or None.
        global_clipnorm: greatest norm of all gradients together, or None.
        use_ema: whether to keep moving averages of the weights.
        ema_momentum: how much of an average stays at each step.
        ema_overwrite_frequency: after how many steps weights become their averages.
        loss_scale_factor: factor of the loss, which gradients are divided by.
        gradient_accumulation_steps: how many steps make one update.
        name: name of the optimizer.
        **kwargs: nothing else is allowed.

    Reference: Defazio et al., 2024, The Road Less Scheduled.
    """

    hyperparameters = ("beta_1", "beta_2", "epsilon", "warmup_steps")

    def __init__(
        self,
        learning_rate=0.0025,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        warmup_steps=0,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        for slot, variable in zip(self._momentums, self._trainable_variables, strict=True):
            if slot is not None:
                slot.assign(variable)

    def prepare_step(self, dtype):
        """The step as a number and the correction for a mean that began at zero."""
        step = ops.cast(self.iterations + 1, dtype)
        return step, 1.0 - ops.power(self.beta_2, step)

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        step, correction = self.step_scalars(variable.dtype)
        rate = ops.cast(learning_rate, variable.dtype)
        if self.warmup_steps > 0:
            rate = rate * ops.minimum(step / self.warmup_steps, 1.0)
        slot, velocity = self._momentums[index], self._velocities[index]
        square = velocity + (ops.square(gradient) - velocity) * (1 - self.beta_2)
        velocity.assign(square)
        fast = slot - rate * gradient / (ops.sqrt(square / correction) + self.epsilon)
        weight = 1.0 / step
        average = (variable - (1 - self.beta_1) * slot) / self.beta_1
        average = (1.0 - weight) * average + weight * fast
        slot.assign(fast)
        variable.assign((1 - self.beta_1) * fast + self.beta_1 * average)
