"""What random layers of images draw: how often, and from where to where."""

import numpy as np

from estikeras.keras import layers

MANY = np.zeros((4000, 4, 10, 1), "float32")


def _drawn(layer):
    return layer.get_random_transformation(MANY, training=True)


def _spread(values, low, high):
    """The values lie between the limits, and fill the space between them evenly."""
    values = np.ravel(values)
    assert low <= values.min() < low + 0.02 * (high - low)
    assert high - 0.02 * (high - low) < values.max() <= high
    deciles = np.quantile(values, np.linspace(0.1, 0.9, 9))
    even = low + (high - low) * np.linspace(0.1, 0.9, 9)
    np.testing.assert_allclose(deciles, even, atol=0.04 * (high - low))


def test_about_half_of_the_images_are_flipped():
    flips = np.asarray(_drawn(layers.RandomFlip(seed=1))["flips"])
    assert abs(flips.mean() - 0.5) < 0.04


def test_angles_fill_the_interval_of_the_factor():
    _spread(_drawn(layers.RandomRotation((-0.1, 0.3), seed=1))["angle"], -36, 108)


def test_a_number_zooms_alike_in_both_directions():
    drawn = _drawn(layers.RandomZoom(0.2, seed=1))
    _spread(drawn["height_zoom"], 0.8, 1.2)
    np.testing.assert_array_equal(drawn["width_zoom"], drawn["height_zoom"])


def test_two_factors_zoom_independently():
    drawn = _drawn(layers.RandomZoom(0.2, (-0.5, -0.1), seed=1))
    _spread(drawn["width_zoom"], 0.5, 0.9)
    pair = np.ravel(drawn["height_zoom"]), np.ravel(drawn["width_zoom"])
    assert abs(np.corrcoef(*pair)[0, 1]) < 0.06


def test_translations_are_shares_of_the_size():
    moved = np.asarray(_drawn(layers.RandomTranslation((0, 0.5), 0.2, seed=1))["translations"])
    _spread(moved[:, 0], -2, 2)
    _spread(moved[:, 1], 0, 2)


def test_contrasts_lie_around_one():
    _spread(_drawn(layers.RandomContrast((0.2, 0.6), seed=1))["contrast_factor"], 0.8, 1.6)


def test_a_single_contrast_factor_only_raises():
    _spread(_drawn(layers.RandomContrast(0.6, seed=1))["contrast_factor"], 1.0, 1.6)


def test_brightness_is_a_share_of_the_range():
    layer = layers.RandomBrightness((0.1, 0.2), value_range=(0, 1), seed=1)
    _spread(_drawn(layer)["rgb_delta"], 0.1, 0.2)


def test_windows_lie_everywhere_and_nowhere_else():
    layer, x = layers.RandomCrop(3, 8, seed=1), np.arange(40, dtype="float32").reshape(4, 10, 1)
    corners = [int(np.asarray(layer(x))[0, 0, 0]) for _ in range(300)]
    counts = {corner: corners.count(corner) for corner in set(corners)}
    assert set(counts) == {0, 1, 2, 10, 11, 12}
    assert min(counts.values()) > 25


def test_a_batch_is_cut_at_one_place():
    layer = layers.RandomCrop(3, 8, seed=1)
    x = np.broadcast_to(np.arange(40, dtype="float32").reshape(1, 4, 10, 1), (5, 4, 10, 1))
    outputs = np.asarray(layer(x))
    assert (outputs == outputs[:1]).all()
