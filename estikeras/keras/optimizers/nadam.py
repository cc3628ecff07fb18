"""Nadam: Adam with Nesterov momentum."""

from estikeras import ops
from estikeras.engine.variable import Variable
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.Nadam")
class Nadam(Optimizer):
    """Adam whose mean gradient looks one step ahead.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        beta_1: how much of the mean gradient stays at each step.
        beta_2: how much of the mean squared gradient stays at each step.
        epsilon: small number that keeps divisions finite.
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

    Reference: Dozat, 2016, Incorporating Nesterov Momentum into Adam.
    """

    elementwise = True
    hyperparameters = ("beta_1", "beta_2", "epsilon")
    legacy_slots = (("m", "_momentums"), ("v", "_velocities"))
    legacy_scalars = (
        ("decay", 0.004),
        ("beta_1", "beta_1"),
        ("beta_2", "beta_2"),
        ("momentum_cache", "_u_product"),
    )

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
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

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(
            variables, ["momentum", "velocity"]
        )
        dtype = self._trainable_variables[0].dtype if self._trainable_variables else None
        self._u_product = Variable(1.0, dtype=dtype, trainable=False)

    def _update(self, grads, variables, learning_rate):
        self._u_product.assign(self._u_product * self._momentum_at(1, self._u_product.dtype))
        super()._update(grads, variables, learning_rate)

    def _momentum_at(self, ahead, dtype):
        step = ops.cast(self.iterations + ahead, dtype)
        return self.beta_1 * (1.0 - 0.5 * ops.power(0.96, step))

    def prepare_step(self, dtype):
        """The factors of the mean gradient, of the gradient, and of the mean square."""
        now, following = self._momentum_at(1, dtype), self._momentum_at(2, dtype)
        product = ops.cast(self._u_product, dtype)
        square = 1.0 - ops.power(self.beta_2, ops.cast(self.iterations + 1, dtype))
        return following / (1.0 - product * following), (1.0 - now) / (1.0 - product), square

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        of_mean, of_gradient, of_square = self.step_scalars(variable.dtype)
        momentum, velocity = self._momentums[index], self._velocities[index]
        mean = momentum + (gradient - momentum) * (1 - self.beta_1)
        square = velocity + (ops.square(gradient) - velocity) * (1 - self.beta_2)
        momentum.assign(mean)
        velocity.assign(square)
        ahead = (of_mean * mean + of_gradient * gradient) * ops.cast(learning_rate, variable.dtype)
        variable.assign(variable - ahead / (ops.sqrt(square / of_square) + self.epsilon))
