"""Gradient descent, with momentum if asked for."""

from estikeras import errors, ops
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.SGD")
class SGD(Optimizer):
    """Goes against the gradient; with momentum, along a velocity that gradients push.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        momentum: how much of the velocity stays at each step, a float in [0, 1].
        nesterov: whether the gradient counts as taken after the velocity's move.
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

    Raises:
        ValueError: for another momentum.

    Reference: Sutskever et al., 2013, On the importance of initialization and momentum in deep
    learning.
    """

    elementwise = True
    hyperparameters = ("momentum", "nesterov")
    legacy_slots = (("momentum", "momentums"),)
    legacy_scalars = (("decay", 0.0), ("momentum", "momentum"))

    def __init__(
        self,
        learning_rate=0.01,
        momentum=0.0,
        nesterov=False,
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
        self.momentum = momentum
        self.nesterov = nesterov

        if not isinstance(momentum, float) or not 0 <= momentum <= 1:
            raise errors.invalid("momentum", got=momentum, expected="a float in [0, 1]")

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self.momentums = (
            self.add_optimizer_variables(variables, "momentum") if self.momentum else []
        )

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        step = ops.cast(gradient, variable.dtype) * ops.cast(learning_rate, variable.dtype)
        if not self.momentum:
            variable.assign(variable - step)
            return
        slot = self.momentums[self._get_variable_index(variable)]
        velocity = slot * self.momentum - step
        slot.assign(velocity)
        variable.assign(variable + (velocity * self.momentum - step if self.nesterov else velocity))
