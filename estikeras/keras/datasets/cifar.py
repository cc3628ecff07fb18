"""What CIFAR-10 and CIFAR-100 have in common: pickled batches of 32x32 colour images."""

import numpy as np

from estikeras import settings
from estikeras.keras.datasets.reading import damaged_files_named, read_pickled


def folder_of(source, inner):
    """The folder with the batches: unpacked before (where newer or older Keras puts it), or now."""
    new = source.path(source.unpacked) / inner
    for folder in (new, source.path(inner)):
        if folder.is_dir():
            return folder
    return source.fetch() / inner


def read_batches(files, labels):
    """Images `(samples, 32, 32, 3) uint8` and labels `(samples, 1)` of one or more batches.

    The images have their channels first where `keras.config.image_data_format()` says so.
    """
    images, classes = [], []
    for file in files:
        content = read_pickled(file)
        with damaged_files_named(file):
            images.append(content["data"].reshape(-1, 3, 32, 32))
            classes.append(np.asarray(content[labels]).reshape(-1, 1))
            if len(images[-1]) != len(classes[-1]):
                raise ValueError(f"{len(images[-1])} images and {len(classes[-1])} labels")
    x, y = np.concatenate(images), np.concatenate(classes)
    last = settings.image_data_format() == "channels_last"
    return (np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if last else x), y
