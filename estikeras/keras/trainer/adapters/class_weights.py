"""Sample weights from weights of classes."""

import numpy as np

from estikeras import errors
from estikeras.engine import tree


def weights_of_classes(y, class_weight):
    """One float32 weight for each sample.

    Args:
        y: array of class numbers (samples,) or (samples, 1), or of one-hot rows (samples, classes).
        class_weight: dict from class number to weight; classes that are not in it weigh 1.

    Raises:
        ValueError: when there are several targets or none.
    """
    if y is None or tree.is_nested(y):
        raise errors.invalid(
            "class_weight",
            got=class_weight,
            expected="None unless there is exactly one target array `y`",
        )
    y = np.asarray(y)
    classes = (
        y.argmax(-1)
        if y.ndim > 1 and y.shape[-1] > 1
        else y.reshape(y.shape[:1] if y.ndim <= 2 else y.shape[:-1])
    )
    weights = np.ones(classes.shape, np.float32)
    for number, weight in class_weight.items():
        weights[classes == int(number)] = weight
    return weights
