"""Convolutions of rank 1 to 3 over channels-last arrays, plain, grouped and depthwise, with their
two gradients.

Shapes: x (batch, *spatial, in), kernel (*size, in / groups, out), y (batch, *out_spatial, out); a
    depthwise
kernel is (*size, in, multiplier) and its output has channels `c * multiplier + m`. Parameters, one
entry per spatial axis: `strides`, `padding` as pairs of zeros added before and after, `dilation`.
Each of a trio is linear in both inputs, so the three are one another's gradients and any order
works. Knows no layouts with channels first: the op transposes.
"""

import itertools
import math

import numpy as np

from estikeras import errors
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import precision


def _spread(size, dilation):
    return (size - 1) * dilation + 1


def output_size(size, kernel_size, strides, padding, dilation):
    """Spatial output sizes: every argument has one entry per spatial axis."""
    return tuple(
        (n + low + high - _spread(k, d)) // s + 1
        for n, k, s, (low, high), d in zip(
            size, kernel_size, strides, padding, dilation, strict=True
        )
    )


def check_geometry(x, kernel_size, strides, padding, dilation):
    """The spatial output sizes, after a check that the input has the rank and room for one
    window.
    """
    rank = len(kernel_size)
    if x.ndim != rank + 2:
        expected = f"{rank + 2} dimensions for a kernel with {rank} spatial ones"
        raise errors.shape_mismatch("inputs", got=x.shape, expected=expected)
    sizes = output_size(x.shape[1:-1], kernel_size, strides, padding, dilation)
    if min(sizes) < 1:
        window = tuple(map(_spread, kernel_size, dilation))
        raise errors.shape_mismatch(
            "inputs",
            got=x.shape,
            expected=f"spatial sizes that fit a window of {window}",
            hint="Use padding='same', or a smaller kernel or dilation.",
        )
    return sizes


def taps(kernel_size, out, strides, dilation):
    """Every kernel position with the slice of the padded input that it meets, in row-major
    order.
    """
    for position in itertools.product(*map(range, kernel_size)):
        starts = [p * d for p, d in zip(position, dilation, strict=True)]
        spatial = (
            slice(start, start + (size - 1) * s + 1, s)
            for start, size, s in zip(starts, out, strides, strict=True)
        )
        yield position, (slice(None), *spatial)


def padded(x, padding, value=0):
    """The array with `padding` pairs around its spatial axes; negative pairs cut."""
    grown = [(max(low, 0), max(high, 0)) for low, high in padding]
    if any(map(any, grown)):
        x = np.pad(x, [(0, 0), *grown, (0, 0)], constant_values=value)
    cuts = [(max(-low, 0), max(-high, 0)) for low, high in padding]
    spatial = (slice(low, n - high) for n, (low, high) in zip(x.shape[1:-1], cuts, strict=True))
    return x[(slice(None), *spatial)]


def unpadded(x, padding):
    """Undo `padded`: cut what was added, and zeros where it was cut."""
    return padded(x, [(-low, -high) for low, high in padding])


def _columns(x, kernel_size, out, strides, padding, dilation):
    """Input patches as a matrix: (batch * out positions, kernel positions * channels)."""
    x = padded(x, padding)
    patches = [x[where] for _, where in taps(kernel_size, out, strides, dilation)]
    patches = np.stack(patches, axis=-2)
    return patches.reshape(-1, math.prod(kernel_size) * x.shape[-1])


def _scatter(places, patches, shape, padding):
    """Add patches (*out positions, places, channels) to where they came from in an array of the
    given shape.
    """
    full = [n + low + high for n, (low, high) in zip(shape[1:-1], padding, strict=True)]
    x = np.zeros((shape[0], *full, shape[-1]), patches.dtype)
    for number, (_, where) in enumerate(places):
        x[where] += patches[..., number, :]
    return unpadded(x, padding)


def _split(array, groups):
    return np.split(array, groups, axis=-1) if groups > 1 else [array]


