"""How loud a sound is over time, in bands as the ear has them."""

import numpy as np

from estikeras import errors, ops
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.MelSpectrogram")
class MelSpectrogram(Layer):
    """The power of a sound over time in bands that are spaced as the ear hears.

    Args:
        fft_length: int, samples of a Fourier transform.
        sequence_stride: int, samples from one transform to the next.
        sequence_length: int, samples under the window, at most `fft_length`, which is the default.
        window: "hann", "hamming", None, or a tensor (sequence_length).
        sampling_rate: int, samples in a second.
        num_mel_bins: int, how many bands.
        min_freq: the lowest frequency in hertz.
        max_freq: the highest frequency in hertz, by default half of the sampling rate.
        power_to_db: whether the results are decibels.
        top_db: by how many decibels a result is at most below the largest of the batch.
        mag_exp: the exponent of magnitudes: 1 for magnitudes themselves, 2 for powers.
        min_power: the smallest power that decibels are taken of.
        ref_power: the power of 0 decibels.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (samples) or (batch, samples) float.

    Returns:
        (num_mel_bins, time) or (batch, num_mel_bins, time) of the layer's compute dtype.

    Raises:
        ValueError: if `sequence_length` is larger than `fft_length`.

    Reference: Young et al., 2002, The HTK book: 2595 log10(1 + hertz / 700) mel.
    """

    def __init__(
        self,
        fft_length=2048,
        sequence_stride=512,
        sequence_length=None,
        window="hann",
        sampling_rate=16000,
        num_mel_bins=128,
        min_freq=20.0,
        max_freq=None,
        power_to_db=True,
        top_db=80.0,
        mag_exp=2.0,
        min_power=1e-10,
        ref_power=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.fft_length = fft_length
        self.sequence_stride = sequence_stride
        self.sequence_length = sequence_length or fft_length
        if self.sequence_length > fft_length:
            expected = f"at most `fft_length`, {fft_length}"
            raise errors.invalid("sequence_length", got=sequence_length, expected=expected)
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power
        self.built = True

    def call(self, inputs):
        """The spectrogram, bands first."""
        wide = self.compute_dtype if self.compute_dtype == "float64" else "float32"
        real, imaginary = ops.stft(
            ops.cast(inputs, wide),
            sequence_length=self.sequence_length,
            sequence_stride=self.sequence_stride,
            fft_length=self.fft_length,
            window=self.window,
            center=True,
        )
        magnitudes = ops.sqrt(ops.square(real) + ops.square(imaginary))
        bands = self.linear_to_mel_weight_matrix(
            self.num_mel_bins,
            self.fft_length // 2 + 1,
            self.sampling_rate,
            self.min_freq,
            self.max_freq,
            wide,
        )
        powers = ops.matmul(ops.power(magnitudes, self.mag_exp), bands)
        if self.power_to_db:
            powers = self._decibels(powers)
        return ops.cast(ops.swapaxes(powers, -1, -2), self.compute_dtype)

    def _decibels(self, powers):
        reference = 10 * np.log10(max(abs(self.ref_power), self.min_power))
        levels = 10 * ops.log10(ops.maximum(powers, self.min_power)) - float(reference)
        return ops.maximum(levels, ops.max(levels) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins=20,
        num_spectrogram_bins=129,
        sampling_rate=8000,
        lower_edge_hertz=125.0,
        upper_edge_hertz=3800.0,
        dtype="float32",
    ):
        """How much each frequency of a spectrogram adds to each band: triangles of height 1, even
        in mel.

        Args:
            num_mel_bins: int, how many bands.
            num_spectrogram_bins: int, how many frequencies, from 0 to half of the sampling rate.
            sampling_rate: samples in a second.
            lower_edge_hertz: where the lowest triangle begins.
            upper_edge_hertz: where the highest one ends.
            dtype: a float dtype.

        Returns:
            A tensor (num_spectrogram_bins, num_mel_bins).
        """
        edges = _mel(np.array([lower_edge_hertz, upper_edge_hertz]))
        edges = np.linspace(*edges, num_mel_bins + 2)
        low, middle, high = edges[:-2], edges[1:-1], edges[2:]
        places = _mel(np.linspace(0, sampling_rate / 2, num_spectrogram_bins))[:, None]
        rising, falling = (places - low) / (middle - low), (high - places) / (high - middle)
        weights = np.maximum(0, np.minimum(rising, falling))
        weights[0] = 0  # what does not sound belongs to no band
        return ops.convert_to_tensor(weights, dtype)

    def compute_output_shape(self, input_shape):
        """The bands and the number of transforms in the place of the samples."""
        *batch, samples = input_shape
        stride = self.sequence_stride
        time = None if samples is None else (samples + stride + 1) // stride
        return (*batch, self.num_mel_bins, time)

    def get_config(self):
        """The arguments as plain values."""
        names = (
            "fft_length",
            "sequence_stride",
            "sequence_length",
            "window",
            "sampling_rate",
            "num_mel_bins",
            "min_freq",
            "max_freq",
            "power_to_db",
            "top_db",
            "mag_exp",
            "min_power",
            "ref_power",
        )
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _mel(hertz):
    return 1127.0 * np.log1p(hertz / 700.0)
