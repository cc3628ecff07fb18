"""Lion: steps of one size, by the sign of a running mean of gradients."""

from estikeras import errors, ops
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.Lion")
class Lion(Optimizer):
    """Goes by the learning rate against the sign of a running mean of gradients.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        beta_1: how much the mean counts against the gradient in a step, in (0, 1].
        beta_2: how much of the mean stays at each step.
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
        ValueError: for another `beta_1`.

    Reference: Chen et al., 2023, Symbolic Discovery of Optimization Algorithms.
    """

    elementwise = True
    hyperparameters = ("beta_1", "beta_2")

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.99,
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

        if not 0 < beta_1 <= 1:
            raise errors.invalid("beta_1", got=beta_1, expected="a number in (0, 1]")

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self._momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        slot = self._momentums[self._get_variable_index(variable)]
        gradient = ops.cast(gradient, variable.dtype)
        direction = ops.sign(slot * self.beta_1 + gradient * (1.0 - self.beta_1))
        variable.assign(variable - ops.cast(learning_rate, variable.dtype) * direction)
        slot.assign(slot * self.beta_2 + gradient * (1.0 - self.beta_2))
