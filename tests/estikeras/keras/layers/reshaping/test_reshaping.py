"""The reshaping layers in the harness."""

import numpy as np
import pytest

from estikeras import keras
from estikeras.keras.layers import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    Flatten,
    Permute,
    RepeatVector,
    Reshape,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from tests.support.layers import case, layer_checks

IMAGE, VOLUME = (2, 4, 5, 3), (2, 4, 5, 6, 2)
CASES = [
    case(Flatten, {}, (2, 3, 4)),
    case(Flatten, {"data_format": "channels_first"}, (2, 3, 4, 5)),
    case(Reshape, {"target_shape": (4, 3)}, (2, 3, 4)),
    case(Reshape, {"target_shape": (-1, 2)}, (2, 3, 4)),
    case(Permute, {"dims": (2, 1)}, (2, 3, 4)),
    case(RepeatVector, {"n": 3}, (2, 4)),
    case(ZeroPadding1D, {"padding": 2}, (2, 3, 4)),
    case(ZeroPadding1D, {"padding": (1, 0)}, (2, 3, 4)),
    case(ZeroPadding2D, {"padding": 2}, IMAGE),
    case(ZeroPadding2D, {"padding": (1, 2), "data_format": "channels_first"}, IMAGE),
    case(ZeroPadding2D, {"padding": ((1, 2), (3, 0))}, IMAGE),
    case(ZeroPadding3D, {"padding": ((1, 2), (3, 0), (0, 1))}, VOLUME),
    case(Cropping1D, {"cropping": 1}, (2, 4, 3)),
    case(Cropping1D, {"cropping": (0, 2)}, (2, 4, 3)),
    case(Cropping2D, {"cropping": 1}, IMAGE),
    case(Cropping2D, {"cropping": ((1, 0), (0, 2)), "data_format": "channels_first"}, (2, 3, 4, 5)),
    case(Cropping3D, {"cropping": (1, 2, 1)}, VOLUME),
    case(UpSampling1D, {"size": 3}, (2, 3, 4)),
    case(UpSampling2D, {"size": (2, 3)}, IMAGE),
    case(UpSampling2D, {"size": 2, "data_format": "channels_first"}, IMAGE),
    case(UpSampling2D, {"size": 2, "interpolation": "bilinear"}, IMAGE),
    case(
        UpSampling2D,
        {"size": (2, 3), "interpolation": "bicubic", "data_format": "channels_first"},
        IMAGE,
    ),
    case(UpSampling2D, {"size": 3, "interpolation": "lanczos3"}, IMAGE),
    case(UpSampling3D, {"size": (1, 2, 3)}, VOLUME),
]
test_layer = layer_checks(CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Reshape((5,))(np.ones((1, 2, 3))), "target_shape"),
        (lambda: Reshape((-1, -1)), "at most one"),
        (lambda: Permute((1, 3)), "dims"),
        (lambda: Cropping2D(2)(np.ones((1, 4, 4, 1))), "cropping"),
        (lambda: ZeroPadding2D((1, 2, 3)), "padding"),
        (lambda: UpSampling2D(interpolation="bilinaer"), "bilinear"),
        (lambda: Flatten(data_format="last"), "channels_last"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_sizes_that_are_not_known_stay_so():
    x = keras.Input((None, 4))
    assert Reshape((-1, 2))(x).shape == (None, None, 2)
    assert Flatten()(x).shape == (None, None)
    assert UpSampling1D(2)(x).shape == (None, None, 4)
    assert Flatten()(keras.Input(())).shape == (None, 1)
