"""The handwritten digits of UCI, 8x8 pixels: small real images that lie in the package.

Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository, 1998, https://doi.org/10.24432/C50P49 (the test part, as scikit-learn has it).
Licence: Creative Commons Attribution 4.0 International (CC BY 4.0). The values are unchanged.
"""

from pathlib import Path

from estikeras.keras.datasets.reading import read_npz, shuffled, split
from estikeras.public import public

_FILE = Path(__file__).with_name("digits.npz")


@public("keras.datasets.digits.load_data")
def load_data(test_split=0.2, seed=113):
    """Load 1,797 images of handwritten digits; needs no network.

    Args:
        test_split: the part of the images that is for testing, from 0 to below 1.
        seed: of the shuffling before the split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(samples, 8, 8) uint8` with values 0 to 16,
        and their digits `(samples,) uint8`.

    Raises:
        ValueError: for a `test_split` outside of its range.

    Reference: E. Alpaydin, C. Kaynak, 1998, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, CC BY 4.0.
    """
    x, y = shuffled(seed, *read_npz(_FILE, ("x", "y")))
    return split(x, y, test_split)
