"""House prices of Boston's suburbs in the 1970s, from Keras's cache folder or a download."""

from estikeras.keras.datasets.reading import read_npz, shuffled, split
from estikeras.keras.datasets.source import TF_KERAS_DATASETS, Source
from estikeras.public import public

SOURCE = Source(
    "boston_housing.npz",
    TF_KERAS_DATASETS + "boston_housing.npz",
    "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
)


@public("keras.datasets.boston_housing.load_data")
def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """Load 506 suburbs with 13 features and the median price of their houses.

    One of the features is built on the racist assumption that segregation raises prices; for
    teaching, `california_housing` is the better choice.

    Args:
        path: the file's name below the folder `datasets` of Keras's home.
        test_split: the part of the samples that is for testing, from 0 to below 1.
        seed: of the shuffling before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features `(samples, 13) float64` and prices
        `(samples,) float64` in thousands of dollars.

    Raises:
        ValueError: for a `test_split` outside of its range.
        OSError: if the file is damaged, or neither there nor to be downloaded.

    Reference: D. Harrison, D. Rubinfeld, 1978, Hedonic Housing Prices and the Demand for Clean Air.
    """
    x, y = shuffled(seed, *read_npz(SOURCE.fetch(path), ("x", "y")))
    return split(x, y, test_split)
