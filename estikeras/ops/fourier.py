"""Fourier transforms and short-time spectra of `keras.ops`; complex numbers are pairs of real and
imaginary part.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import floating, tensor
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, shaping, special
from estikeras.primitives.fourier import fourier

_WINDOWS = ("hann", "hamming")


def _pair(x):
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise errors.invalid("x", got=x, expected="a pair of tensors, real and imaginary part")
    real, imag = map(as_tensor, x)
    if not dtypes.is_float(real.dtype) or not dtypes.is_float(imag.dtype):
        got = [real.dtype, imag.dtype]
        raise errors.invalid("x", got=got, expected="floating-point dtypes")
    return real, imag


def _zeros(shape, like):
    return np.zeros(shape, dtypes.to_numpy(like.dtype))


def fitted(x, size):
    """The last axis cut or filled with zeros at its end to the given size."""
    if x.shape[-1] >= size:
        shape = (*x.shape[:-1], size)
        return shaping.slice(x, starts=(0,) * x.ndim, shape=shape, steps=(1,) * x.ndim)
    widths = (*(((0, 0),) * (x.ndim - 1)), (0, int(size - x.shape[-1])))
    return shaping.pad(x, widths=widths, value=0)


@op("keras.ops.fft")
def fft(x):
    """The Fourier transform along the last axis.

    Args:
        x: pair of float tensors of one shape, real and imaginary part.

    Returns:
        A pair like `x`.
    """
    real, imag = _pair(x)
    return fourier(real, imag, axes=(real.ndim - 1,), sign=-1)


@op("keras.ops.fft2")
def fft2(x):
    """The Fourier transform along the last two axes.

    Args:
        x: pair of float tensors of one shape, real and imaginary part.

    Returns:
        A pair like `x`.
    """
    real, imag = _pair(x)
    return fourier(real, imag, axes=(real.ndim - 2, real.ndim - 1), sign=-1)


@op("keras.ops.ifft2")
def ifft2(x):
    """The inverse of `fft2`.

    Args:
        x: pair of float tensors of one shape, real and imaginary part.

    Returns:
        A pair like `x`.
    """
    real, imag = _pair(x)
    scale = 1 / (real.shape[-1] * real.shape[-2])
    outputs = fourier(real, imag, axes=(real.ndim - 2, real.ndim - 1), sign=1)
    return tuple(y * scale for y in outputs)


@op("keras.ops.rfft")
def rfft(x, fft_length=None):
    """The Fourier transform of real numbers along the last axis, without the half that mirrors.

    Args:
        x: float tensor.
        fft_length: int, to which the axis is cut or filled with zeros; None leaves it.

    Returns:
        A pair of tensors of size `fft_length // 2 + 1` along the last axis, real and imaginary
        part.
    """
    x = floating(x)
    x = fitted(x, x.shape[-1] if fft_length is None else int(fft_length))
    outputs = fourier(x, _zeros(x.shape, x), axes=(x.ndim - 1,), sign=-1)
    return tuple(fitted(y, x.shape[-1] // 2 + 1) for y in outputs)


@op("keras.ops.irfft")
def irfft(x, fft_length=None):
    """The real numbers whose `rfft` is `x`.

    Args:
        x: pair of float tensors of one shape, real and imaginary part.
        fft_length: int, the result's size; None means `2 * (size - 1)`.

    Returns:
        A float tensor.
    """
    real, imag = _pair(x)
    length = 2 * (real.shape[-1] - 1) if fft_length is None else int(fft_length)
    half = length // 2 + 1
    # Twice every frequency that stands for its mirror image too.
    weights = np.full(half, 2.0, dtypes.to_numpy(real.dtype))
    weights[0] = 1
    if length % 2 == 0:
        weights[-1] = 1
    real, imag = (fitted(fitted(part, half) * weights, length) for part in (real, imag))
    return fourier(real, imag, axes=(real.ndim - 1,), sign=1)[0] * (1 / length)


def _frame_places(size, length, stride):
    """The positions of all frames: int32 (frames, length)."""
    frames = max(0, 1 + (size - length) // stride)
    places = np.arange(frames)[:, None] * stride + np.arange(length)
    return places.astype(np.int32)


@op("keras.ops.extract_sequences")
def extract_sequences(x, sequence_length, sequence_stride):
    """Frames of fixed length along the last axis, as many as fit.

    Args:
        x: tensor (..., time).
        sequence_length: int.
        sequence_stride: int, the distance of two frames.

    Returns:
        A tensor (..., frames, sequence_length).
    """
    x = as_tensor(x)
    places = _frame_places(x.shape[-1], sequence_length, sequence_stride)
    return indexing.take(x, places, axis=x.ndim - 1)


def _window(window, length, fft_length, dtype):
    """The window as a tensor of `fft_length` numbers, zeros around its `length`; ones everywhere
    for None.
    """
    if window is None:
        return np.ones(fft_length, dtypes.to_numpy(dtype))
    if isinstance(window, str):
        if window not in _WINDOWS:
            raise errors.invalid("window", got=window, expected=f"one of {_WINDOWS} or a vector")
        cosine = np.cos(2 * np.pi * np.arange(length) / length)
        window = 0.5 - 0.5 * cosine if window == "hann" else 0.54 - 0.46 * cosine
        window = np.ones(1) if length == 1 else window
    window = tensor(window, dtype)
    if window.shape != (length,):
        raise errors.shape_mismatch("window", got=window.shape, expected=(length,))
    before = (fft_length - length) // 2
    return shaping.pad(window, widths=((before, fft_length - length - before),), value=0)


@op("keras.ops.stft")
def stft(x, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    """Spectra of overlapping frames of a signal.

    Args:
        x: float32 or float64 tensor (..., time).
        sequence_length: int, samples of a frame.
        sequence_stride: int, the distance of two frames.
        fft_length: int, at least `sequence_length`, to which frames are filled with zeros.
        window: "hann", "hamming", a vector of `sequence_length`, or None.
        center: whether the signal is mirrored at its ends, so that frames are centred at their
            times.

    Returns:
        A pair of tensors (..., frames, fft_length // 2 + 1), real and imaginary part.
    """
    x = as_tensor(x)
    if x.dtype not in ("float32", "float64"):
        raise errors.wrong_type("x", got=x.dtype, expected="float32 or float64")
    if fft_length < sequence_length:
        raise errors.invalid("fft_length", got=fft_length, expected=f"at least {sequence_length}")
    values = _window(window, sequence_length, fft_length, x.dtype)
    if center:
        mirrored = np.pad(np.arange(x.shape[-1]), fft_length // 2, mode="reflect")
        x = indexing.take(x, mirrored.astype(np.int32), axis=x.ndim - 1)
    return rfft(extract_sequences(x, fft_length, sequence_stride) * values)


@op("keras.ops.istft")
def istft(x, sequence_length, sequence_stride, fft_length, length=None, window="hann", center=True):
    """The signal whose overlapping frames have these spectra: the inverse of `stft`.

    Args:
        x: pair of float tensors (..., frames, fft_length // 2 + 1), real and imaginary part.
        sequence_length: int, samples of a frame.
        sequence_stride: int, the distance of two frames.
        fft_length: int, at least `sequence_length`.
        length: int, samples of the result; None for all.
        window: as for `stft`.
        center: as for `stft`.

    Returns:
        A float tensor (..., time).
    """
    frames = irfft(x, fft_length)
    values = _window(window, sequence_length, fft_length, frames.dtype)
    count, total = frames.shape[-2], fft_length + sequence_stride * (frames.shape[-2] - 1)
    places = np.arange(count)[:, None] * sequence_stride + np.arange(fft_length)
    places = places.astype(np.int32)
    summed = indexing.take_add(frames * values, places, axis=frames.ndim - 2, size=total)
    squares = shaping.broadcast_to(ew.square(values), shape=places.shape)
    weight = indexing.take_add(squares, places, axis=0, size=total)
    signal = summed / ew.select(weight > 1e-10, weight, ew.constant(1, weight))
    if window is None:
        signal = signal * (fft_length / sequence_stride)  # the reference's scale
    start = fft_length // 2 if center else 0
    if length is not None:
        end = min(start + length, total)
    else:
        end = total - fft_length // 2 if center else total
    return shaping.slice(
        signal,
        starts=(0,) * (signal.ndim - 1) + (start,),
        shape=(*signal.shape[:-1], end - start),
        steps=(1,) * signal.ndim,
    )


@op("keras.ops.polar", "keras.ops.nn.polar")
def polar(abs_, angle):
    """Complex numbers from their magnitudes and angles.

    Args:
        abs_: float tensor.
        angle: float tensor of the same shape, in radians.

    Returns:
        A complex tensor.
    """
    abs_, angle = floating(abs_), floating(angle)
    return special.make_complex(abs_ * ew.cos(angle), abs_ * ew.sin(angle))


@op("keras.ops.view_as_complex")
def view_as_complex(x):
    """Complex numbers from an array whose last axis holds real and imaginary part.

    Args:
        x: float tensor (..., 2).

    Returns:
        A complex tensor (...).
    """
    x = tensor(x, "float32")
    if not x.ndim or x.shape[-1] != 2:
        raise errors.shape_mismatch("x", got=x.shape, expected="(..., 2)")
    return special.make_complex(x[..., 0], x[..., 1])


@op("keras.ops.view_as_real")
def view_as_real(x):
    """An array whose last axis holds real and imaginary part of complex numbers.

    Args:
        x: tensor (...).

    Returns:
        A float tensor (..., 2).
    """
    x = as_tensor(x)
    if x.dtype in dtypes.COMPLEX:
        parts = special.real(x), special.imag(x)
    else:
        parts = x, x * ew.constant(0, x)
    columns = [shaping.reshape(part, shape=(*x.shape, 1)) for part in parts]
    return shaping.concatenate(*columns, axis=x.ndim)
