"""Adamax: Adam with the greatest gradient in place of the mean square."""

from estikeras import ops
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.Adamax")
class Adamax(Optimizer):
    """Scales each step by a running maximum of the absolute gradient.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        beta_1: how much of the mean gradient stays at each step.
        beta_2: how much of the maximum stays at each step.
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

    Reference: Kingma and Ba, 2015, Adam: A Method for Stochastic Optimization, section 7.1.
    """

    elementwise = True
    hyperparameters = ("beta_1", "beta_2", "epsilon")
    legacy_slots = (("m", "_m"), ("v", "_u"))
    legacy_scalars = (("decay", 0.0), ("beta_1", "beta_1"), ("beta_2", "beta_2"))

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
        self._m, self._u = self.add_optimizer_variables(variables, ["momentum", "norm"])

    def prepare_step(self, dtype):
        """The correction for a mean that began at zero."""
        return 1.0 - ops.power(self.beta_1, ops.cast(self.iterations + 1, dtype))

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        momentum, norm = self._m[index], self._u[index]
        mean = momentum + (gradient - momentum) * (1 - self.beta_1)
        greatest = ops.maximum(self.beta_2 * norm, ops.abs(gradient))
        momentum.assign(mean)
        norm.assign(greatest)
        rate = ops.cast(learning_rate, variable.dtype) / self.step_scalars(variable.dtype)
        variable.assign(variable - rate * mean / (greatest + self.epsilon))
