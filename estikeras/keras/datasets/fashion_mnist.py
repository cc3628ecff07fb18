"""Fashion-MNIST: clothes in 28x28 pixels, from Keras's cache folder or a download."""

import gzip

import numpy as np

from estikeras.keras.datasets.reading import damaged_files_named
from estikeras.keras.datasets.source import TF_KERAS_DATASETS, Source
from estikeras.public import public

_IMAGES, _LABELS = 2051, 2049  # magic numbers of the files' headers
SOURCES = {
    (part, kind): Source(
        f"{part}-{kind}-ubyte.gz",
        f"{TF_KERAS_DATASETS}{part}-{kind}-ubyte.gz",
        folder="datasets/fashion-mnist",
    )
    for part in ("train", "t10k")
    for kind in ("images-idx3", "labels-idx1")
}


@public("keras.datasets.fashion_mnist.load_data")
def load_data():
    """Load 60,000 images of clothes for training and 10,000 for testing, in ten classes.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(samples, 28, 28) uint8` with values 0 to
        255, and their classes `(samples,) uint8`.

    Raises:
        OSError: if a file is damaged, or neither there nor to be downloaded.

    Reference: H. Xiao, K. Rasul, R. Vollgraf, 2017, Fashion-MNIST: a Novel Image Dataset for
    Benchmarking Machine Learning Algorithms. Copyright of the data: Zalando SE, MIT licence.
    """
    return _load("train"), _load("t10k")


def _load(part):
    images = _read(SOURCES[part, "images-idx3"].fetch(), _IMAGES)
    labels = _read(SOURCES[part, "labels-idx1"].fetch(), _LABELS)
    return images, labels


def _read(path, magic):
    """The array of an IDX file: magic number, sizes and bytes, all checked."""
    with damaged_files_named(path):
        content = gzip.decompress(path.read_bytes())
        dimensions = magic % 256
        header = np.frombuffer(content, ">u4", 1 + dimensions)
        if header[0] != magic:
            raise ValueError(f"the file begins with {header[0]}, not with {magic}")
        values = np.frombuffer(content, np.uint8, offset=4 * len(header))
        return values.reshape(header[1:].astype(int))
