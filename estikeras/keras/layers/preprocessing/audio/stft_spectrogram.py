"""Fourier transforms of a sound over time, as a convolution that can be trained."""

import warnings

from estikeras import errors, ops, settings
from estikeras.keras import initializers
from estikeras.keras.layers.convolutional import spatial
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.reshaping import data_format as data_formats
from estikeras.public import public

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


@public("keras.layers.STFTSpectrogram")
class STFTSpectrogram(Layer):
    """Short-time Fourier transforms of signals, by convolutions with waves under a window.

    The waves are weights: they are trained unless the layer is made with `trainable=False`.

    Args:
        mode: "log" of magnitudes, "magnitude", "psd" (power spectral density), "real", "imag",
            "angle", or "stft" for the real and then the imaginary parts.
        frame_length: int, samples under the window.
        frame_step: int, samples from one transform to the next, at most `frame_length`; by default
            half of it.
        fft_length: int, at least `frame_length`: there are `fft_length // 2 + 1` frequencies. By
            default the next power of two.
        window: a name that `scipy.signal.get_window` knows, a vector (frame_length), or None.
        periodic: whether the window is periodic.
        scaling: "density", "spectrum" or None.
        padding: "valid" or "same".
        expand_dims: whether frequencies have an axis of their own, so that the results are images.
        data_format: "channels_last" or "channels_first"; None is
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, samples, channels) float, or with the channels second.

    Returns:
        (batch, time, channels * frequencies), or (batch, time, frequencies, channels) with
        `expand_dims`; with the channels second (batch, channels * frequencies, time), or (batch,
        channels, time, frequencies).

    Raises:
        ValueError: for another mode, scaling or padding, or lengths that do not fit one another.
        TypeError: for inputs that are no floats.
    """

    def __init__(
        self,
        mode="log",
        frame_length=256,
        frame_step=None,
        fft_length=None,
        window="hann",
        periodic=False,
        scaling="density",
        padding="valid",
        expand_dims=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if mode not in _MODES:
            raise errors.unknown_name("mode", mode, _MODES)
        if padding not in ("valid", "same"):
            raise errors.invalid("padding", got=padding, expected="'valid' or 'same'")
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            expected = f"an int from 1 to `frame_length`, {frame_length}"
            raise errors.invalid("frame_step", got=frame_step, expected=expected)
        if fft_length is not None and fft_length < frame_length:
            expected = f"an int of at least `frame_length`, {frame_length}"
            raise errors.invalid("fft_length", got=fft_length, expected=expected)
        if fft_length is not None and fft_length & (fft_length - 1):
            warnings.warn(f"`fft_length` {fft_length} is no power of two.", stacklevel=2)
        self._initializers = {
            side: initializers.STFT(side, window, scaling, periodic) for side in ("real", "imag")
        }
        self.mode = mode
        self.frame_length = frame_length
        self.frame_step = frame_step
        self.fft_length = fft_length
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = padding
        self.expand_dims = expand_dims
        self.data_format = data_formats.standardize(data_format)
        self.input_spec = InputSpec(ndim=3)
        self._step = frame_step or frame_length // 2
        self._frequencies = (fft_length or 1 << (frame_length - 1).bit_length()) // 2 + 1

    def build(self, input_shape):
        shape = (self.frame_length, 1, self._frequencies)
        for side in ("real", "imag"):
            if self.mode not in ("real", "imag") or self.mode == side:
                kernel = self.add_weight(
                    name=f"{side}_kernel", shape=shape, initializer=self._initializers[side]
                )
                setattr(self, f"{side}_kernel", kernel)

    def call(self, inputs):
        """The spectrograms."""
        if inputs.dtype not in ("float16", "float32", "float64"):
            raise errors.wrong_type(
                "inputs", got=inputs.dtype, expected="a float16, float32 or float64 tensor"
            )
        signals = inputs
        if self.data_format == "channels_last":
            signals = ops.transpose(inputs, (0, 2, 1))
        channels = signals.shape[1]
        outputs = self._transformed(ops.reshape(signals, (-1, signals.shape[2], 1)))
        time, frequencies = outputs.shape[1:]
        outputs = ops.reshape(outputs, (-1, channels, time, frequencies))
        if self.data_format == "channels_last":
            if self.expand_dims:
                return ops.transpose(outputs, (0, 2, 3, 1))
            outputs = ops.transpose(outputs, (0, 2, 1, 3))
            return ops.reshape(outputs, (-1, time, channels * frequencies))
        if self.expand_dims:
            return outputs
        outputs = ops.transpose(outputs, (0, 1, 3, 2))
        return ops.reshape(outputs, (-1, channels * frequencies, time))

    def _transformed(self, signals):
        """What the mode says of signals (count, samples, 1): (count, time, frequencies)."""
        if self.mode in ("real", "imag"):
            return self._side(self.mode, signals)
        real, imaginary = self._side("real", signals), self._side("imag", signals)
        if self.mode == "stft":
            return ops.concatenate([real, imaginary], axis=2)
        if self.mode == "angle":
            return ops.arctan2(imaginary, real)
        power = ops.square(real) + ops.square(imaginary)
        if self.mode == "psd":  # negative frequencies have the power of positive ones
            return power + ops.pad(power[:, :, 1:-1], ((0, 0), (0, 0), (1, 1)))
        magnitude = ops.sqrt(ops.maximum(power, settings.epsilon()))
        if self.mode == "magnitude":
            return magnitude
        return ops.log(ops.maximum(magnitude, settings.epsilon()))

    def _side(self, side, signals):
        kernel = ops.cast(getattr(self, f"{side}_kernel"), signals.dtype)
        return ops.conv(
            signals, kernel, self._step, padding=self.padding, data_format="channels_last"
        )

    def compute_output_shape(self, input_shape):
        """Times and frequencies in the place of samples."""
        last = self.data_format == "channels_last"
        batch, samples, channels = (input_shape[i] for i in ((0, 1, 2) if last else (0, 2, 1)))
        (time,) = spatial.window_output_sizes(
            (samples,), (self.frame_length,), (self._step,), self.padding
        )
        frequencies = self._frequencies * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            tail = (time, frequencies, channels) if last else (channels, time, frequencies)
        else:
            tail = (time, channels * frequencies) if last else (channels * frequencies, time)
        return (batch, *tail)

    def get_config(self):
        """The arguments as plain values."""
        names = (
            "mode",
            "frame_length",
            "frame_step",
            "fft_length",
            "window",
            "periodic",
            "scaling",
            "padding",
            "data_format",
            "expand_dims",
        )
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
