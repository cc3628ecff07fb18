"""`K.relu`, `K.binary_crossentropy`, `K.conv2d`: what layers and losses are made of."""

from estikeras import errors, ops, settings
from estikeras.compat.older import older
from estikeras.keras import activations
from estikeras.ops import image_shape, random
from estikeras.public import public

elu = public("keras.backend.elu")(ops.elu)
sigmoid = public("keras.backend.sigmoid")(ops.sigmoid)
softmax = public("keras.backend.softmax")(ops.softmax)
softplus = public("keras.backend.softplus")(ops.softplus)
softsign = public("keras.backend.softsign")(ops.softsign)
tanh = public("keras.backend.tanh")(ops.tanh)
in_top_k = public("keras.backend.in_top_k")(older(ops.in_top_k, "predictions targets k"))
binary_crossentropy = public("keras.backend.binary_crossentropy")(ops.binary_crossentropy)
categorical_crossentropy = public("keras.backend.categorical_crossentropy")(
    ops.categorical_crossentropy
)
sparse_categorical_crossentropy = public("keras.backend.sparse_categorical_crossentropy")(
    ops.sparse_categorical_crossentropy
)


@public("keras.backend.relu")
def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """`x` where it is above `threshold`, else `alpha * (x - threshold)`, at most `max_value`."""
    return activations.relu(x, alpha, max_value, threshold)


@public("keras.backend.hard_sigmoid")
def hard_sigmoid(x):
    """`0.2 * x + 0.5` within 0 and 1: Keras 2's, steeper than `keras.ops.hard_sigmoid`."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


@public("keras.backend.dropout")
def dropout(x, level, noise_shape=None, seed=None):
    """Entries set to 0 with the probability `level`, and the others raised to keep the mean."""
    return random.dropout(x, level, noise_shape=noise_shape, seed=seed)


def _channels_come_first(data_format):
    return (data_format or settings.image_data_format()) == "channels_first"


@public("keras.backend.bias_add")
def bias_add(x, bias, data_format=None):
    """A tensor plus one number for each of its channels, which are first or last among the axes
    after the batch's.
    """
    if _channels_come_first(data_format):
        bias = ops.reshape(bias, (-1, *(1,) * (len(x.shape) - 2)))
    return ops.add(x, bias)


@public("keras.backend.batch_normalization")
def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """A tensor with a mean and a variance taken away, times `gamma` plus `beta`."""
    flat = [y if y is None else ops.reshape(y, (-1,)) for y in (mean, var, beta, gamma)]
    return ops.batch_normalization(x, *flat[:2], axis, *flat[2:], epsilon=epsilon)


@public("keras.backend.conv1d", "keras.backend.conv2d", "keras.backend.conv3d")
def conv(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """A convolution, over time also with the `padding` "causal", of what came before; see
    `keras.ops.conv`.
    """
    if padding == "causal" and len(x.shape) == 3:
        sides, steps = [(0, 0)] * 3, 2 if _channels_come_first(data_format) else 1
        sides[steps] = ((kernel.shape[0] - 1) * dilation_rate, 0)
        x, padding = ops.pad(x, sides), "valid"
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


@public("keras.backend.depthwise_conv2d")
def depthwise_conv(
    x, depthwise_kernel, strides=1, padding="valid", data_format=None, dilation_rate=1
):
    """A convolution of each channel; see `keras.ops.depthwise_conv`."""
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


@public("keras.backend.pool2d", "keras.backend.pool3d")
def pool(x, pool_size, strides=1, padding="valid", data_format=None, pool_mode="max"):
    """The greatest entry, or with the `pool_mode` "avg" the mean, of every window."""
    kinds = {"max": ops.max_pool, "avg": ops.average_pool}
    if pool_mode not in kinds:
        raise errors.invalid("pool_mode", got=pool_mode, expected="'max' or 'avg'")
    return kinds[pool_mode](x, pool_size, strides, padding, data_format)


@public("keras.backend.resize_images")
def resize_images(x, height_factor, width_factor, data_format=None, interpolation="nearest"):
    """Images several times as high and wide."""
    height, width = x.shape[2:4] if _channels_come_first(data_format) else x.shape[1:3]
    size = (height * height_factor, width * width_factor)
    return image_shape.resize(x, size, interpolation, data_format=data_format)


@public("keras.backend.switch")
def switch(condition, then_expression, else_expression):
    """One of two tensors, or what one of two functions gives; for a condition with several entries,
    each entry, or all under an entry of the condition, from one of them.
    """
    if not condition.shape:
        branches = [
            branch if callable(branch) else (lambda branch=branch: branch)
            for branch in (then_expression, else_expression)
        ]
        return ops.cond(ops.cast(condition, "bool"), *branches)
    first, second = (
        branch() if callable(branch) else branch for branch in (then_expression, else_expression)
    )
    missing = len(first.shape) - len(condition.shape)
    condition = ops.reshape(condition, (*ops.shape(condition), *(1,) * missing))
    return ops.where(ops.cast(condition, "bool"), first, second)


@public("keras.backend.ctc_batch_cost")
def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """What outputs without alignment lose for labels, (batch, 1).

    Args:
        y_true: labels (batch, size).
        y_pred: probabilities (batch, time, classes); the last class stands for no label.
        input_length: (batch, 1), how many times count.
        label_length: (batch, 1), how many labels count.
    """
    lengths = [ops.reshape(ops.cast(x, "int32"), (-1,)) for x in (label_length, input_length)]
    logits = ops.log(y_pred + 1e-7)
    lost = ops.ctc_loss(ops.cast(y_true, "int32"), logits, *lengths, y_pred.shape[-1] - 1)
    return ops.expand_dims(lost, 1)
