"""Spectrograms against the real Keras."""

import numpy as np
import pytest

from estikeras.keras import layers
from tests.support.layers import case, layer_checks

MEL = {"fft_length": 16, "sequence_stride": 6, "num_mel_bins": 5, "sampling_rate": 400}
STFT = {"frame_length": 8, "frame_step": 3}
SUMS = {"tolerance": 2e-3, "why": "logarithms of small sums, in decibels"}
CASES = [
    case(layers.MelSpectrogram, MEL, (2, 40), gradient=False, **SUMS),
    case(
        layers.MelSpectrogram,
        {**MEL, "power_to_db": False, "sequence_length": 12, "window": "hamming", "mag_exp": 1.0},
        (2, 40),
        gradient=False,
    ),
    case(layers.STFTSpectrogram, {**STFT, "padding": "same", "fft_length": 16}, (2, 20, 1)),
    *[
        case(layers.STFTSpectrogram, {**STFT, **options}, (2, 20, 2), gradient=False)
        for options in (
            {"mode": "magnitude", "window": "hamming", "scaling": "spectrum"},
            {"mode": "psd", "expand_dims": True},
            {"mode": "stft", "periodic": True},
        )
    ],
    *[
        case(layers.STFTSpectrogram, {**STFT, **options}, (2, 2, 20), gradient=False)
        for options in (
            {"mode": "real", "data_format": "channels_first"},
            {"mode": "imag", "data_format": "channels_first", "expand_dims": True},
        )
    ],
]
test_layer = layer_checks(CASES)


def test_one_sound_and_a_batch_of_it_have_one_spectrogram():
    sound = np.sin(np.arange(200) / 3).astype("float32")
    layer = layers.MelSpectrogram(**MEL)
    np.testing.assert_allclose(layer(sound), np.asarray(layer(sound[None]))[0], rtol=1e-5)
    assert layer(sound).shape == layer.compute_output_shape((200,))


def test_a_tone_is_loudest_in_its_own_band():
    layer = layers.MelSpectrogram(256, 128, sampling_rate=8000, num_mel_bins=40, min_freq=0)
    bands = np.asarray(layer.linear_to_mel_weight_matrix(40, 129, 8000, 0, 4000))
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000).astype("float32")
    loudest = np.asarray(layer(tone)).mean(1).argmax()
    assert bands[32, loudest] == bands[32].max()  # 1000 hertz is number 32 of 0 to 4000 in 129


@pytest.mark.parametrize(
    ("layer", "arguments", "match"),
    [
        (layers.MelSpectrogram, {"fft_length": 8, "sequence_length": 9}, "sequence_length"),
        (layers.STFTSpectrogram, {"mode": "loud"}, "mode"),
        (layers.STFTSpectrogram, {"padding": "causal"}, "padding"),
        (layers.STFTSpectrogram, {"scaling": "loud"}, "scaling"),
        (layers.STFTSpectrogram, {"frame_length": 8, "frame_step": 9}, "frame_step"),
        (layers.STFTSpectrogram, {"frame_length": 8, "fft_length": 4}, "fft_length"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(layer, arguments, match):
    with pytest.raises(ValueError, match=match):
        layer(**arguments)


def test_angles_are_those_of_the_parts():
    x = np.random.default_rng(0).normal(size=(1, 20, 1)).astype("float32")
    real, imaginary, angle = (
        np.asarray(layers.STFTSpectrogram(mode, **STFT)(x)) for mode in ("real", "imag", "angle")
    )
    np.testing.assert_allclose(angle, np.arctan2(imaginary, real), rtol=1e-5, atol=1e-5)


def test_lengths_that_are_no_powers_of_two_are_warned_of():
    with pytest.warns(UserWarning, match="power of two"):
        layers.STFTSpectrogram(frame_length=8, fft_length=12)


def test_integers_are_no_signals():
    with pytest.raises(TypeError, match="inputs"):
        layers.STFTSpectrogram(frame_length=8)(np.zeros((1, 20, 1), "int32"))
