"""Adafactor: Adam whose mean squares of a matrix are kept by rows and columns."""

from estikeras import ops
from estikeras.engine.variable import Variable
from estikeras.keras.optimizers.base import Optimizer
from estikeras.keras.optimizers.variables import takes_gradient
from estikeras.public import public


@public("keras.optimizers.Adafactor")
class Adafactor(Optimizer):
    """Scales steps by mean squares that are kept for rows and columns, and by the size of the
    weights.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        beta_2_decay: exponent of the step with which means change less and less.
        epsilon_1: small number that is added to squared gradients.
        epsilon_2: the least size that weights count as.
        clip_threshold: greatest root mean square of a step before it is scaled.
        relative_step: whether the rate falls with the root of the steps.
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

    Reference: Shazeer and Stern, 2018, Adafactor: Adaptive Learning Rates with Sublinear Memory
    Cost.
    """

    hyperparameters = ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step")

    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
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
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self._r, self._c, self._v = [], [], []
        for variable in self._trainable_variables:
            rows, columns = self._means_of(variable)
            self._r.append(rows)
            self._c.append(columns)
            self._v.append(self._mean_of(variable))

    def _means_of(self, variable):
        shape, name = variable.shape, variable.path.rpartition("/")[2]
        if len(shape) < 2:
            # Without use, but the reference's saved state has them.
            unused = (
                Variable(0, name=name, trainable=False),
                Variable(0, name=name, trainable=False),
            )
            for placeholder in unused:
                self._track(placeholder)
            return unused
        if takes_gradient(variable):
            return None, None
        rows = self.add_variable(shape[:-1], dtype=variable.dtype, name=name)
        return rows, self.add_variable((*shape[:-2], shape[-1]), dtype=variable.dtype, name=name)

    def _mean_of(self, variable):
        return (
            None
            if takes_gradient(variable)
            else self.add_variable_from_reference(variable, "velocity")
        )

    def prepare_step(self, dtype):
        """The share of the means that stays, and the greatest rate."""
        step = ops.cast(self.iterations + 1, dtype)
        return 1.0 - ops.power(step, self.beta_2_decay), 1.0 / ops.sqrt(step)

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        stays, greatest_rate = self.step_scalars(variable.dtype)
        rate = ops.minimum(ops.cast(learning_rate, variable.dtype), greatest_rate)
        rate = rate * ops.maximum(_root_mean_square(variable), self.epsilon_2)
        square = ops.square(gradient) + self.epsilon_1
        if len(variable.shape) < 2:
            mean = stays * self._v[index] + (1.0 - stays) * square
        else:
            mean = self._factored(self._r[index], self._c[index], square, stays)
        self._v[index].assign(mean)
        step = gradient / ops.sqrt(mean)
        step = step / ops.maximum(_root_mean_square(step) / self.clip_threshold, 1.0)
        variable.assign(variable - rate * step)

    def _factored(self, rows, columns, square, stays):
        by_row = stays * rows + (1.0 - stays) * ops.mean(square, axis=-1)
        by_column = stays * columns + (1.0 - stays) * ops.mean(square, axis=-2)
        rows.assign(by_row)
        columns.assign(by_column)
        by_row = by_row / ops.mean(by_row, axis=-1, keepdims=True)
        return ops.expand_dims(by_row, -1) * ops.expand_dims(by_column, -2)


def _root_mean_square(x):
    return ops.sqrt(ops.mean(ops.square(x)))
