"""CIFAR-100: photographs of 32x32 pixels in 100 classes, from Keras's cache or a download."""

from estikeras import errors
from estikeras.keras.datasets.cifar import folder_of, read_batches
from estikeras.keras.datasets.source import Source
from estikeras.public import public

SOURCE = Source(
    "cifar-100-python-target",
    "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    unpacked="cifar-100-python-target",
)


@public("keras.datasets.cifar100.load_data")
def load_data(label_mode="fine"):
    """Load 50,000 photographs for training and 10,000 for testing.

    Args:
        label_mode: `"fine"` for the 100 classes, `"coarse"` for the 20 groups of classes.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(samples, 32, 32, 3) uint8` (channels first
        where `keras.config.image_data_format()` says so) and classes `(samples, 1) int64`.

    Raises:
        ValueError: for another `label_mode`.
        OSError: if a file is damaged, or neither there nor to be downloaded.

    Reference: A. Krizhevsky, 2009, Learning Multiple Layers of Features from Tiny Images.
    """
    if label_mode not in ("fine", "coarse"):
        raise errors.invalid("label_mode", got=label_mode, expected="'fine' or 'coarse'")
    folder = folder_of(SOURCE, "cifar-100-python")
    labels = f"{label_mode}_labels"
    return tuple(read_batches([folder / part], labels) for part in ("train", "test"))
