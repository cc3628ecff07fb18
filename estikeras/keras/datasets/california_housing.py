"""House prices of California's districts in 1990, from Keras's cache folder or a download."""

from estikeras import errors
from estikeras.keras.datasets.reading import read_npz, shuffled, split
from estikeras.keras.datasets.source import TF_KERAS_DATASETS, Source
from estikeras.public import public

SOURCE = Source(
    "california_housing.npz",
    TF_KERAS_DATASETS + "california_housing.npz",
    "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
)


@public("keras.datasets.california_housing.load_data")
def load_data(version="large", path="california_housing.npz", test_split=0.2, seed=113):
    """Load 20,640 districts with 8 features and the median price of their houses.

    Args:
        version: `"large"` for all districts, `"small"` for the first 600.
        path: the file's name below the folder `datasets` of Keras's home.
        test_split: the part of the samples that is for testing, from 0 to below 1.
        seed: of the shuffling before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features `(samples, 8) float32` and prices
        `(samples,) float32` in dollars.

    Raises:
        ValueError: for another `version` or a `test_split` outside of its range.
        OSError: if the file is damaged, or neither there nor to be downloaded.

    Reference: R. Pace, R. Barry, 1997, Sparse Spatial Autoregressions.
    """
    if version not in ("large", "small"):
        raise errors.invalid("version", got=version, expected="'large' or 'small'")
    x, y = read_npz(SOURCE.fetch(path), ("x", "y"))
    if version == "small":
        x, y = x[:600], y[:600]
    x, y = shuffled(seed, x, y)
    return split(x, y, test_split)
