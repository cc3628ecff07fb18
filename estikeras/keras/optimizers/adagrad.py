"""Adagrad: steps over the root of the sum of squared gradients."""

from estikeras import ops
from estikeras.keras import initializers
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.Adagrad")
class Adagrad(Optimizer):
    """Divides each step by the root of the sum of all squared gradients.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        initial_accumulator_value: what the sums begin with.
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

    Reference: Duchi et al., 2011, Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization.
    """

    elementwise = True
    hyperparameters = ("initial_accumulator_value", "epsilon")
    legacy_slots = (("accumulator", "_accumulators"),)
    legacy_scalars = (("decay", 0.0),)

    def __init__(
        self,
        learning_rate=0.001,
        initial_accumulator_value=0.1,
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
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        start = initializers.Constant(self.initial_accumulator_value)
        self._accumulators = self.add_optimizer_variables(variables, "accumulator", start)

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        accumulator = self._accumulators[self._get_variable_index(variable)]
        gradient = ops.cast(gradient, variable.dtype)
        total = accumulator + ops.square(gradient)
        accumulator.assign(total)
        step = ops.cast(learning_rate, variable.dtype) * gradient / ops.sqrt(total + self.epsilon)
        variable.assign(variable - step)
