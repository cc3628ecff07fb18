"""Follow the regularized leader, the optimizer of linear models."""

from estikeras import errors, ops
from estikeras.compat.optimizers.base import Optimizer
from estikeras.public import public


@public("compat.v1.train.FtrlOptimizer")
class FtrlOptimizer(Optimizer):
    """Computes variables anew from sums of gradients, with L1 and L2 penalties.

    Args:
        learning_rate: number, tensor, or function that gives one.
        learning_rate_power: number that is not positive, by which the sums of squares slow steps.
        initial_accumulator_value: number that is not negative, with which sums of squares begin.
        l1_regularization_strength: number that is not negative.
        l2_regularization_strength: number that is not negative.
        use_locking: of no consequence.
        name: name of the optimizer, and of the sums in checkpoints.
        accum_name: name of the sums of squares, or None.
        linear_name: name of the sums of gradients, or None.
        l2_shrinkage_regularization_strength: number that is not negative, a penalty of size.
        beta: number that is added to the roots of sums.

    Reference: McMahan et al., 2013, Ad click prediction: a view from the trenches.
    """

    _spares_rows = True

    def __init__(
        self,
        learning_rate,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="Ftrl",
        accum_name=None,
        linear_name=None,
        l2_shrinkage_regularization_strength=0.0,
        beta=None,
    ):
        super().__init__(use_locking, name)
        not_negative = {
            "initial_accumulator_value": initial_accumulator_value,
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
        }
        for argument, value in not_negative.items():
            if value < 0.0:
                raise errors.invalid(argument, got=value, expected="a number that is not negative")
        if learning_rate_power > 0.0:
            raise errors.invalid(
                "learning_rate_power", got=learning_rate_power, expected="a number not above 0"
            )
        self._learning_rate, self._power = learning_rate, learning_rate_power
        self._initial_value = initial_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength
        self._shrinkage = l2_shrinkage_regularization_strength
        self._beta = 0.0 if beta is None else beta
        self._accum_name, self._linear_name = accum_name, linear_name

    def _create_slots(self, var_list):
        for variable in var_list:
            self._slot(variable, "accum", self._initial_value, self._accum_name)
            self._slot(variable, "linear", 0.0, self._linear_name)

    def _updated(self, gradient, variable, dtype):
        rate = self._now(self._learning_rate, dtype)
        squares = self.get_slot(variable, "accum")
        sums = self.get_slot(variable, "linear")
        square = squares + ops.square(gradient)
        before, after = self._scale(squares), self._scale(square)
        if self._shrinkage > 0:
            gradient = gradient + 2 * self._shrinkage * variable
        total = sums + gradient - (after - before) / rate * variable
        squares.assign(square)
        sums.assign(total)
        strength = after / rate + 2 * (self._l2 + self._beta / (2 * rate))
        pull = ops.sign(total) * ops.maximum(ops.abs(total) - self._l1, 0.0)
        return -pull / strength

    def _scale(self, squares):
        if self._power == -0.5:
            return ops.sqrt(squares)
        return ops.power(squares, -self._power)
