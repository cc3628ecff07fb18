"""Adam as TensorFlow 1 keeps and computes it."""

from estikeras import ops
from estikeras.compat.optimizers.base import Optimizer
from estikeras.public import public


@public("compat.v1.train.AdamOptimizer")
class AdamOptimizer(Optimizer):
    """Scales each step by running means of the gradient and of its square.

    Args:
        learning_rate: number, tensor, or function that gives one.
        beta1: how much of the mean gradient stays at each step; likewise.
        beta2: how much of the mean squared gradient stays at each step; likewise.
        epsilon: added to the root of the mean squared gradient before it is corrected for its
            beginning at 0; likewise.
        use_locking: of no consequence.
        name: name of the optimizer, and of the means in checkpoints.

    Reference: Kingma and Ba, 2015, Adam: A Method for Stochastic Optimization; `epsilon` is the
    "epsilon hat" of its section 2.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        use_locking=False,
        name="Adam",
    ):
        super().__init__(use_locking, name)
        self._learning_rate, self._epsilon = learning_rate, epsilon
        self._beta1, self._beta2 = beta1, beta2

    def _create_slots(self, var_list):
        for name, beta in (("beta1_power", self._beta1), ("beta2_power", self._beta2)):
            self._other(name, self._call_if_callable(beta))
        for variable in var_list:
            self._slot(variable, "m")
            self._slot(variable, "v")

    def _prepare(self):
        power1 = self._get_non_slot_variable("beta1_power")
        power2 = self._get_non_slot_variable("beta2_power")
        rate = self._now(self._learning_rate, "float32")
        self._rate = rate * ops.sqrt(1 - power2) / (1 - power1)

    def _updated(self, gradient, variable, dtype):
        beta1, beta2 = self._now(self._beta1, dtype), self._now(self._beta2, dtype)
        means, squares = self.get_slot(variable, "m"), self.get_slot(variable, "v")
        mean = means + (gradient - means) * (1 - beta1)
        square = squares + (ops.square(gradient) - squares) * (1 - beta2)
        means.assign(mean)
        squares.assign(square)
        rate, epsilon = self._now(self._rate, dtype), self._now(self._epsilon, dtype)
        return variable - mean * rate / (ops.sqrt(square) + epsilon)

    def _finish(self, update_ops, name_scope):
        for name, beta in (("beta1_power", self._beta1), ("beta2_power", self._beta2)):
            power = self._get_non_slot_variable(name)
            power.assign(power * self._now(beta, power.dtype))
