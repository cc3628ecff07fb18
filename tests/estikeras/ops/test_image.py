"""Images against the real Keras."""

import numpy as np
import pytest

from estikeras.ops import image_shape, image_warp
from tests.support.op_oracle import case, oracle_checks

IMAGES = (2, 5, 6, 3)
POSITIVE = {"low": 0.01, "high": 1.0}
TURN = np.array([0.9, 0.2, 0.5, -0.1, 1.1, -0.7, 0, 0], "float32")
START = np.array([[0, 0], [5, 0], [0, 4], [5, 4]], "float32")
END = np.array([[1, 0], [5, 1], [0, 4], [4, 4]], "float32")
COORDINATES = np.random.default_rng(0).uniform(-4, 9, (2, 12)).astype("float32")

CASES = [
    *(
        case("resize", IMAGES, size=(7, 4), interpolation=name, order=0)
        for name in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
    ),
    case("resize", IMAGES, size=(3, 9), antialias=True),
    case("resize", (5, 6, 3), size=(8, 8), crop_to_aspect_ratio=True, order=0),
    case("resize", IMAGES, size=(8, 8), pad_to_aspect_ratio=True, fill_value=2.0, order=0),
    case("resize", (2, 3, 5, 6), size=(3, 3), data_format="channels_first", order=0),
    case("crop_images", IMAGES, 1, 2, target_height=3, target_width=2),
    case("pad_images", IMAGES, 1, 2, target_height=9, target_width=10, order=0),
    case("extract_patches", IMAGES, 2),
    case("extract_patches", IMAGES, 3, 1, padding="same", order=0),
    case("extract_patches", (5, 6, 3), size=(2, 3), strides=(1, 2), order=0),
    case("extract_patches_3d", (1, 4, 5, 4, 2), 2, order=0),
    case("rgb_to_grayscale", IMAGES, **POSITIVE),
    case("rgb_to_hsv", IMAGES, **POSITIVE),
    case("hsv_to_rgb", IMAGES, order=0, **POSITIVE),
    case("rgb_to_hsv", (3, 5, 6), data_format="channels_first", order=0, **POSITIVE),
    case(
        "gaussian_blur",
        IMAGES,
        kernel_size=(3, 5),
        sigma=(1.0, 2.0),
        data_format="channels_last",
        order=0,
    ),
    case("sobel_edges", IMAGES, order=0),
    case("ssim", (2, 12, 13, 3), (2, 12, 13, 3), order=0, tolerance=1e-4, **POSITIVE),
    *(
        case("map_coordinates", (5, 6), COORDINATES, order_, mode, 0.5, order=0)
        for order_ in (0, 1)
        for mode in ("constant", "nearest", "wrap", "mirror", "reflect")
    ),
    *(
        case(
            "affine_transform", IMAGES, TURN[None].repeat(2, 0), name, mode, order=0, tolerance=1e-4
        )
        for name, mode in (
            ("bilinear", "constant"),
            ("bilinear", "reflect"),
            ("nearest", "nearest"),
        )
    ),
    case("perspective_transform", (5, 6, 3), START, END, order=0, tolerance=1e-4),
    case(
        "scale_and_translate",
        IMAGES,
        output_shape=(2, 7, 8, 3),
        scale=np.array([1.3, 0.8], "float32"),
        translation=np.array([0.5, 1.0], "float32"),
        spatial_dims=(1, 2),
        method="linear",
        order=0,
        tolerance=1e-4,
    ),
]
CASES = [type(c)(**{**vars(c), "space": "ops.image"}) for c in CASES]

test_op = oracle_checks(CASES)
test_likeness = oracle_checks([case("psnr", (3, 4), (3, 4), 2.0)])


def test_an_elastic_transform_follows_its_seed():
    x = np.random.default_rng(0).random((2, 12, 12, 1)).astype("float32")
    a, b, c = (image_warp.elastic_transform(x, seed=seed).numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert abs(a - c).max() > 0.01
    still = image_warp.elastic_transform(x, alpha=0.0, seed=1)
    np.testing.assert_allclose(still.numpy(), x, atol=1e-6)


def test_resizing_whole_numbers_keeps_their_dtype_and_range():
    x = np.array([0, 255, 255, 0], "uint8").reshape(2, 2, 1)
    y = image_shape.resize(x, (5, 5), interpolation="bicubic")
    assert y.dtype == "uint8"
    assert y.numpy().max() == 255


def test_a_size_that_is_no_pair_is_refused():
    with pytest.raises(ValueError, match="`size`"):
        image_shape.resize(np.ones((2, 2, 1), "float32"), (3,))
