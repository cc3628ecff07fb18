"""MNIST: handwritten digits of 28x28 pixels, from Keras's cache folder or a download."""

from estikeras.keras.datasets.reading import read_npz
from estikeras.keras.datasets.source import TF_KERAS_DATASETS, Source
from estikeras.public import public

SOURCE = Source(
    "mnist.npz",
    TF_KERAS_DATASETS + "mnist.npz",
    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)


@public("keras.datasets.mnist.load_data")
def load_data(path="mnist.npz"):
    """Load 60,000 images of handwritten digits for training and 10,000 for testing.

    Args:
        path: the file's name below the folder `datasets` of Keras's home.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(samples, 28, 28) uint8` with values 0 to
        255, and their digits `(samples,) uint8`.

    Raises:
        OSError: if the file is damaged, or neither there nor to be downloaded.

    Reference: Y. LeCun, C. Cortes, C. Burges, The MNIST database, CC BY-SA 3.0.
    """
    file = SOURCE.fetch(path)
    x_train, y_train, x_test, y_test = read_npz(file, ("x_train", "y_train", "x_test", "y_test"))
    return (x_train, y_train), (x_test, y_test)
