"""Muon: momentum whose matrices are made orthogonal; AdamW for all that is no matrix."""

import math
import re

from estikeras import errors, ops
from estikeras.keras.optimizers.base import Optimizer
from estikeras.keras.optimizers.variables import takes_gradient
from estikeras.public import public


@public("keras.optimizers.Muon")
class Muon(Optimizer):
    """Steps along the nearest orthogonal matrix of the momentum; AdamW for other shapes and
    embeddings.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        adam_beta_1: `beta_1` of AdamW.
        adam_beta_2: `beta_2` of AdamW.
        adam_weight_decay: weight decay of AdamW, or None.
        epsilon: small number of AdamW that keeps divisions finite.
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
        exclude_layers: regular expressions of variables' paths that AdamW is for.
        exclude_embeddings: whether AdamW is for embeddings.
        muon_a: first coefficient of the iteration.
        muon_b: second coefficient of the iteration.
        muon_c: third coefficient of the iteration.
        adam_lr_ratio: factor of the learning rate for AdamW.
        momentum: how much of the momentum stays at each step.
        ns_steps: how many iterations make a matrix orthogonal.
        nesterov: whether the step looks one momentum ahead.
        rms_rate: root mean square of a step of rate 1, or None.
        **kwargs: nothing else is allowed.

    Reference: Jordan et al., 2024, Muon: An optimizer for hidden layers in neural networks.
    """

    hyperparameters = (
        "adam_beta_1",
        "adam_beta_2",
        "adam_weight_decay",
        "epsilon",
        "exclude_layers",
        "exclude_embeddings",
        "muon_a",
        "muon_b",
        "muon_c",
        "adam_lr_ratio",
        "momentum",
        "ns_steps",
        "nesterov",
        "rms_rate",
    )

    def __init__(
        self,
        learning_rate=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.775,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
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
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = exclude_layers or []
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def build(self, variables):
        """Make the optimizer's own variables."""
        if self.built:
            return
        super().build(variables)
        self.momentums, self.adam_velocities = [], []
        for variable in self._trainable_variables:
            momentum = velocity = None
            if not takes_gradient(variable):
                momentum = self.add_variable_from_reference(variable, "momentum")
                if self._is_for_adam(variable):
                    velocity = self.add_variable_from_reference(variable, "velocity")
            self.momentums.append(momentum)
            self.adam_velocities.append(velocity)

    def _is_for_adam(self, variable):
        is_embedding = self.exclude_embeddings and "embedding" in variable.path.lower()
        is_excluded = any(re.search(pattern, variable.path) for pattern in self.exclude_layers)
        return len(variable.shape) != 2 or is_embedding or is_excluded

    def _weight_decay_of(self, variable):
        return self.adam_weight_decay if self._is_for_adam(variable) else self.weight_decay

    def prepare_step(self, dtype):
        """The correction for AdamW's means that began at zero."""
        step = ops.cast(self.iterations + 1, dtype)
        square = ops.sqrt(1.0 - ops.power(self.adam_beta_2, step))
        return square / (1.0 - ops.power(self.adam_beta_1, step))

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        rate = ops.cast(learning_rate, variable.dtype)
        momentum, velocity = self.momentums[index], self.adam_velocities[index]
        if velocity is None:
            self._update_matrix(gradient, variable, rate, momentum)
            return
        mean = momentum + (gradient - momentum) * (1 - self.adam_beta_1)
        square = velocity + (ops.square(gradient) - velocity) * (1 - self.adam_beta_2)
        momentum.assign(mean)
        velocity.assign(square)
        alpha = rate * self.adam_lr_ratio * self.step_scalars(variable.dtype)
        variable.assign(variable - mean * alpha / (ops.sqrt(square) + self.epsilon))

    def _update_matrix(self, gradient, variable, rate, momentum):
        mean = momentum * self.momentum + gradient
        momentum.assign(mean)
        ahead = gradient + self.momentum * mean if self.nesterov else mean
        update = self.zeropower_via_newtonschulz5(ahead, self.ns_steps)
        variable.assign(variable - self.lr_adjust(rate * update))

    def transpose_last_axis(self, X):
        """A tensor whose last two axes have changed places."""
        return ops.swapaxes(X, -2, -1)

    def lr_adjust(self, x):
        """A step scaled so that its root mean square is that of Adam, whatever the matrix's
        size.
        """
        return (
            x
            if self.rms_rate is None
            else x * (math.sqrt(max(x.shape[0], x.shape[1])) * self.rms_rate)
        )

    def zeropower_via_newtonschulz5(self, x, steps):
        """The nearest orthogonal matrix, about, by a Newton-Schulz iteration of fifth order.

        Args:
            x: matrix `(rows, columns)`.
            steps: how many iterations.

        Raises:
            ValueError: for what is no matrix.
        """
        if len(x.shape) < 2:
            raise errors.shape_mismatch("x", got=x.shape, expected="at least 2 axes")
        is_tall = x.shape[-2] > x.shape[-1]
        x = self.transpose_last_axis(x) if is_tall else x
        x = x / (ops.sqrt(ops.sum(ops.square(x), axis=(-2, -1), keepdims=True)) + 1e-7)
        for _ in range(steps):
            gram = ops.matmul(x, self.transpose_last_axis(x))
            polynomial = self.muon_b * gram + self.muon_c * ops.matmul(gram, gram)
            x = self.muon_a * x + ops.matmul(polynomial, x)
        return self.transpose_last_axis(x) if is_tall else x
