"""Normalization."""

from estikeras import errors, ops, settings
from estikeras.data.dataset import Dataset
from estikeras.keras.layers.preprocessing.data_layer import DataLayer
from estikeras.public import public


@public("keras.layers.Normalization")
class Normalization(DataLayer):
    """Shift and scale features to mean 0 and variance 1, by given or learnt statistics.

    Args:
        axis: the axis, or axes, whose entries have statistics of their own; None for one mean of
            all.
        mean: the mean, broadcastable to the features; None to learn it.
        variance: the variance, in the form of `mean`.
        invert: whether to undo the normalisation instead.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: tensor of any shape and dtype.

    Returns:
        A float tensor of the same shape.
    """

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if axis is None:
            axis = ()
        self.axis = (axis,) if isinstance(axis, int) else tuple(axis)
        self.invert = invert
        self.supports_masking = True
        if (mean is None) != (variance is None):
            raise errors.invalid(
                "mean", got=(mean, variance), expected="both `mean` and `variance`, or none of them"
            )
        self.input_mean, self.input_variance = (_plain(value) for value in (mean, variance))
        if mean is not None:
            shapes = [ops.convert_to_tensor(value).shape for value in (mean, variance)]
            if shapes[0] != shapes[1]:
                raise errors.shape_mismatch("variance", got=shapes[1], expected=shapes[0])

    def build(self, input_shape):
        rank = len(input_shape)
        if any(not -rank <= axis < rank for axis in self.axis):
            raise errors.invalid("axis", got=self.axis, expected=f"axes of {tuple(input_shape)}")
        keep = sorted(axis % rank for axis in self.axis)
        if any(input_shape[axis] is None for axis in keep):
            raise errors.invalid(
                "input_shape", got=tuple(input_shape), expected=f"known sizes of axes {self.axis}"
            )
        self._reduced = tuple(axis for axis in range(rank) if axis not in keep)
        self._broadcast = tuple(input_shape[a] if a in keep else 1 for a in range(rank))
        self.adapt_mean = self.adapt_variance = None
        if self.input_mean is None:
            shape = tuple(input_shape[axis] for axis in keep)
            self.adapt_mean, self.adapt_variance = (
                self.add_weight(name=name, shape=shape, initializer=initializer, trainable=False)
                for name, initializer in (("mean", "zeros"), ("variance", "ones"))
            )
            self.count = self.add_weight(
                name="count", shape=(), initializer="zeros", dtype="int32", trainable=False
            )

    def adapt(self, data):
        """Learn mean and variance; what was learnt before is forgotten.

        Args:
            data: an array, or an iterable of batches, whose first axis is the samples; or a
                `tf.data.Dataset` of samples that are vectors or scalars.
        """
        if self.input_mean is not None:
            raise errors.invalid(
                "data",
                got=type(data).__name__,
                expected="no data, as `mean` and `variance` are given",
            )
        if isinstance(data, Dataset):
            data = _batched(data)
        count, mean, variance = 0, 0.0, 0.0
        for batch in [data] if hasattr(data, "shape") else data:
            batch = ops.convert_to_tensor(batch[0] if isinstance(batch, tuple) else batch)
            if not self.built:
                self.build((None, *batch.shape[1:]))
            new = 1
            for axis in self._reduced:
                new *= batch.shape[axis]
            new_mean, new_variance = ops.moments(ops.cast(batch, "float64"), axes=self._reduced)
            share, apart = new / (count + new), new_mean - mean
            variance = variance * (1 - share) + new_variance * share
            variance = variance + apart * apart * (share * (1 - share))
            mean, count = mean + apart * share, count + new
        if not count:
            raise errors.invalid("data", got=data, expected="at least one sample")
        self.adapt_mean.assign(ops.cast(mean, self.adapt_mean.dtype))
        self.adapt_variance.assign(ops.cast(variance, self.adapt_variance.dtype))

    @property
    def mean(self):
        """The mean in use, broadcastable to the inputs; None before the layer is built."""
        return self._statistic(self.input_mean, "adapt_mean")

    @property
    def variance(self):
        """The variance in use, broadcastable to the inputs; None before the layer is built."""
        return self._statistic(self.input_variance, "adapt_variance")

    def _statistic(self, given, learnt):
        if not self.built:
            return None
        if given is None:
            value = ops.convert_to_tensor(getattr(self, learnt))
            return ops.reshape(value, self._broadcast)
        value = ops.cast(ops.convert_to_tensor(given), self.compute_dtype)
        return ops.broadcast_to(value, self._broadcast)

    def call(self, inputs):
        inputs = ops.cast(inputs, self.compute_dtype)
        mean, variance = (ops.cast(v, self.compute_dtype) for v in (self.mean, self.variance))
        deviation = ops.maximum(ops.sqrt(variance), settings.epsilon())
        if self.invert:
            return inputs * deviation + mean
        return (inputs - mean) / deviation

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        config = {
            "axis": self.axis,
            "invert": self.invert,
            "mean": self.input_mean,
            "variance": self.input_variance,
        }
        return {**super().get_config(), **config}


def _batched(dataset):
    """A dataset of batches: vectors of known length, and scalars, are samples."""
    spec = dataset.element_spec
    spec = spec[0] if isinstance(spec, tuple) else spec
    single = spec.rank is not None and spec.rank < 2 and spec.is_static
    return dataset.batch(128) if single else dataset


def _plain(value):
    """Return numbers, or nested lists of them, as JSON has them."""
    return None if value is None else ops.convert_to_tensor(value).numpy().astype(float).tolist()