def _conv(x, kernel, *, strides, padding, dilation, groups):
    size = kernel.shape[:-2]
    out = output_size(x.shape[1:-1], size, strides, padding, dilation)
    parts = [
        _columns(part, size, out, strides, padding, dilation)
        @ weights.reshape(-1, weights.shape[-1])
        for part, weights in zip(_split(x, groups), _split(kernel, groups), strict=True)
    ]
    return np.concatenate(parts, axis=-1).reshape(x.shape[0], *out, kernel.shape[-1])


def _conv_input_gradient(g, kernel, *, input_size, strides, padding, dilation, groups):
    size, channels = kernel.shape[:-2], kernel.shape[-2]
    shape = (g.shape[0], *input_size, channels)
    parts = []
    for part, weights in zip(_split(g, groups), _split(kernel, groups), strict=True):
        patches = part @ weights.reshape(-1, weights.shape[-1]).T
        patches = patches.reshape(*g.shape[:-1], math.prod(size), channels)
        parts.append(
            _scatter(taps(size, g.shape[1:-1], strides, dilation), patches, shape, padding)
        )
    return np.concatenate(parts, axis=-1)


def _conv_kernel_gradient(x, g, *, kernel_size, strides, padding, dilation, groups):
    parts = []
    for part, gradient in zip(_split(x, groups), _split(g, groups), strict=True):
        columns = _columns(part, kernel_size, g.shape[1:-1], strides, padding, dilation)
        kernel = columns.T @ gradient.reshape(-1, gradient.shape[-1])
        parts.append(kernel.reshape(*kernel_size, part.shape[-1], gradient.shape[-1]))
    return np.concatenate(parts, axis=-1)


def _depthwise(x, kernel, *, strides, padding, dilation):
    size, multiplier = kernel.shape[:-2], kernel.shape[-1]
    out = output_size(x.shape[1:-1], size, strides, padding, dilation)
    y = np.zeros((x.shape[0], *out, x.shape[-1], multiplier), np.result_type(x, kernel))
    x = padded(x, padding)
    for position, where in taps(size, out, strides, dilation):
        y += x[where][..., None] * kernel[position]
    return y.reshape(*y.shape[:-2], y.shape[-2] * y.shape[-1])


def _depthwise_input_gradient(g, kernel, *, input_size, strides, padding, dilation):
    size, channels = kernel.shape[:-2], kernel.shape[-2]
    g = g.reshape(*g.shape[:-1], channels, kernel.shape[-1])
    places = list(taps(size, g.shape[1:-2], strides, dilation))
    patches = np.stack([(g * kernel[position]).sum(axis=-1) for position, _ in places], axis=-2)
    return _scatter(places, patches, (g.shape[0], *input_size, channels), padding)


def _depthwise_kernel_gradient(x, g, *, kernel_size, strides, padding, dilation):
    channels = x.shape[-1]
    out, multiplier = g.shape[1:-1], g.shape[-1] // channels
    g = g.reshape(-1, channels, multiplier)
    x = padded(x, padding)
    kernel = np.zeros((*kernel_size, channels, multiplier), np.result_type(x, g))
    for position, where in taps(kernel_size, out, strides, dilation):
        kernel[position] = (x[where].reshape(-1, channels, 1) * g).sum(axis=0)
    return kernel


def _conv_rule(x, kernel, *, strides, padding, dilation, groups):
    out = check_geometry(x, kernel.shape[:-2], strides, padding, dilation)
    if x.shape[-1] != kernel.shape[-2] * groups or kernel.shape[-1] % groups:
        expected = f"(*size, {x.shape[-1]} / groups, a multiple of groups) with groups={groups}"
        raise errors.shape_mismatch("kernel", got=kernel.shape, expected=expected)
    return Spec((x.shape[0], *out, kernel.shape[-1]), x.dtype)


def _depthwise_rule(x, kernel, *, strides, padding, dilation):
    out = check_geometry(x, kernel.shape[:-2], strides, padding, dilation)
    if x.shape[-1] != kernel.shape[-2]:
        expected = f"(*size, {x.shape[-1]}, multiplier)"
        raise errors.shape_mismatch("kernel", got=kernel.shape, expected=expected)
    return Spec((x.shape[0], *out, kernel.shape[-2] * kernel.shape[-1]), x.dtype)


