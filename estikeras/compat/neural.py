"""`tf.compat.v1.nn`: what took other arguments in TensorFlow 1."""

from estikeras import errors, ops
from estikeras.compat.older import older
from estikeras.engine.tensor import as_tensor
from estikeras.ops import combining, sampled, tf_moments, tf_nn, tf_windows
from estikeras.public import public

softmax = public("compat.v1.nn.softmax", "compat.v1.math.softmax")(
    older(tf_nn.softmax, "logits axis name dim", dim="axis")
)
log_softmax = public("compat.v1.nn.log_softmax", "compat.v1.math.log_softmax")(
    older(tf_nn.log_softmax, "logits axis name dim", dim="axis")
)
crelu = public("compat.v1.nn.crelu")(older(tf_nn.crelu, "features name axis"))
moments = public("compat.v1.nn.moments")(
    older(tf_nn.moments, "x axes shift name keep_dims keepdims", keep_dims="keepdims")
)
weighted_moments = public("compat.v1.nn.weighted_moments")(
    older(
        tf_moments.weighted_moments,
        "x axes frequency_weights name keep_dims keepdims",
        keep_dims="keepdims",
    )
)
sufficient_statistics = public("compat.v1.nn.sufficient_statistics")(
    older(
        tf_moments.sufficient_statistics,
        "x axes shift keep_dims name keepdims",
        keep_dims="keepdims",
    )
)
weighted_cross_entropy_with_logits = public("compat.v1.nn.weighted_cross_entropy_with_logits")(
    older(
        tf_nn.weighted_cross_entropy_with_logits,
        "labels logits pos_weight name targets",
        targets="labels",
    )
)
softmax_cross_entropy_with_logits_v2 = public("compat.v1.nn.softmax_cross_entropy_with_logits_v2")(
    older(tf_nn.softmax_cross_entropy_with_logits, "labels logits axis name dim", dim="axis")
)

_CONV = "input filter strides padding use_cudnn_on_gpu data_format dilations name filters"
_TRANSPOSED = "value filter output_shape strides padding data_format name input filters dilations"
_POOL = "value ksize strides padding data_format name input"

conv1d = public("compat.v1.nn.conv1d")(
    older(
        tf_windows.conv1d,
        "value filters stride padding use_cudnn_on_gpu data_format name input dilations",
        "use_cudnn_on_gpu",
        value="input",
    )
)
conv2d = public("compat.v1.nn.conv2d")(
    older(tf_windows.conv2d, _CONV, "use_cudnn_on_gpu", filter="filters")
)
conv3d = public("compat.v1.nn.conv3d")(
    older(
        tf_windows.conv3d,
        "input filter strides padding data_format dilations name filters",
        filter="filters",
    )
)
conv2d_transpose = public("compat.v1.nn.conv2d_transpose")(
    older(tf_windows.conv2d_transpose, _TRANSPOSED, value="input", filter="filters")
)
conv3d_transpose = public("compat.v1.nn.conv3d_transpose")(
    older(tf_windows.conv3d_transpose, _TRANSPOSED, value="input", filter="filters")
)
convolution = public("compat.v1.nn.convolution")(
    older(
        tf_windows.convolution_,
        "input filter padding strides dilation_rate name data_format filters dilations",
        filter="filters",
        dilation_rate="dilations",
    )
)
depthwise_conv2d_native = public("compat.v1.nn.depthwise_conv2d_native")(
    older(tf_windows.depthwise_conv2d, "input filter strides padding data_format dilations name")
)
depthwise_conv2d = public("compat.v1.nn.depthwise_conv2d")(
    older(
        tf_windows.depthwise_conv2d,
        "input filter strides padding rate name data_format dilations",
        rate="dilations",
    )
)
separable_conv2d = public("compat.v1.nn.separable_conv2d")(
    older(
        tf_windows.separable_conv2d,
        "input depthwise_filter pointwise_filter strides padding rate name data_format dilations",
        rate="dilations",
    )
)
max_pool = public("compat.v1.nn.max_pool")(older(tf_windows.max_pool, _POOL, value="input"))
avg_pool = public("compat.v1.nn.avg_pool", "compat.v1.nn.avg_pool2d")(
    older(tf_windows.avg_pool, _POOL, value="input")
)
pool = public("compat.v1.nn.pool")(
    older(
        tf_windows.pool_,
        "input window_shape pooling_type padding dilation_rate strides name data_format dilations",
        dilation_rate="dilations",
    )
)
depth_to_space = public("compat.v1.nn.depth_to_space", "compat.v1.depth_to_space")(
    older(tf_windows.depth_to_space, "input block_size name data_format")
)
space_to_depth = public("compat.v1.nn.space_to_depth", "compat.v1.space_to_depth")(
    older(tf_windows.space_to_depth, "input block_size name data_format")
)


