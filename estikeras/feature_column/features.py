"""The features of a batch by name, as columns ask for them; what was transformed once is kept."""

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import Tensor
from estikeras.ops.padding import is_padded
from estikeras.ops.tf_sparse import padded


class Features:
    """Tensors by name.

    Args:
        features: dict from a feature's name to its tensor.
    """

    def __init__(self, features):
        self._features, self._made = features, {}

    def raw(self, key):
        """A feature with at least two axes, the batch first.

        Raises:
            ValueError: for a missing feature, or a scalar.
        """
        return self.once(key, lambda: self._raw(key))

    def _raw(self, key):
        x = prepared(get(self._features, key))
        if not x.shape:
            raise errors.shape_mismatch(
                f"features[{key!r}]", got=x.shape, expected="at least the axis of the batch"
            )
        return ops.expand_dims(x, -1) if len(x.shape) == 1 else x

    def is_dense(self, key):
        """Whether a feature came as a dense tensor, not a sparse one."""
        return not is_padded(get(self._features, key))

    def once(self, key, make):
        """What `make()` gives, which is called only for the first with this key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def check_dict(features):
    """Raise unless features are a dict."""
    if not isinstance(features, dict):
        raise errors.invalid(
            "features", got=features, expected="a dict from the names of features to tensors"
        )


def get(features, key):
    """A feature by name; ValueError with the names that are there, if it is missing."""
    if key not in features:
        raise ValueError(
            f"Feature {key!r} is not in features dictionary. Its keys are: "
            f"{', '.join(repr(name) for name in sorted(features, key=str))}."
        )
    return features[key]


def prepared(x):
    """A feature as a tensor: a sparse one is padded, an array or list becomes one; a symbolic
    tensor stays.
    """
    if isinstance(x, SparseTensor):
        return padded(x)
    return x if isinstance(x, Tensor | KerasTensor) else ops.convert_to_tensor(x)
