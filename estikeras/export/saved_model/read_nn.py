"""TensorFlow's operations of neural networks by ours."""

import numpy as np

from estikeras import ops
from estikeras.engine.tensor import Tensor
from estikeras.export.saved_model.interpreter import reader_of
from estikeras.export.saved_model.ops_conv import same_padding
from estikeras.export.saved_model.read_arrays import ints
from estikeras.ops import image_shape
from estikeras.primitives import conv, elementwise, pool, reduce, shaping, softmax

TABLE = {}
reads = reader_of(TABLE)


@reads("BiasAdd", "BiasAddV1")
def _bias_add(node, x, bias):
    if node.text("data_format", "NHWC") == "NCHW":
        bias = shaping.reshape(bias, shape=(bias.size, *(1,) * (x.ndim - 2)))
    return x + bias


@reads("Softmax", "LogSoftmax")
def _softmax(node, x):
    of = softmax.softmax if node.op == "Softmax" else softmax.log_softmax
    return of(x, axis=-1)


@reads("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits")
def _cross_entropy(node, logits, labels):
    if node.op.startswith("Sparse"):
        loss = softmax.sparse_softmax_cross_entropy(logits, labels)
        labels = ops.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    else:
        loss = softmax.softmax_cross_entropy(logits, labels)
    return loss, softmax.softmax(logits, axis=-1) - labels


class _Windows:
    """Parameters of windows over the spatial axes, with channels last."""

    def __init__(self, node, sizes, window):
        rank = len(window)
        data_format = node.text("data_format", "NHWC")
        self.first = data_format in ("NCHW", "NCDHW")
        at = slice(2, None) if self.first else slice(1, -1)
        self.strides = tuple(node.attribute("strides")[at])
        self.dilation = tuple((node.attribute("dilations") or [1] * (rank + 2))[at])
        self.window = tuple(window)
        self.padding = self._padding(node, sizes, at)

    def _padding(self, node, sizes, at):
        name = node.text("padding")
        if name == "VALID":
            return ((0, 0),) * len(self.window)
        if name == "SAME":
            return same_padding(sizes, self.window, self.strides, self.dilation)
        pairs = np.array(node.attribute("explicit_paddings")).reshape(-1, 2)
        return tuple(map(tuple, pairs[at].tolist()))


def _last(node, x):
    """The array with its channels last, and a function that puts them back."""
    if node.text("data_format", "NHWC") not in ("NCHW", "NCDHW"):
        return x, lambda y: y
    rank = x.ndim
    back = (0, rank - 1, *range(1, rank - 1))
    return (
        shaping.transpose(x, axes=(0, *range(2, rank), 1)),
        lambda y: shaping.transpose(y, axes=back),
    )


@reads("Conv2D", "Conv3D")
def _conv(node, x, kernel):
    x, put_back = _last(node, x)
    windows = _Windows(node, x.shape[1:-1], kernel.shape[:-2])
    y = conv.conv(
        x,
        kernel,
        strides=windows.strides,
        padding=windows.padding,
        dilation=windows.dilation,
        groups=x.shape[-1] // kernel.shape[-2],
    )
    return put_back(y)


@reads("Conv2DBackpropInput", "Conv3DBackpropInputV2")
def _conv_input_gradient(node, sizes, kernel, g):
    g, put_back = _last(node, g)
    shape = ints(sizes)
    channels_first = node.text("data_format", "NHWC").startswith("NC")
    spatial = shape[2:] if channels_first else shape[1:-1]
    channels = shape[1] if channels_first else shape[-1]
    windows = _Windows(node, spatial, kernel.shape[:-2])
    y = conv.conv_input_gradient(
        g,
        kernel,
        input_size=spatial,
        strides=windows.strides,
        padding=windows.padding,
        dilation=windows.dilation,
        groups=channels // kernel.shape[-2],
    )
    return put_back(y)


@reads("DepthwiseConv2dNative")
def _depthwise_conv(node, x, kernel):
    x, put_back = _last(node, x)
    windows = _Windows(node, x.shape[1:-1], kernel.shape[:-2])
    y = conv.depthwise_conv(
        x, kernel, strides=windows.strides, padding=windows.padding, dilation=windows.dilation
    )
    return put_back(y)


@reads("DepthwiseConv2dNativeBackpropInput")
def _depthwise_input_gradient(node, sizes, kernel, g):
    spatial = ints(sizes)[1:-1]
    windows = _Windows(node, spatial, kernel.shape[:-2])
    return conv.depthwise_conv_input_gradient(
        g,
        kernel,
        input_size=spatial,
        strides=windows.strides,
        padding=windows.padding,
        dilation=windows.dilation,
    )


@reads("MaxPool", "AvgPool", "MaxPool3D", "AvgPool3D")
def _pool(node, x):
    x, put_back = _last(node, x)
    size = node.attribute("ksize")
    at = slice(2, None) if node.text("data_format", "NHWC").startswith("NC") else slice(1, -1)
    windows = _Windows(node, x.shape[1:-1], size[at])
    of = pool.max_pool if node.op.startswith("Max") else pool.average_pool
    y = of(x, size=windows.window, strides=windows.strides, padding=windows.padding)
    return put_back(y)


@reads("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
def _batch_normalization(node, x, scale, offset, mean, variance):
    x, put_back = _last(node, x)
    dtype, x = x.dtype, elementwise.cast(x, dtype=scale.dtype)
    if node.attribute("is_training", True):
        axes = tuple(range(x.ndim - 1))
        mean = reduce.reduce_mean(x, axes=axes, keepdims=False)
        variance = reduce.reduce_mean(elementwise.square(x - mean), axes=axes, keepdims=False)
    factor = scale * elementwise.rsqrt(variance + node.attribute("epsilon", 1e-4))
    y = elementwise.cast((x - mean) * factor + offset, dtype=dtype)
    return put_back(y), mean, variance, mean, variance, Tensor(np.zeros(0, np.float32))


@reads("ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic")
def _resize(node, x, size):
    if node.attribute("align_corners", False) or not node.attribute("half_pixel_centers", False):
        raise node.unsupported("Resizing without half_pixel_centers")
    how = {"ResizeBilinear": "bilinear", "ResizeBicubic": "bicubic"}.get(node.op, "nearest")
    return image_shape.resize(x, ints(size), interpolation=how, data_format="channels_last")
