"""Loss scaling for half precision: a factor that grows until gradients overflow, around another
optimizer.
"""

from estikeras import errors, ops
from estikeras.keras import initializers
from estikeras.keras.optimizers import options
from estikeras.keras.optimizers.base import Optimizer
from estikeras.keras.optimizers.replicas import combined_gradients
from estikeras.keras.optimizers.selection import only_where
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public


@public("keras.optimizers.LossScaleOptimizer", "keras.mixed_precision.LossScaleOptimizer")
class LossScaleOptimizer(Optimizer):
    """Scales the loss so that small gradients survive in float16; steps with gradients that
    overflow are left out.

    Args:
        inner_optimizer: the optimizer that does the steps; all further options are its own.
        initial_scale: the factor at first.
        dynamic_growth_steps: after how many steps without overflow the factor doubles; an overflow
            halves it.
        name: name of the optimizer.
        **kwargs: none but the defaults of `keras.optimizers.Optimizer`'s options.

    Raises:
        ValueError: for options that belong to the inner optimizer.

    Reference: Micikevicius et al., 2018, Mixed Precision Training.
    """

    def __init__(
        self, inner_optimizer, initial_scale=2.0**15, dynamic_growth_steps=2000, name=None, **kwargs
    ):
        if not kwargs.pop("dynamic", True):
            raise errors.invalid(
                "dynamic",
                got=False,
                expected="True",
                hint="Set `loss_scale_factor` of the inner optimizer.",
            )
        _refuse_options(kwargs)
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None

    def build(self, variables):
        """Make the factor, its count of steps, and the inner optimizer's variables."""
        if self.built:
            return
        self.step_counter = self.add_variable((), "zeros", dtype="int32", name="step_counter")
        start = initializers.Constant(self.initial_scale)
        self.dynamic_scale = self.add_variable((), start, dtype="float32", name="dynamic_scale")
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self):
        """The factor and its count, then the inner optimizer's variables."""
        return self._variables + self.inner_optimizer.variables

    def apply(self, grads, trainable_variables=None):
        """Do a step of the inner optimizer, unless a gradient is not finite, and change the factor.

        Args:
            grads: list of gradients of the scaled loss.
            trainable_variables: the variables, in the same order; by default those that the
                optimizer was built for.
        """
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_of(grads, trainable_variables)
        with combined_gradients(self, grads, variables) as (grads, variables):
            finite = self.check_finite(grads)
            scale = self.dynamic_scale.value
            unscaled = [
                g
                if g is None or getattr(v, "overwrite_with_gradient", False)
                else g / ops.cast(scale, g.dtype)
                for g, v in zip(grads, variables, strict=True)
            ]
            only_where(
                finite,
                [*self._trainable_variables, *self.inner_optimizer.variables],
                lambda: self.inner_optimizer.apply(unscaled, variables),
            )
            is_full = ops.equal(self.step_counter, self.dynamic_growth_steps - 1)
            counts = ops.logical_and(finite, ops.logical_not(is_full))
            self.step_counter.assign(ops.where(counts, self.step_counter + 1, 0))
            self.dynamic_scale.assign(scale * ops.where(finite, ops.where(is_full, 2.0, 1.0), 0.5))

    def check_finite(self, grads):
        """Whether all gradients are finite, a scalar bool tensor."""
        return ops.all(ops.stack([ops.all(ops.isfinite(g)) for g in grads if g is not None]))

    @property
    def learning_rate(self):
        """The inner optimizer's learning rate. It can be set."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        self.inner_optimizer.learning_rate = learning_rate

    @property
    def iterations(self):
        """How many updates the inner optimizer did."""
        return self.inner_optimizer.iterations

    def scale_loss(self, loss):
        """The loss times the factor."""
        return loss * ops.cast(self.dynamic_scale if self.built else self.initial_scale, loss.dtype)

    def finalize_variable_values(self, var_list):
        """Give variables the inner optimizer's averages, if it keeps any."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self):
        """The arguments that make an equal optimizer."""
        return {
            "name": self.name,
            "inner_optimizer": serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """An optimizer from what `get_config` gave.

        Args:
            config: the dict.
            custom_objects: dict from names to the user's own classes and functions.
        """
        config = dict(config)
        inner = deserialize_keras_object(
            config.pop("inner_optimizer"), custom_objects=custom_objects
        )
        return cls(inner, **config)


def _refuse_options(kwargs):
    defaults = {**dict.fromkeys(options.NAMES), "use_ema": False, "ema_momentum": 0.99}
    for name, value in kwargs.items():
        if name not in defaults:
            raise errors.unknown_name(
                "argument of LossScaleOptimizer", name, ["initial_scale", "dynamic_growth_steps"]
            )
        if value != defaults[name]:
            raise errors.invalid(
                name, got=value, expected="no value here", hint="Set it on the inner optimizer."
            )
