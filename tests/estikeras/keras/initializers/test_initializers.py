"""Initializers: spread, orthogonality, configs, and the same names and configs as the real
Keras.
"""

import numpy as np
import pytest

from estikeras import keras
from tests.support.oracle import real_keras

initializers = keras.initializers
SHAPE = (3, 3, 40, 60)
FAN_IN, FAN_OUT = 360, 540

RANDOM = [
    (initializers.RandomNormal, {"mean": 1.0, "stddev": 0.5}, 0.5),
    (initializers.TruncatedNormal, {"stddev": 0.5}, 0.5 * 0.8796),
    (initializers.RandomUniform, {"minval": -0.2, "maxval": 0.4}, 0.6 / 12**0.5),
    (initializers.GlorotUniform, {}, (2 / (FAN_IN + FAN_OUT)) ** 0.5),
    (initializers.GlorotNormal, {}, (2 / (FAN_IN + FAN_OUT)) ** 0.5),
    (initializers.LecunUniform, {}, (1 / FAN_IN) ** 0.5),
    (initializers.LecunNormal, {}, (1 / FAN_IN) ** 0.5),
    (initializers.HeUniform, {}, (2 / FAN_IN) ** 0.5),
    (initializers.HeNormal, {}, (2 / FAN_IN) ** 0.5),
    (initializers.VarianceScaling, {"scale": 3.0, "mode": "fan_out"}, (3 / FAN_OUT) ** 0.5),
    (initializers.VarianceScaling, {"distribution": "uniform"}, (1 / FAN_IN) ** 0.5),
    (initializers.VarianceScaling, {"distribution": "untruncated_normal"}, (1 / FAN_IN) ** 0.5),
    (initializers.VarianceScaling, {"input_axes": [0], "output_axes": [3]}, (1 / 3) ** 0.5),
]
PLAIN = [
    (initializers.Zeros, {}),
    (initializers.Ones, {}),
    (initializers.Constant, {"value": 2.5}),
    (initializers.Identity, {"gain": 2.0}),
    (initializers.Orthogonal, {"gain": 2.0, "seed": 3}),
    (initializers.STFT, {"side": "imag"}),
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
    q = initializers.Orthogonal(gain=2.0, seed=1)(shape).numpy().reshape(-1, shape[-1])
    q = q if q.shape[0] >= q.shape[1] else q.T
    np.testing.assert_allclose(q.T @ q, 4 * np.eye(q.shape[1]), atol=1e-5)


def test_an_int_seed_repeats_and_no_seed_does_not():
    a, b = initializers.HeNormal(seed=1), initializers.HeNormal()
    np.testing.assert_array_equal(a((3, 3)).numpy(), a((3, 3)).numpy())
    assert (initializers.HeNormal()((3, 3)).numpy() != b((3, 3)).numpy()).any()


def test_a_seed_generator_goes_on():
    x = initializers.RandomNormal(seed=keras.random.SeedGenerator(1))
    assert (x((3,)).numpy() != x((3,)).numpy()).any()


@pytest.mark.parametrize(("cls", "options"), EVERYTHING)
def test_configs_make_equal_initializers(cls, options):
    one = cls(**options)
    config = initializers.serialize(one)
    again = initializers.deserialize(config)
    assert type(again) is cls
    assert again.get_config() == one.get_config()
    assert type(one.clone()) is cls


@pytest.mark.oracle
@pytest.mark.parametrize(("cls", "options"), EVERYTHING)
def test_configs_are_those_of_the_real_keras(cls, options):
    theirs = getattr(real_keras().initializers, cls.__name__)(**options)
    config = real_keras().initializers.serialize(theirs)
    if cls is initializers.Identity:
        config["config"] = options  # the real one forgets the gain
    assert initializers.serialize(cls(**options)) == config


@pytest.mark.oracle
def test_values_without_randomness_are_those_of_the_real_keras():
    theirs = real_keras().initializers
    for side, window, scaling in (("real", "hann", "density"), ("imag", None, None)):
        options = {"side": side, "window": window, "scaling": scaling}
        expected = np.asarray(theirs.STFT(**options)((8, 1, 5)))
        np.testing.assert_allclose(
            initializers.STFT(**options)((8, 1, 5)).numpy(), expected, atol=3e-6
        )
    np.testing.assert_array_equal(
        initializers.Identity(2.0)((3, 4)).numpy(), theirs.Identity(2.0)((3, 4))
    )


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("glorot_uniform", initializers.GlorotUniform),
        ("HeNormal", initializers.HeNormal),
        ("zeros", initializers.Zeros),
        ("zero", initializers.Zeros),
        ("one", initializers.Ones),
        ("normal", initializers.RandomNormal),
        ("uniform", initializers.RandomUniform),
        ("orthogonal", initializers.Orthogonal),
        ("OrthogonalInitializer", initializers.Orthogonal),
        ("IdentityInitializer", initializers.Identity),
        ("stft", initializers.STFT),
    ],
)
def test_get_knows_the_names(name, cls):
    assert type(initializers.get(name)) is cls


def test_get_takes_classes_functions_and_values():
    assert initializers.get(None) is None
    assert type(initializers.get(initializers.Ones)) is initializers.Ones
    function = lambda shape, dtype=None: np.zeros(shape)  # noqa: E731
    assert initializers.get(function) is function
    np.testing.assert_array_equal(initializers.get(np.arange(3.0))((3,)).numpy(), [0, 1, 2])
    with pytest.raises(ValueError, match="shape"):
        initializers.get(np.arange(3.0))((2,))


def test_errors_name_what_is_wrong():
    with pytest.raises(ValueError, match="glorot_uniform"):
        initializers.get("glorot_unifrom")
    with pytest.raises(ValueError, match="`scale`"):
        initializers.VarianceScaling(scale=0.0)
    with pytest.raises(ValueError, match="`mode`"):
        initializers.VarianceScaling(mode="fan")
    with pytest.raises(ValueError, match="`seed`"):
        initializers.HeNormal(seed="one")
    with pytest.raises(ValueError, match="`shape`"):
        initializers.Orthogonal()((3,))
    with pytest.raises(ValueError, match="`shape`"):
        initializers.Identity()((3,))