def _input_gradient_rule(outputs):
    def rule(g, kernel, *, input_size, strides, padding, dilation, groups=1):
        channels = kernel.shape[-2] * groups
        x = Spec((g.shape[0], *input_size, channels), g.dtype)
        out = check_geometry(x, kernel.shape[:-2], strides, padding, dilation)
        expected = (g.shape[0], *out, outputs(kernel.shape))
        if g.shape != expected:
            raise errors.shape_mismatch("inputs", got=g.shape, expected=expected)
        return x

    return rule


def _conv_kernel_gradient_rule(x, g, *, kernel_size, strides, padding, dilation, groups):
    check_geometry(x, kernel_size, strides, padding, dilation)
    return Spec((*kernel_size, x.shape[-1] // groups, g.shape[-1]), x.dtype)


def _depthwise_kernel_gradient_rule(x, g, *, kernel_size, strides, padding, dilation):
    check_geometry(x, kernel_size, strides, padding, dilation)
    return Spec((*kernel_size, x.shape[-1], g.shape[-1] // x.shape[-1]), x.dtype)


def _gradients(trio):
    """Gradients of a convolution, its input gradient and its kernel gradient; `trio()` gives these
    primitives.
    """

    def of_forward(g, _y, x, kernel, **params):
        _, input_gradient, kernel_gradient = trio()
        return (
            input_gradient(g, kernel, input_size=x.shape[1:-1], **params),
            kernel_gradient(x, g, kernel_size=kernel.shape[:-2], **params),
        )

    def of_input_gradient(g, _y, outer, kernel, *, input_size, **params):
        del input_size
        forward, _, kernel_gradient = trio()
        return forward(g, kernel, **params), kernel_gradient(
            g, outer, kernel_size=kernel.shape[:-2], **params
        )

    def of_kernel_gradient(g, _y, x, outer, *, kernel_size, **params):
        del kernel_size
        forward, input_gradient, _ = trio()
        return input_gradient(outer, g, input_size=x.shape[1:-1], **params), forward(x, g, **params)

    return of_forward, of_input_gradient, of_kernel_gradient


_CONV = _gradients(lambda: (conv, conv_input_gradient, conv_kernel_gradient))
_DEPTHWISE = _gradients(
    lambda: (depthwise_conv, depthwise_conv_input_gradient, depthwise_conv_kernel_gradient)
)

conv = primitive("conv", _conv_rule, precision.widened(_conv), _CONV[0], kernel="conv.conv")
conv_input_gradient = primitive(
    "conv_input_gradient",
    _input_gradient_rule(lambda kernel: kernel[-1]),
    precision.widened(_conv_input_gradient),
    _CONV[1],
    kernel="conv.conv_input_gradient",
)
conv_kernel_gradient = primitive(
    "conv_kernel_gradient",
    _conv_kernel_gradient_rule,
    precision.widened(_conv_kernel_gradient),
    _CONV[2],
    kernel="conv.conv_kernel_gradient",
)
depthwise_conv = primitive(
    "depthwise_conv",
    _depthwise_rule,
    precision.widened(_depthwise),
    _DEPTHWISE[0],
    kernel="depthwise.depthwise_conv",
)
depthwise_conv_input_gradient = primitive(
    "depthwise_conv_input_gradient",
    _input_gradient_rule(lambda kernel: kernel[-2] * kernel[-1]),
    precision.widened(_depthwise_input_gradient),
    _DEPTHWISE[1],
    kernel="depthwise.depthwise_conv_input_gradient",
)
depthwise_conv_kernel_gradient = primitive(
    "depthwise_conv_kernel_gradient",
    _depthwise_kernel_gradient_rule,
    precision.widened(_depthwise_kernel_gradient),
    _DEPTHWISE[2],
    kernel="depthwise.depthwise_conv_kernel_gradient",
)
