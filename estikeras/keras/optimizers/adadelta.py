"""Adadelta: steps in the units of the weights, without a learning rate to find."""

from estikeras import ops
from estikeras.keras.optimizers.base import Optimizer
from estikeras.public import public


@public("keras.optimizers.Adadelta")
class Adadelta(Optimizer):
    """Scales each step by the ratio of running means of squared steps and squared gradients.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        rho: how much of the means stays at each step.
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

    Reference: Zeiler, 2012, ADADELTA: An Adaptive Learning Rate Method.
    """

    elementwise = True
    hyperparameters = ("rho", "epsilon")
    legacy_slots = (("accum_grad", "_accumulated_grads"), ("accum_var", "_accumulated_delta_vars"))
    legacy_scalars = (("decay", 0.0), ("rho", "rho"))

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.95,
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
        self.rho = rho
        self.epsilon = epsilon

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self._accumulated_grads, self._accumulated_delta_vars = self.add_optimizer_variables(
            variables, ["accumulated_grad", "accumulated_delta_var"]
        )

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        grads, deltas = self._accumulated_grads[index], self._accumulated_delta_vars[index]
        square = self.rho * grads + (1 - self.rho) * ops.square(gradient)
        grads.assign(square)
        delta = ops.sqrt(deltas + self.epsilon) * gradient / ops.sqrt(square + self.epsilon)
        deltas.assign(self.rho * deltas + (1 - self.rho) * ops.square(delta))
        variable.assign(variable - ops.cast(learning_rate, variable.dtype) * delta)
