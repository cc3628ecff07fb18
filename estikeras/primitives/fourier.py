"""The discrete Fourier transform of complex numbers given as two real arrays, without scaling.

It is linear, and its gradient is the transform with the opposite sign. Knows no windows and no
real spectra.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive


def _fourier_rule(real, imag, *, axes, sign):
    if real.shape != imag.shape:
        raise errors.shape_mismatch("x[1]", got=imag.shape, expected=real.shape)
    if real.dtype != imag.dtype or not dtypes.is_float(real.dtype):
        got = [real.dtype, imag.dtype]
        raise errors.wrong_type("x", got=got, expected="two equal floating-point dtypes")
    return Spec(real.shape, real.dtype), Spec(real.shape, real.dtype)


def _fourier(real, imag, *, axes, sign):
    z = real.astype(np.float64) + 1j * imag.astype(np.float64)
    y = np.fft.fftn(z, axes=axes) if sign < 0 else np.fft.ifftn(z, axes=axes, norm="forward")
    return y.real.astype(real.dtype), y.imag.astype(real.dtype)


def _fourier_gradient(g, y, real, imag, *, axes, sign):
    zeros = np.zeros(real.shape, dtypes.to_numpy(real.dtype))
    sent = (zeros if each is None else each for each in g)
    return fourier(*sent, axes=axes, sign=-sign)


# Gives sum over n of x[n] * exp(sign * 2 pi i k n / N) for every k, along all `axes`; `sign` is -1
# or 1.
fourier = primitive("fourier", _fourier_rule, _fourier, _fourier_gradient)
