"""BatchNormalization."""

from estikeras import errors, ops, settings
from estikeras.keras.layers import roles
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.normalization import renorm as batch_renormalization
from estikeras.ops import normalization, replicas
from estikeras.public import public


@public("keras.layers.BatchNormalization")
class BatchNormalization(Layer):
    """Give each channel mean 0 and variance 1, then a learnt scale and offset.

    In training the statistics are those of the batch, and moving averages of them are kept; in
    inference (and while `trainable` is False) the moving averages are used.

    Args:
        axis: the axis of the channels.
        momentum: how much of the old moving average stays at each step.
        epsilon: added to the variance.
        center: whether the offset `beta` is learnt.
        scale: whether the factor `gamma` is learnt.
        beta_initializer: initial values of the offset.
        gamma_initializer: initial values of the factor.
        moving_mean_initializer: initial values of the moving mean.
        moving_variance_initializer: initial values of the moving variance.
        beta_regularizer: penalty on the offset.
        gamma_regularizer: penalty on the factor.
        beta_constraint: projection of the offset after each update.
        gamma_constraint: projection of the factor after each update.
        renorm: whether batch renormalization corrects the batch's statistics in training.
        renorm_clipping: dict with `rmin`, `rmax` and `dmax`, the limits of that correction.
        renorm_momentum: `momentum` of the averages that renormalization keeps.
        synchronized: whether the statistics are those of all replicas of a strategy; if not, each
            normalizes with its own, and the moving averages take the replicas' mean.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: float tensor of any rank.
        training: whether the batch's statistics are used.
        mask: bool tensor with the input's shape but for the last axis; where it is False, entries
            do not count for the statistics.

    Returns:
        A tensor like the input.

    Reference: Ioffe and Szegedy, 2015, Batch Normalization: Accelerating Deep Network Training by
    Reducing Internal Covariate Shift; Ioffe, 2017, Batch Renormalization, algorithm 1.
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.axis = int(axis)
        self.momentum = float(momentum)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.synchronized = synchronized
        self.renorm = renorm
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum
        if renorm:
            self.renorm_clipping = batch_renormalization.check_clipping(renorm_clipping)
        roles.set_options(
            self,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            moving_mean_initializer=moving_mean_initializer,
            moving_variance_initializer=moving_variance_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        self.supports_masking = True

    def build(self, input_shape):
        rank = len(input_shape)
        if not -rank <= self.axis < rank:
            raise errors.invalid("axis", got=self.axis, expected=f"an axis of {tuple(input_shape)}")
        size = input_shape[self.axis]
        if size is None:
            raise errors.invalid(
                "input_shape", got=tuple(input_shape), expected=f"a known size of axis {self.axis}"
            )
        self.input_spec = InputSpec(ndim=rank, axes={self.axis: size})
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = roles.add_weight(self, "gamma", (size,), autocast=False)
        if self.center:
            self.beta = roles.add_weight(self, "beta", (size,), autocast=False)
        self.moving_mean, self.moving_variance = (
            roles.add_weight(
                self, role, (size,), trainable=False, autocast=False, aggregation="mean"
            )
            for role in ("moving_mean", "moving_variance")
        )
        if self.renorm:
            batch_renormalization.add_weights(self, size)
        axis = self.axis % rank
        self._reduction_axes = tuple(i for i in range(rank) if i != axis)

    def call(self, inputs, training=None, mask=None):
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise errors.shape_mismatch(
                "mask", got=mask.shape, expected=f"one dimension less than {tuple(inputs.shape)}"
            )
        if not (training and self.trainable):
            return self._normalize(inputs, self.moving_mean, self.moving_variance)
        inputs = ops.cast(inputs, self._wide(inputs))
        together = self.synchronized and replicas.several()
        if mask is None and not self.renorm and not together:
            outputs, mean, variance = normalization.batch_normalization_training(
                inputs, self.axis, self.gamma, self.beta, self.epsilon
            )
            self._move(mean, variance)
            return ops.cast(outputs, self.compute_dtype)
        mean, variance = self._moments(inputs, mask)
        if not self.renorm:
            self._move(mean, variance)
            return self._normalize(inputs, mean, variance)
        ratio, shift = batch_renormalization.correction(self, mean, variance)
        self._move_average(self.moving_mean, mean, self.momentum)
        batch_renormalization.update(self, mean, variance)
        return self._normalize(inputs, mean, variance, ratio, shift)

    def _normalize(self, inputs, mean, variance, ratio=None, shift=None):
        """Return `((inputs - mean) / deviation * ratio + shift) * gamma + beta`."""
        wide = self._wide(inputs)
        gamma, beta, mean, variance = (
            None if v is None else ops.cast(v, wide)
            for v in (self.gamma, self.beta, mean, variance)
        )
        if ratio is not None:
            shift = shift if gamma is None else shift * gamma
            gamma = ratio if gamma is None else ratio * gamma
            beta = shift if beta is None else beta + shift
        outputs = ops.batch_normalization(
            ops.cast(inputs, wide),
            mean,
            variance,
            axis=self.axis,
            offset=beta,
            scale=gamma,
            epsilon=self.epsilon,
        )
        return ops.cast(outputs, self.compute_dtype)

    def _moments(self, inputs, mask):
        if mask is None:
            if self.synchronized and 0 in inputs.shape:  # other replicas have the rows
                mean = variance = ops.zeros((inputs.shape[self.axis],), dtype=inputs.dtype)
            else:
                mean, variance = ops.moments(inputs, axes=self._reduction_axes)
            return self._of_all_replicas(mean, variance, inputs.size // mean.size)
        weights = ops.expand_dims(ops.cast(mask, inputs.dtype), -1)
        weights = ops.broadcast_to(weights, inputs.shape)
        count = ops.sum(weights, self._reduction_axes, keepdims=True) + settings.epsilon()
        mean = ops.sum(weights * inputs, self._reduction_axes, keepdims=True) / count
        deviation = inputs - mean
        variance = ops.sum(weights * deviation * deviation, self._reduction_axes, keepdims=True)
        variance = variance / count
        mean, variance, count = (
            ops.squeeze(x, self._reduction_axes) for x in (mean, variance, count)
        )
        return self._of_all_replicas(mean, variance, count)

    def _of_all_replicas(self, mean, variance, count):
        if not self.synchronized:
            return mean, variance
        return replicas.replica_moments(mean, variance, count)

    def _move(self, mean, variance):
        self._move_average(self.moving_mean, mean, self.momentum)
        self._move_average(self.moving_variance, variance, self.momentum)

    @staticmethod
    def _move_average(average, value, momentum):
        average.assign(average * momentum + ops.cast(value, average.dtype) * (1.0 - momentum))

    @staticmethod
    def _wide(inputs):
        return "float64" if inputs.dtype == "float64" else "float32"

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        config = {
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **roles.config(self, "beta", "gamma"),
            **roles.config(self, "moving_mean", "moving_variance", kinds=("initializer",)),
            "synchronized": self.synchronized,
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
        }
        return {**super().get_config(), **config}
