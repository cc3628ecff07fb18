"""The layers that are noise in training, in the harness."""

import numpy as np
import pytest

from estikeras.keras.layers import (
    ActivityRegularization,
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from tests.support.layers import case, layer_checks

CASES = [
    case(Dropout, {"rate": 0.5}, (2, 8), random=True),
    case(Dropout, {"rate": 0.0}, (2, 8)),
    case(Dropout, {"rate": 0.5, "noise_shape": (None, 1, 4)}, (2, 3, 4), random=True),
    case(AlphaDropout, {"rate": 0.3}, (2, 8), random=True),
    case(GaussianNoise, {"stddev": 0.3}, (2, 8), random=True),
    case(GaussianDropout, {"rate": 0.3}, (2, 8), random=True),
    case(SpatialDropout1D, {"rate": 0.3}, (2, 3, 4), random=True),
    case(SpatialDropout2D, {"rate": 0.3}, (2, 3, 4, 2), random=True),
    case(
        SpatialDropout3D,
        {"rate": 0.3, "data_format": "channels_first"},
        (2, 3, 4, 2, 2),
        random=True,
    ),
    case(ActivityRegularization, {"l1": 0.1, "l2": 0.2}, (2, 4)),
]
test_layer = layer_checks(CASES)
MANY = np.ones((1000, 50), "float32")


@pytest.mark.parametrize(
    ("layer", "spread"),
    [
        (Dropout(0.2, seed=1), 0.25),
        (GaussianDropout(0.2, seed=1), 0.25),
        (GaussianNoise(0.5, seed=1), 0.25),
    ],
    ids=lambda x: getattr(x, "name", x),
)
def test_noise_keeps_the_mean_and_has_the_variance_of_its_kind(layer, spread):
    y = layer(MANY, training=True).numpy()
    assert abs(y.mean() - 1) < 0.02
    assert abs(y.var() - spread) < 0.02


def test_alpha_dropout_keeps_mean_and_variance_of_normal_values():
    x = np.random.default_rng(0).normal(size=(1000, 50)).astype("float32")
    y = AlphaDropout(0.2, seed=1)(x, training=True).numpy()
    assert abs(y.mean()) < 0.03
    assert abs(y.var() - 1) < 0.05


def test_spatial_dropout_drops_whole_channels():
    y = SpatialDropout2D(0.5, seed=1)(np.ones((8, 3, 4, 16), "float32"), training=True).numpy()
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y == y[:, :1, :1]).all()


def test_the_same_seed_gives_the_same_zeros_and_a_new_call_gives_new_ones():
    first, second = Dropout(0.5, seed=3), Dropout(0.5, seed=3)
    a, b = first(MANY, training=True).numpy(), second(MANY, training=True).numpy()
    np.testing.assert_array_equal(a, b)
    assert (first(MANY, training=True).numpy() != a).any()


@pytest.mark.parametrize(
    "make", [lambda: Dropout(1.5), lambda: GaussianDropout(-1), lambda: GaussianNoise(2.0)]
)
def test_a_share_outside_of_0_to_1_is_refused(make):
    with pytest.raises(ValueError, match="from 0 to 1"):
        make()


def test_activity_regularization_adds_the_loss_of_its_inputs():
    layer = ActivityRegularization(l1=1.0)
    layer(np.full((2, 3), 2.0, "float32"))
    assert float(layer.losses[0]) == 6.0
