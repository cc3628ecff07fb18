"""RMSprop: steps over the root of a running mean of squared gradients."""

from estikeras import ops
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.RMSprop")
class RMSprop(Optimizer):
    """Divides each step by the root of a running mean of squared gradients.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        rho: how much of the mean square stays at each step.
        momentum: how much of the last steps is added to a step.
        epsilon: small number that keeps divisions finite.
        centered: whether the variance is used in place of the mean square.
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

    Reference: Hinton, 2012, Neural Networks for Machine Learning, lecture 6.
    """

    elementwise = True
    hyperparameters = ("rho", "momentum", "epsilon", "centered")
    legacy_slots = (
        ("rms", "_velocities"),
        ("momentum", "_momentums"),
        ("mg", "_average_gradients"),
    )
    legacy_scalars = (("decay", 0.0), ("rho", "rho"), ("momentum", "momentum"))

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
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
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self._velocities = self.add_optimizer_variables(variables, "velocity")
        self._momentums = (
            self.add_optimizer_variables(variables, "momentum") if self.momentum > 0 else []
        )
        self._average_gradients = (
            self.add_optimizer_variables(variables, "average_gradient") if self.centered else []
        )

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        velocity = self._velocities[index]
        square = self.rho * velocity + (1 - self.rho) * ops.square(gradient)
        velocity.assign(square)
        if self.centered:
            average = self._average_gradients[index]
            mean = self.rho * average + (1 - self.rho) * gradient
            average.assign(mean)
            square = square - ops.square(mean)
        step = ops.cast(learning_rate, variable.dtype) * gradient / ops.sqrt(square + self.epsilon)
        if self.momentum > 0:
            momentum = self._momentums[index]
            step = self.momentum * momentum + step
            momentum.assign(step)
        variable.assign(variable - step)
