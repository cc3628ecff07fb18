"""Gradient descent, plainly, with momentum, and with regularisation of what it arrives at."""

from estikeras import ops
from estikeras.compat.optimizers.base import Optimizer
from estikeras.public import public


@public("compat.v1.train.GradientDescentOptimizer")
class GradientDescentOptimizer(Optimizer):
    """Steps against the gradient.

    Args:
        learning_rate: number, tensor, or function that gives one.
        use_locking: of no consequence.
        name: name of the optimizer.
    """

    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate

    def _updated(self, gradient, variable, dtype):
        return variable - self._now(self._learning_rate, dtype) * gradient


@public("compat.v1.train.MomentumOptimizer")
class MomentumOptimizer(Optimizer):
    """Steps against a sum of gradients in which older ones count less.

    Args:
        learning_rate: number, tensor, or function that gives one.
        momentum: how much of the sum stays at each step; likewise.
        use_locking: of no consequence.
        name: name of the optimizer, and of the sums in checkpoints.
        use_nesterov: whether to step by the gradient and the sum that will be there then.

    Reference: Sutskever, Martens, Dahl and Hinton, 2013, On the importance of initialization and
    momentum in deep learning.
    """

    _spares_rows = True

    def __init__(
        self, learning_rate, momentum, use_locking=False, name="Momentum", use_nesterov=False
    ):
        super().__init__(use_locking, name)
        self._learning_rate, self._momentum = learning_rate, momentum
        self._use_nesterov = use_nesterov

    def _create_slots(self, var_list):
        for variable in var_list:
            self._slot(variable, "momentum")

    def _updated(self, gradient, variable, dtype):
        rate, momentum = self._now(self._learning_rate, dtype), self._now(self._momentum, dtype)
        slot = self.get_slot(variable, "momentum")
        total = slot * momentum + gradient
        slot.assign(total)
        if self._use_nesterov:
            return variable - (gradient * rate + total * momentum * rate)
        return variable - total * rate


def shrunk(x, rate, l1, l2):
    """Where the penalty `l1 * |x| + l2 * x * x / 2`, times `rate`, draws a point to."""
    return ops.sign(x) * ops.maximum(ops.abs(x) - rate * l1, 0.0) / (1 + l2 * rate)


@public("compat.v1.train.ProximalGradientDescentOptimizer")
class ProximalGradientDescentOptimizer(Optimizer):
    """Gradient descent with L1 and L2 penalties, which are applied after each step.

    Args:
        learning_rate: number or tensor.
        l1_regularization_strength: number that is not negative.
        l2_regularization_strength: number that is not negative.
        use_locking: of no consequence.
        name: name of the optimizer.

    Reference: Duchi and Singer, 2009, Efficient learning using forward-backward splitting.
    """

    _spares_rows = True

    def __init__(
        self,
        learning_rate,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="ProximalGradientDescent",
    ):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _updated(self, gradient, variable, dtype):
        rate = self._now(self._learning_rate, dtype)
        return shrunk(variable - rate * gradient, rate, self._l1, self._l2)
