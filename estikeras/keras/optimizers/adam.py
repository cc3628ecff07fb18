"""Adam, and how others scale steps by the gradients that were seen."""

from estikeras import ops
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.Adam")
class Adam(Optimizer):
    """Scales each step by running means of the gradient and of its square.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        beta_1: how much of the mean gradient stays at each step.
        beta_2: how much of the mean squared gradient stays at each step.
        epsilon: small number that keeps divisions finite.
        amsgrad: whether steps are scaled by the greatest mean square so far.
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

    Reference: Kingma and Ba, 2015, Adam: A Method for Stochastic Optimization; Reddi et al., 2018,
    On the Convergence of Adam
    and Beyond (amsgrad).
    """

    elementwise = True
    hyperparameters = ("beta_1", "beta_2", "epsilon", "amsgrad")
    legacy_slots = (("m", "_momentums"), ("v", "_velocities"), ("vhat", "_velocity_hats"))
    legacy_scalars = (("decay", 0.0), ("beta_1", "beta_1"), ("beta_2", "beta_2"))

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
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
        self.amsgrad = amsgrad

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        if self.amsgrad:
            self._velocity_hats = self.add_optimizer_variables(variables, "velocity_hat")

    def prepare_step(self, dtype):
        """The correction for means that began at zero."""
        step = ops.cast(self.iterations + 1, dtype)
        return ops.sqrt(1.0 - ops.power(self.beta_2, step)) / (1.0 - ops.power(self.beta_1, step))

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        alpha = ops.cast(learning_rate, variable.dtype) * self.step_scalars(variable.dtype)
        momentum, velocity = self._momentums[index], self._velocities[index]
        mean = momentum + (gradient - momentum) * (1 - self.beta_1)
        square = velocity + (ops.square(gradient) - velocity) * (1 - self.beta_2)
        momentum.assign(mean)
        velocity.assign(square)
        if self.amsgrad:
            greatest = self._velocity_hats[index]
            square = ops.maximum(greatest, square)
            greatest.assign(square)
        variable.assign(variable - mean * alpha / (ops.sqrt(square) + self.epsilon))
