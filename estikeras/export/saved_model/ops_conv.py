"""Convolutions and pooling as TensorFlow's operations. One spatial axis becomes two, the first of
size 1.
"""

import itertools

import numpy as np

from estikeras.engine.dtypes import DType
from estikeras.export.saved_model.building import Value
from estikeras.export.saved_model.emission import entering
from estikeras.export.saved_model.ops_shaping import spans
from estikeras.export.saved_model.pairing import is_known
from estikeras.primitives.conv import taps

TABLE = {}
emits = entering(TABLE)


def same_padding(sizes, window, strides, dilation):
    """The padding that TensorFlow calls SAME."""
    pairs = []
    for n, k, s, d in zip(sizes, window, strides, dilation, strict=True):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        pairs.append((total // 2, total - total // 2))
    return tuple(pairs)


def _in_trace(which, numbers):
    """Sizes, also in tuples, as they are in the "first" or in the "second" trace."""
    return tuple(
        _in_trace(which, n) if isinstance(n, tuple) else n if is_known(n) else getattr(n, which)
        for n in numbers
    )


class _Spatial:
    """The parameters of a window over spatial axes, for at least two of them."""

    def __init__(self, e, sizes, window, strides, padding, dilation=None):
        self.rank = len(window)
        dilation = dilation or (1,) * self.rank
        self.padding = tuple(map(tuple, padding))
        self.same = all(
            _in_trace(which, self.padding)
            == same_padding(_in_trace(which, sizes), window, strides, dilation)
            for which in ("first", "second")
        )
        if not self.same and any(not is_known(n) for pair in padding for n in pair):
            raise e.unsupported("padding that depends on a size that is not known")
        if self.rank == 1:
            window, strides, dilation = (1, *window), (1, *strides), (1, *dilation)
            self.padding = ((0, 0), *self.padding)
        self.window, self.strides, self.dilation = window, strides, dilation

    def name(self):
        """The name of the padding, None if it has none."""
        if not any(map(any, self.padding)):
            return "VALID"
        return "SAME" if self.same else None

    def attributes(self, **more):
        """Attributes of an operation with a name for its padding, or for explicit padding."""
        name = self.name()
        out = {"strides": [1, *self.strides, 1], "padding": name or "EXPLICIT", **more}
        if name is None:
            flat = itertools.chain.from_iterable(self.padding)
            out["explicit_paddings"] = [0, 0, *flat, 0, 0]
        if any(d != 1 for d in self.dilation):
            out["dilations"] = [1, *self.dilation, 1]
        return out

    def cut(self, e, x):
        """The array without what negative padding takes away, and none of that left."""
        if self.same or all(n >= 0 for pair in self.padding for n in pair):
            return x
        low, high = ([max(-pair[i], 0) for pair in self.padding] for i in (0, 1))
        sizes = x.shape[1:-1]
        shape = tuple(n - a - b for n, a, b in zip(sizes, low, high, strict=True))
        shape = (x.shape[0], *shape, x.shape[-1])
        values, attributes = spans(e, x.shape, (0, *low, 0), shape, (1,) * x.ndim)
        self.padding = tuple((max(a, 0), max(b, 0)) for a, b in self.padding)
        return e.op("StridedSlice", x, *values, **attributes, of_shape=shape)

    def raised(self, e, x):
        """An array with one more spatial axis if it has only one."""
        return x if self.rank > 1 else e.reshape(x, (x.shape[0], 1, *x.shape[1:]))

    def raised_kernel(self, e, kernel):
        return kernel if self.rank > 1 else e.reshape(kernel, (1, *kernel.shape))

    def lowered(self, e, y):
        return y if self.rank > 1 else e.op("Squeeze", y, squeeze_dims=[1])

    def padded(self, e, x, value):
        """The array with its padding, and no padding left."""
        if any(map(any, self.padding)):
            widths = np.array([(0, 0), *self.padding, (0, 0)], np.int32)
            x = e.op("PadV2", x, e.constant(widths), e.like(value, x))
        return x


def _spatial(e, sizes, kernel, strides, padding, dilation):
    return _Spatial(e, sizes, kernel.shape[:-2], strides, padding, dilation)


def _split(e, x, count):
    """The parts of an array's last axis."""
    if count == 1:
        return [x]
    parts = e.op(
        "Split", e.constant(x.ndim - 1, "int32"), x,
        outputs=[x.dtype] * count, T=DType(x.dtype), num_split=count,
    )  # fmt: skip
    shape = (*x.shape[:-1], x.shape[-1] // count)
    return [Value(part.ref, part.dtype, shape) for part in parts]


def _joined(e, parts):
    if len(parts) == 1:
        return parts[0]
    return e.op("ConcatV2", *parts, e.constant(-1, "int32"), N=len(parts))


@emits("conv")
def _conv(e, x, kernel, *, strides, padding, dilation, groups):
    spatial = _spatial(e, x.shape[1:-1], kernel, strides, padding, dilation)
    x, kernel = spatial.cut(e, spatial.raised(e, x)), spatial.raised_kernel(e, kernel)
    op, attributes = "Conv2D", spatial.attributes()
    if spatial.rank == 3:
        op = "Conv3D"
        if spatial.name() is None:
            shape, x = x.shape, spatial.padded(e, x, 0)
            x, attributes = Value(x.ref, x.dtype, shape), _valid(attributes)
    parts = zip(_split(e, x, groups), _split(e, kernel, groups), strict=True)
    y = _joined(e, [e.op(op, part, weights, **attributes) for part, weights in parts])
    return spatial.lowered(e, y)


def _valid(attributes):
    rest = {key: v for key, v in attributes.items() if key != "explicit_paddings"}
    return {**rest, "padding": "VALID"}


@emits("conv_input_gradient")
def _conv_input_gradient(e, g, kernel, *, input_size, strides, padding, dilation, groups):
    kernel = _spread(e, kernel, dilation)
    if any(not is_known(n) for pair in padding for n in pair):
        raise e.unsupported("padding that depends on a size that is not known")
    # Where padding is negative no window reaches: zeros, which are added at the end.
    beyond = [(max(-low, 0), max(-high, 0)) for low, high in padding]
    padding = [(max(low, 0), max(high, 0)) for low, high in padding]
    inner = tuple(n - a - b for n, (a, b) in zip(input_size, beyond, strict=True))
    spatial = _spatial(e, inner, kernel, strides, padding, None)
    if spatial.rank == 3 and spatial.name() is None:
        raise e.unsupported(f"a transposed convolution in three axes with padding={padding}")
    g, weights = spatial.raised(e, g), spatial.raised_kernel(e, kernel)
    sizes = (g.shape[0], *((1, *inner) if spatial.rank == 1 else inner), kernel.shape[-2])
    op = "Conv3DBackpropInputV2" if spatial.rank == 3 else "Conv2DBackpropInput"
    attributes = {"gives": g.dtype, "T": DType(g.dtype), **spatial.attributes()}
    parts = zip(_split(e, g, groups), _split(e, weights, groups), strict=True)
    sizes = e.vector(sizes)
    y = spatial.lowered(
        e, _joined(e, [e.op(op, sizes, w, part, **attributes) for part, w in parts])
    )
    if any(map(any, beyond)):
        widths = e.constant(np.array([(0, 0), *beyond, (0, 0)], np.int32))
        y = e.op("PadV2", y, widths, e.like(0, y))
    return y


def _spread(e, kernel, dilation):
    """A kernel with zeros between its places, as dilation has it."""
    if all(d == 1 for d in dilation):
        return kernel
    shape = (*((n - 1) * d + 1 for n, d in zip(kernel.shape, dilation, strict=False)),)
    shape = (*shape, *kernel.shape[-2:])
    starts, steps = (0,) * kernel.ndim, (*dilation, 1, 1)
    values, attributes = spans(e, shape, starts, kernel.shape, steps)
    return e.op(
        "StridedSliceGrad", e.vector(shape), *values, kernel, gives=kernel.dtype,
        T=DType(kernel.dtype), of_shape=shape, **attributes,
    )  # fmt: skip


def _even(e, strides):
    """One stride for all axes, as TensorFlow's depthwise convolutions need it."""
    if len(set(strides)) > 1:
        raise e.unsupported(f"a depthwise convolution with strides={strides}")


@emits("depthwise_conv")
def _depthwise_conv(e, x, kernel, *, strides, padding, dilation):
    _even(e, strides)
    spatial = _spatial(e, x.shape[1:-1], kernel, strides, padding, dilation)
    if spatial.rank == 3:
        raise e.unsupported("three spatial axes")
    x, kernel = spatial.cut(e, spatial.raised(e, x)), spatial.raised_kernel(e, kernel)
    attributes = spatial.attributes()
    if spatial.rank == 1:
        attributes["strides"] = [1, *strides * 2, 1]  # the first axis has one place
    y = e.op("DepthwiseConv2dNative", x, kernel, **attributes)
    return spatial.lowered(e, y)


@emits("depthwise_conv_input_gradient")
def _depthwise_input_gradient(e, g, kernel, *, input_size, strides, padding, dilation):
    _even(e, strides)
    spatial = _spatial(e, input_size, kernel, strides, padding, dilation)
    if spatial.rank != 2 or any(d != 1 for d in dilation):
        raise e.unsupported(f"a transposed depthwise convolution with dilation={dilation}")
    sizes = e.vector((g.shape[0], *input_size, kernel.shape[-2]))
    return e.op(
        "DepthwiseConv2dNativeBackpropInput", sizes, kernel, g,
        gives=g.dtype, T=DType(g.dtype), **spatial.attributes(),
    )  # fmt: skip


@emits("max_pool")
def _max_pool(e, x, *, size, strides, padding):
    spatial = _Spatial(e, x.shape[1:-1], size, strides, padding)
    x = spatial.raised(e, x)
    name = spatial.name()
    if name is None:
        integers = x.dtype not in ("float16", "bfloat16", "float32", "float64")
        lowest = np.iinfo(x.dtype).min if integers else -np.inf
        x, name = spatial.padded(e, x, lowest), "VALID"
    op = "MaxPool3D" if spatial.rank == 3 else "MaxPool"
    return spatial.lowered(e, e.op(op, x, **_pool(spatial, name)))


def _pool(spatial, name):
    return {
        "ksize": [1, *spatial.window, 1],
        "strides": [1, *spatial.strides, 1],
        "padding": name,
    }


@emits("average_pool")
def _average_pool(e, x, *, size, strides, padding):
    spatial = _Spatial(e, x.shape[1:-1], size, strides, padding)
    sizes, name = x.shape[1:-1], spatial.name()
    x = spatial.raised(e, x)
    op = "AvgPool3D" if spatial.rank == 3 else "AvgPool"
    if name is not None:
        return spatial.lowered(e, e.op(op, x, **_pool(spatial, name)))
    if not all(map(is_known, sizes)):
        raise e.unsupported("padding of sizes that are not known")
    y = spatial.lowered(e, e.op(op, spatial.padded(e, x, 0), **_pool(spatial, "VALID")))
    return e.op("Mul", y, e.constant(_shares(sizes, size, strides, padding), x.dtype))


def _shares(sizes, size, strides, padding):
    """By what averages over windows with padding are multiplied to leave the padding out."""
    inside = np.pad(np.ones(sizes), padding)[None, ..., None]
    spans = zip(inside.shape[1:-1], size, strides, strict=True)
    out = tuple((n - k) // s + 1 for n, k, s in spans)
    places = taps(size, out, strides, (1,) * len(size))
    return np.prod(size) / sum(inside[where] for _, where in places)
