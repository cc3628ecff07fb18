"""What optimizers do to weights after each step so that they keep a property: norms in bounds, no
negative values.
"""

from estikeras import ops, settings
from estikeras.engine.naming import to_snake_case
from estikeras.keras.saving.family import Family
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.namespace import attach
from estikeras.public import public

# Names that differ from those of the functions here, such as aliases.
__getattr__, __dir__ = attach(__name__)


@public("keras.constraints.Constraint")
class Constraint:
    """The base of constraints: subclasses give the nearest allowed value of a weight tensor."""

    def __call__(self, w):
        """The tensor as it is allowed."""
        return w

    def get_config(self):
        """The arguments that make an equal constraint."""
        return {}

    @classmethod
    def from_config(cls, config):
        """A constraint from what `get_config` gave."""
        return cls(**config)


@public("keras.constraints.MaxNorm", "keras.constraints.max_norm")
class MaxNorm(Constraint):
    """Shortens vectors that are longer than a norm.

    Args:
        max_value: the greatest norm.
        axis: axis, or axes, along which the tensor holds vectors: 0 for the weights of each unit of
            a Dense layer.

    Reference: Srivastava et al., 2014, Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting.
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        """The tensor with shorter vectors."""
        norms = _norms(w, self.axis)
        return _scaled(w, ops.clip(norms, 0.0, self.max_value), norms)

    def get_config(self):
        """The arguments that make an equal constraint."""
        return {"max_value": self.max_value, "axis": self.axis}


@public("keras.constraints.NonNeg", "keras.constraints.non_neg")
class NonNeg(Constraint):
    """Makes negative weights 0."""

    def __call__(self, w):
        """The tensor without negative values."""
        return ops.maximum(w, 0.0)


@public("keras.constraints.UnitNorm", "keras.constraints.unit_norm")
class UnitNorm(Constraint):
    """Gives vectors the norm 1.

    Args:
        axis: axis, or axes, along which the tensor holds vectors.
    """

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        """The tensor with vectors of norm 1."""
        return w / (settings.epsilon() + _norms(w, self.axis))

    def get_config(self):
        """The arguments that make an equal constraint."""
        return {"axis": self.axis}


@public("keras.constraints.MinMaxNorm", "keras.constraints.min_max_norm")
class MinMaxNorm(Constraint):
    """Moves the norms of vectors between two bounds.

    Args:
        min_value: the least norm.
        max_value: the greatest norm.
        rate: how much of the way is gone at once: 1 for all of it.
        axis: axis, or axes, along which the tensor holds vectors.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        """The tensor with vectors whose norms are nearer to the bounds."""
        norms = _norms(w, self.axis)
        wanted = (
            self.rate * ops.clip(norms, self.min_value, self.max_value) + (1.0 - self.rate) * norms
        )
        return _scaled(w, wanted, norms)

    def get_config(self):
        """The arguments that make an equal constraint."""
        names = ("min_value", "max_value", "rate", "axis")
        return {name: getattr(self, name) for name in names}


def _norms(w, axis):
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


def _scaled(w, wanted, norms):
    return w * (wanted / (settings.epsilon() + norms))


_CONSTRAINTS = Family("keras.constraints", "constraint", lambda name: (name, to_snake_case(name)))


@public("keras.constraints.get")
def get(identifier):
    """The constraint that is meant.

    Args:
        identifier: name such as `"max_norm"` or `"MaxNorm"`, a config, a function of a tensor, a
            constraint, or None.

    Returns:
        A callable; None for None.

    Raises:
        ValueError: for an unknown name, the nearest ones are named, and for what is no constraint.
    """
    return _CONSTRAINTS.resolve(identifier)


@public("keras.constraints.serialize")
def serialize(constraint):
    """The config of a constraint, a dict that JSON can hold."""
    return serialize_keras_object(constraint)


@public("keras.constraints.deserialize")
def deserialize(config, custom_objects=None):
    """The constraint that a config describes.

    Args:
        config: a config, or the name of a constraint.
        custom_objects: dict from names to the user's own classes and functions.
    """
    return _CONSTRAINTS.deserialize(config, custom_objects)
