"""CIFAR-10: photographs of 32x32 pixels in ten classes, from Keras's cache folder or a download."""

import numpy as np

from estikeras.keras.datasets.cifar import folder_of, read_batches
from estikeras.keras.datasets.source import Source
from estikeras.public import public

SOURCE = Source(
    "cifar-10-batches-py-target",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    unpacked="cifar-10-batches-py-target",
)


@public("keras.datasets.cifar10.load_data")
def load_data():
    """Load 50,000 photographs for training and 10,000 for testing.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(samples, 32, 32, 3) uint8` (channels first
        where `keras.config.image_data_format()` says so) and classes `(samples, 1) uint8`.

    Raises:
        OSError: if a file is damaged, or neither there nor to be downloaded.

    Reference: A. Krizhevsky, 2009, Learning Multiple Layers of Features from Tiny Images.
    """
    folder = folder_of(SOURCE, "cifar-10-batches-py")
    train = [folder / f"data_batch_{i}" for i in range(1, 6)]
    x_train, y_train = read_batches(train, "labels")
    x_test, y_test = read_batches([folder / "test_batch"], "labels")
    return (x_train, y_train.astype(np.uint8)), (x_test, y_test.astype(np.uint8))
