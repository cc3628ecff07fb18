"""FTRL: follow the regularized leader, for linear models with many inputs."""

from estikeras import errors, ops
from estikeras.keras import initializers
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.Ftrl")
class Ftrl(Optimizer):
    """Follows the regularized leader: L1 keeps most weights at exactly zero.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        learning_rate_power: how the rate falls with the sum of squared gradients, a number <= 0.
        initial_accumulator_value: what the sums begin with, a number >= 0.
        l1_regularization_strength: strength >= 0 of the L1 penalty.
        l2_regularization_strength: strength >= 0 of the L2 penalty.
        l2_shrinkage_regularization_strength: strength >= 0 of a penalty on the weights' size at
            each step.
        beta: further L2 penalty over the learning rate.
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
        ValueError: for numbers of the wrong sign.

    Reference: McMahan et al., 2013, Ad Click Prediction: a View from the Trenches.
    """

    elementwise = True
    hyperparameters = (
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )
    legacy_slots = (("accumulator", "_accumulators"), ("linear", "_linears"))
    legacy_scalars = (
        ("decay", 0.0),
        ("beta", "beta"),
        ("learning_rate_power", "learning_rate_power"),
        ("l1_regularization_strength", "l1_regularization_strength"),
        ("l2_regularization_strength", "l2_regularization_strength"),
    )

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
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
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

        if learning_rate_power > 0:
            raise errors.invalid(
                "learning_rate_power", got=learning_rate_power, expected="a number <= 0"
            )
        for option in (
            "initial_accumulator_value",
            *(n for n in self.hyperparameters if "strength" in n),
        ):
            if getattr(self, option) < 0:
                raise errors.invalid(option, got=getattr(self, option), expected="a number >= 0")

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        starts = [initializers.Constant(self.initial_accumulator_value), "zeros"]
        self._accumulators, self._linears = self.add_optimizer_variables(
            variables, ["accumulator", "linear"], starts
        )

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        rate = ops.cast(learning_rate, variable.dtype)
        accumulator, linear = self._accumulators[index], self._linears[index]
        total = accumulator + ops.square(gradient)
        root = self._root(total)
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * variable
        pull = linear + shrunk - (root - self._root(accumulator)) / rate * variable
        l2 = self.l2_regularization_strength + self.beta / (2.0 * rate)
        l1 = self.l1_regularization_strength
        linear.assign(pull)
        variable.assign((ops.clip(pull, -l1, l1) - pull) / (root / rate + 2 * l2))
        accumulator.assign(total)

    def _root(self, x):
        power = -self.learning_rate_power
        return ops.sqrt(x) if power == 0.5 else ops.power(x, power)
