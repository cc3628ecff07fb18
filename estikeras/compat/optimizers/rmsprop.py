"""RMSProp and Adadelta as TensorFlow 1 keeps and computes them."""

from estikeras import ops
from estikeras.compat.optimizers.base import Optimizer
from estikeras.public import public


@public("compat.v1.train.RMSPropOptimizer")
class RMSPropOptimizer(Optimizer):
    """Divides each step by the root of a running mean of squared gradients, which begins at 1.

    Args:
        learning_rate: number, tensor, or function that gives one.
        decay: how much of the mean stays at each step; likewise.
        momentum: how much of the last step is done again; likewise.
        epsilon: number under the root; likewise.
        use_locking: of no consequence.
        centered: whether to divide by the standard deviation of gradients instead.
        name: name of the optimizer, and of the means in checkpoints.

    Reference: Tieleman and Hinton, 2012, Lecture 6.5, RMSProp; Graves, 2013, Generating sequences
    with recurrent neural networks (centered).
    """

    _spares_rows = True

    def __init__(
        self,
        learning_rate,
        decay=0.9,
        momentum=0.0,
        epsilon=1e-10,
        use_locking=False,
        centered=False,
        name="RMSProp",
    ):
        super().__init__(use_locking, name)
        self._learning_rate, self._decay, self._momentum = learning_rate, decay, momentum
        self._epsilon, self._centered = epsilon, centered

    def _create_slots(self, var_list):
        for variable in var_list:
            self._slot(variable, "rms", 1.0)
            if self._centered:
                self._slot(variable, "mg")
            self._slot(variable, "momentum")

    def _updated(self, gradient, variable, dtype):
        new = 1 - self._now(self._decay, dtype)
        squares, steps = self.get_slot(variable, "rms"), self.get_slot(variable, "momentum")
        square = squares + (ops.square(gradient) - squares) * new
        squares.assign(square)
        if self._centered:
            means = self.get_slot(variable, "mg")
            mean = means + (gradient - means) * new
            means.assign(mean)
            square = square - ops.square(mean)
        rate, epsilon = self._now(self._learning_rate, dtype), self._now(self._epsilon, dtype)
        step = steps * self._now(self._momentum, dtype)
        step = step + rate * gradient * ops.rsqrt(square + epsilon)
        steps.assign(step)
        return variable - step


@public("compat.v1.train.AdadeltaOptimizer")
class AdadeltaOptimizer(Optimizer):
    """Scales gradients by running means of the squares of steps and of gradients.

    Args:
        learning_rate: number, tensor, or function that gives one.
        rho: how much of the means stays at each step; likewise.
        epsilon: number under the roots; likewise.
        use_locking: of no consequence.
        name: name of the optimizer, and of the means in checkpoints.

    Reference: Zeiler, 2012, ADADELTA: an adaptive learning rate method.
    """

    _spares_rows = True

    def __init__(
        self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking=False, name="Adadelta"
    ):
        super().__init__(use_locking, name)
        self._learning_rate, self._rho, self._epsilon = learning_rate, rho, epsilon

    def _create_slots(self, var_list):
        for variable in var_list:
            self._slot(variable, "accum")
            self._slot(variable, "accum_update")

    def _updated(self, gradient, variable, dtype):
        rho, epsilon = self._now(self._rho, dtype), self._now(self._epsilon, dtype)
        squares = self.get_slot(variable, "accum")
        steps = self.get_slot(variable, "accum_update")
        square = squares * rho + ops.square(gradient) * (1 - rho)
        squares.assign(square)
        step = ops.sqrt(steps + epsilon) * ops.rsqrt(square + epsilon) * gradient
        steps.assign(steps * rho + ops.square(step) * (1 - rho))
        return variable - step * self._now(self._learning_rate, dtype)
