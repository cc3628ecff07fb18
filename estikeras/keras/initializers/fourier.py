"""The initializer that makes a convolution compute a short-time Fourier transform."""

import numpy as np

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.keras.initializers.initializer import Initializer
from estikeras.public import public


@public("keras.initializers.STFT", "keras.initializers.stft", "keras.initializers.STFTInitializer")
class STFT(Initializer):
    """Waves of all frequencies in a window: kernels of shape (frame_length, 1, fft_length // 2 +
    1).

    Args:
        side: "real" for cosines or "imag" for (negative) sines.
        window: a name that `scipy.signal.get_window` knows, a vector of the frame's length, or
            None.
        scaling: "density", "spectrum" or None.
        periodic: whether the window is periodic; the name is the reference's.

    Raises:
        ValueError: for other arguments.
    """

    def __init__(self, side="real", window="hann", scaling="density", periodic=False):
        if side not in ("real", "imag"):
            raise errors.invalid("side", got=side, expected="'real' or 'imag'")
        if scaling not in (None, "density", "spectrum"):
            raise errors.invalid("scaling", got=scaling, expected="'density', 'spectrum' or None")
        if isinstance(window, str):
            _named_window(window, 1, periodic)
        self.side, self.window, self.scaling, self.periodic = side, window, scaling, periodic

    def __call__(self, shape, dtype=None):
        """The kernels, a tensor of the shape and dtype."""
        frame_length, channels, frequencies = shape
        time = np.arange(frame_length).reshape(-1, 1, 1)
        turns = time * np.arange(frequencies) / (2 * (frequencies - 1))
        wave = np.cos if self.side == "real" else np.sin
        kernel = wave(-2 * np.pi * turns) * np.ones((1, channels, 1))
        if self.window is not None:
            window = self._window(frame_length)
            kernel = kernel * window[:, None, None] / self._scale(window)
        return ops.convert_to_tensor(kernel, dtype=dtypes.standardize(dtype))

    def _window(self, length):
        if isinstance(self.window, str):
            return _named_window(self.window, length, self.periodic)
        window = np.asarray(self.window)
        if window.shape != (length,):
            raise errors.shape_mismatch("window", got=window.shape, expected=(length,))
        return window

    def _scale(self, window):
        if self.scaling == "density":
            return np.sqrt(np.square(window).sum())
        return np.abs(window).sum() if self.scaling == "spectrum" else 1.0

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {
            "side": self.side,
            "window": self.window,
            "periodic": self.periodic,
            "scaling": self.scaling,
        }


def _named_window(name, length, periodic):
    from scipy.signal import get_window

    return get_window(name, length, periodic)
