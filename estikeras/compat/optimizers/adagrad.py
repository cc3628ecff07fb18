"""Adagrad, its proximal form and its dual averaging."""

from estikeras import errors, ops
from estikeras.compat.optimizers.base import Optimizer
from estikeras.compat.optimizers.descent import shrunk
from estikeras.public import public


def _check_positive(argument, value):
    if value <= 0.0:
        raise errors.invalid(argument, got=value, expected="a positive number")


@public("compat.v1.train.AdagradOptimizer")
class AdagradOptimizer(Optimizer):
    """Divides each step by the root of the sum of squared gradients.

    Args:
        learning_rate: number, tensor, or function that gives one.
        initial_accumulator_value: positive number with which sums begin.
        use_locking: of no consequence.
        name: name of the optimizer, and of the sums in checkpoints.

    Reference: Duchi, Hazan and Singer, 2011, Adaptive subgradient methods for online learning and
    stochastic optimization.
    """

    def __init__(
        self, learning_rate, initial_accumulator_value=0.1, use_locking=False, name="Adagrad"
    ):
        _check_positive("initial_accumulator_value", initial_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate, self._initial_value = learning_rate, initial_accumulator_value

    def _create_slots(self, var_list):
        for variable in var_list:
            self._slot(variable, "accumulator", self._initial_value)

    def _updated(self, gradient, variable, dtype):
        rate = self._now(self._learning_rate, dtype)
        return variable - rate * gradient * ops.rsqrt(self._add(gradient, variable))

    def _add(self, gradient, variable):
        slot = self.get_slot(variable, "accumulator")
        total = slot + ops.square(gradient)
        slot.assign(total)
        return total


@public("compat.v1.train.ProximalAdagradOptimizer")
class ProximalAdagradOptimizer(AdagradOptimizer):
    """Adagrad with L1 and L2 penalties, which are applied after each step.

    Args:
        learning_rate: number or tensor.
        initial_accumulator_value: positive number with which sums begin.
        l1_regularization_strength: number that is not negative.
        l2_regularization_strength: number that is not negative.
        use_locking: of no consequence.
        name: name of the optimizer, and of the sums in checkpoints.

    Reference: Duchi and Singer, 2009, Efficient learning using forward-backward splitting.
    """

    _spares_rows = True

    def __init__(
        self,
        learning_rate,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="ProximalAdagrad",
    ):
        super().__init__(learning_rate, initial_accumulator_value, use_locking, name)
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _updated(self, gradient, variable, dtype):
        rate = self._now(self._learning_rate, dtype) * ops.rsqrt(self._add(gradient, variable))
        return shrunk(variable - rate * gradient, rate, self._l1, self._l2)


@public("compat.v1.train.AdagradDAOptimizer")
class AdagradDAOptimizer(Optimizer):
    """Adagrad that computes variables anew from the sums of all gradients and of their squares.

    Args:
        learning_rate: number or tensor.
        global_step: variable that counts steps.
        initial_gradient_squared_accumulator_value: positive number with which sums of squares
            begin.
        l1_regularization_strength: number that is not negative.
        l2_regularization_strength: number that is not negative.
        use_locking: of no consequence.
        name: name of the optimizer, and of the sums in checkpoints.

    Reference: Duchi, Hazan and Singer, 2011, Adaptive subgradient methods for online learning and
    stochastic optimization.
    """

    _spares_rows = True

    def __init__(
        self,
        learning_rate,
        global_step,
        initial_gradient_squared_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="AdagradDA",
    ):
        argument = "initial_gradient_squared_accumulator_value"
        _check_positive(argument, initial_gradient_squared_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate, self._global_step = learning_rate, global_step
        self._initial_value = initial_gradient_squared_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _create_slots(self, var_list):
        for variable in var_list:
            self._slot(variable, "gradient_accumulator")
            self._slot(variable, "gradient_squared_accumulator", self._initial_value)

    def _updated(self, gradient, variable, dtype):
        sums = self.get_slot(variable, "gradient_accumulator")
        squares = self.get_slot(variable, "gradient_squared_accumulator")
        total, square = sums + gradient, squares + ops.square(gradient)
        sums.assign(total)
        squares.assign(square)
        step = ops.cast(self._global_step, dtype) + 1
        rate = self._now(self._learning_rate, dtype)
        pull = ops.sign(total) * ops.maximum(ops.abs(total) - self._l1 * step, 0.0)
        return -rate * pull / (self._l2 * step * rate + ops.sqrt(square))
