"""Initializers: spread, orthogonality, configs, and the same names and configs as the real Keras."""

import numpy as np
import pytest

from estikeras import keras
from tests.support.oracle import real_keras

I = keras.initializers
SHAPE = (3, 3, 40, 60)
FAN_IN, FAN_OUT = 360, 540

RANDOM = [
    (I.RandomNormal, {"mean": 1.0, "stddev": 0.5}, 0.5),
    (I.TruncatedNormal, {"stddev": 0.5}, 0.5 * 0.8796),
    (I.RandomUniform, {"minval": -0.2, "maxval": 0.4}, 0.6 / 12**0.5),
    (I.GlorotUniform, {}, (2 / (FAN_IN + FAN_OUT)) ** 0.5),
    (I.GlorotNormal, {}, (2 / (FAN_IN + FAN_OUT)) ** 0.5),
    (I.LecunUniform, {}, (1 / FAN_IN) ** 0.5),
    (I.LecunNormal, {}, (1 / FAN_IN) ** 0.5),
    (I.HeUniform, {}, (2 / FAN_IN) ** 0.5),
    (I.HeNormal, {}, (2 / FAN_IN) ** 0.5),
    (I.VarianceScaling, {"scale": 3.0, "mode": "fan_out"}, (3 / FAN_OUT) ** 0.5),
    (I.VarianceScaling, {"distribution": "uniform"}, (1 / FAN_IN) ** 0.5),
    (I.VarianceScaling, {"distribution": "untruncated_normal"}, (1 / FAN_IN) ** 0.5),
    (I.VarianceScaling, {"input_axes": [0], "output_axes": [3]}, (1 / 3) ** 0.5),
]
PLAIN = [
    (I.Zeros, {}),
    (I.Ones, {}),
    (I.Constant, {"value": 2.5}),
    (I.Identity, {"gain": 2.0}),
    (I.Orthogonal, {"gain": 2.0, "seed": 3}),
    (I.STFT, {"side": "imag"}),
]
EVERYTHING = [*((cls, options) for cls, options, _ in RANDOM), *PLAIN]


@pytest.mark.parametrize(("cls", "options", "deviation"), RANDOM)
def test_the_spread_is_the_one_of_the_formula(cls, options, deviation):
    x = cls(**options, seed=1)(SHAPE).numpy()
    assert x.dtype == "float32"
    np.testing.assert_allclose(x.std(), deviation, rtol=0.02)
    mean = options.get("mean", (options.get("minval", 0) + options.get("maxval", 0)) / 2)
    np.testing.assert_allclose(x.mean(), mean, atol=0.02 * deviation)


@pytest.mark.parametrize("shape", [(8, 5), (5, 8), (3, 2, 4)])
def test_orthogonal_matrices_are_orthogonal(shape):
    q = I.Orthogonal(gain=2.0, seed=1)(shape).numpy().reshape(-1, shape[-1])
    q = q if q.shape[0] >= q.shape[1] else q.T
    np.testing.assert_allclose(q.T @ q, 4 * np.eye(q.shape[1]), atol=1e-5)


def test_an_int_seed_repeats_and_no_seed_does_not():
    a, b = I.HeNormal(seed=1), I.HeNormal()
    np.testing.assert_array_equal(a((3, 3)).numpy(), a((3, 3)).numpy())
    assert (I.HeNormal()((3, 3)).numpy() != b((3, 3)).numpy()).any()


def test_a_seed_generator_goes_on():
    x = I.RandomNormal(seed=keras.random.SeedGenerator(1))
    assert (x((3,)).numpy() != x((3,)).numpy()).any()


@pytest.mark.parametrize(("cls", "options"), EVERYTHING)
def test_configs_make_equal_initializers(cls, options):
    one = cls(**options)
    config = I.serialize(one)
    again = I.deserialize(config)
    assert type(again) is cls
    assert again.get_config() == one.get_config()
    assert type(one.clone()) is cls


@pytest.mark.oracle
@pytest.mark.parametrize(("cls", "options"), EVERYTHING)
def test_configs_are_those_of_the_real_keras(cls, options):
    theirs = getattr(real_keras().initializers, cls.__name__)(**options)
    config = real_keras().initializers.serialize(theirs)
    if cls is I.Identity:
        config["config"] = options  # the real one forgets the gain
    assert I.serialize(cls(**options)) == config


@pytest.mark.oracle
def test_values_without_randomness_are_those_of_the_real_keras():
    theirs = real_keras().initializers
    for side, window, scaling in (("real", "hann", "density"), ("imag", None, None)):
        options = {"side": side, "window": window, "scaling": scaling}
        expected = np.asarray(theirs.STFT(**options)((8, 1, 5)))
        np.testing.assert_allclose(I.STFT(**options)((8, 1, 5)).numpy(), expected, atol=3e-6)
    np.testing.assert_array_equal(I.Identity(2.0)((3, 4)).numpy(), theirs.Identity(2.0)((3, 4)))


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("glorot_uniform", I.GlorotUniform),
        ("HeNormal", I.HeNormal),
        ("zeros", I.Zeros),
        ("zero", I.Zeros),
        ("one", I.Ones),
        ("normal", I.RandomNormal),
        ("uniform", I.RandomUniform),
        ("orthogonal", I.Orthogonal),
        ("OrthogonalInitializer", I.Orthogonal),
        ("IdentityInitializer", I.Identity),
        ("stft", I.STFT),
    ],
)
def test_get_knows_the_names(name, cls):
    assert type(I.get(name)) is cls


def test_get_takes_classes_functions_and_values():
    assert I.get(None) is None
    assert type(I.get(I.Ones)) is I.Ones
    function = lambda shape, dtype=None: np.zeros(shape)  # noqa: E731
    assert I.get(function) is function
    np.testing.assert_array_equal(I.get(np.arange(3.0))((3,)).numpy(), [0, 1, 2])
    with pytest.raises(ValueError, match="shape"):
        I.get(np.arange(3.0))((2,))


def test_errors_name_what_is_wrong():
    with pytest.raises(ValueError, match="glorot_uniform"):
        I.get("glorot_unifrom")
    with pytest.raises(ValueError, match="`scale`"):
        I.VarianceScaling(scale=0.0)
    with pytest.raises(ValueError, match="`mode`"):
        I.VarianceScaling(mode="fan")
    with pytest.raises(ValueError, match="`seed`"):
        I.HeNormal(seed="one")
    with pytest.raises(ValueError, match="`shape`"):
        I.Orthogonal()((3,))
    with pytest.raises(ValueError, match="`shape`"):
        I.Identity()((3,))