@public("compat.v1.nn.softmax_cross_entropy_with_logits")
def softmax_cross_entropy_with_logits(labels=None, logits=None, dim=-1, name=None, axis=None):
    """The cross-entropy of class probabilities, without a gradient for these.

    Args:
        labels: class probabilities, shaped like the logits.
        logits: float tensor.
        dim: the axis of the classes.
        name: of no consequence.
        axis: the same as `dim`.
    """
    labels = ops.stop_gradient(as_tensor(labels))
    axis = dim if axis is None else axis
    return tf_nn.softmax_cross_entropy_with_logits(labels, logits, axis)


@public("compat.v1.nn.dropout")
def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None):
    """The input with a random part set to 0 and the rest scaled up.

    Args:
        x: float tensor.
        keep_prob: the part that is kept, a number; or `rate`.
        noise_shape: shape of the pattern of zeros, broadcast to the input; None is its shape.
        seed: int or None.
        name: of no consequence.
        rate: the part that is set to 0, a number.

    Raises:
        ValueError: unless one of `keep_prob` and `rate` is given.
    """
    if (keep_prob is None) == (rate is None):
        raise errors.invalid("rate", got=rate, expected="a number, or `keep_prob`, but not both")
    return tf_nn.dropout(x, 1 - keep_prob if rate is None else rate, noise_shape, seed)


embedding_lookup = public("compat.v1.nn.embedding_lookup")(
    older(
        tf_nn.embedding_lookup,
        "params ids partition_strategy name validate_indices max_norm",
        "partition_strategy validate_indices",
    )
)
embedding_lookup_sparse = public("compat.v1.nn.embedding_lookup_sparse")(
    older(
        combining.embedding_lookup_sparse,
        "params sp_ids sp_weights partition_strategy name combiner max_norm allow_fast_lookup",
        "partition_strategy",
    )
)
safe_embedding_lookup_sparse = public("compat.v1.nn.safe_embedding_lookup_sparse")(
    older(
        combining.safe_embedding_lookup_sparse,
        "embedding_weights sparse_ids sparse_weights combiner default_id name partition_strategy "
        "max_norm allow_fast_lookup",
        "partition_strategy",
    )
)


nce_loss = public("compat.v1.nn.nce_loss")(
    older(
        sampled.nce_loss,
        "weights biases labels inputs num_sampled num_classes num_true sampled_values "
        "remove_accidental_hits partition_strategy name",
        "partition_strategy",
    )
)
sampled_softmax_loss = public("compat.v1.nn.sampled_softmax_loss")(
    older(
        sampled.sampled_softmax_loss,
        "weights biases labels inputs num_sampled num_classes num_true sampled_values "
        "remove_accidental_hits partition_strategy name seed",
        "partition_strategy",
    )
)


@public("compat.v1.nn.atrous_conv2d")
def atrous_conv2d(value, filters, rate, padding, name=None):
    """A convolution whose filters have holes: `rate` is the distance of their entries."""
    return tf_windows.conv2d(value, filters, 1, padding, dilations=rate)


@public("compat.v1.nn.fused_batch_norm")
def fused_batch_norm(
    x,
    scale,
    offset,
    mean=None,
    variance=None,
    epsilon=0.001,
    data_format="NHWC",
    is_training=True,
    name=None,
    exponential_avg_factor=1.0,
):
    """Give each channel mean 0 and variance 1, then a scale and an offset.

    Args:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) for "NCHW".
        scale: (channels,).
        offset: (channels,).
        mean: (channels,), the mean in inference.
        variance: (channels,), the variance in inference.
        epsilon: added to the variance.
        data_format: "NHWC" or "NCHW".
        is_training: whether mean and variance are the batch's.
        name: of no consequence.
        exponential_avg_factor: must be 1.

    Returns:
        The outputs, and the mean and variance to be kept: in training that of the batch and, for
        the variance, that of the population of which the batch is a sample.
    """
    if exponential_avg_factor != 1.0:
        raise errors.unsupported("`exponential_avg_factor`", "Assign averages yourself.")
    x = as_tensor(x)
    channels = 1 if data_format == "NCHW" else len(x.shape) - 1
    kept_mean, kept_variance = mean, variance
    if is_training:
        axes = tuple(axis for axis in range(len(x.shape)) if axis != channels)
        mean, variance = ops.moments(x, axes=axes)
        count = x.size // x.shape[channels]
        kept_mean, kept_variance = mean, variance * (count / max(count - 1, 1))
    shape = tuple(n if axis == channels else 1 for axis, n in enumerate(x.shape))
    parts = (ops.reshape(part, shape) for part in (mean, variance, offset, scale))
    return tf_nn.batch_normalization(x, *parts, epsilon), kept_mean, kept_variance


@public("compat.v1.nn.xw_plus_b")
def xw_plus_b(x, weights, biases, name=None):
    """`matmul(x, weights) + biases`."""
    return ops.matmul(x, weights) + biases


@public("compat.v1.nn.relu_layer")
def relu_layer(x, weights, biases, name=None):
    """`relu(matmul(x, weights) + biases)`."""
    return ops.relu(ops.matmul(x, weights) + biases)
