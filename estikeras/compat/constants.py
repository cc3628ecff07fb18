"""Names of choices, and other constants of TensorFlow's namespace."""

import enum

from estikeras.engine import dtypes
from estikeras.public import public

newaxis = public("newaxis")(None)
# The TensorFlow whose names and numbers are here, for scripts that ask for it.
VERSION = public(
    "version.VERSION", "compat.v1.VERSION", "compat.v1.version.VERSION", "compat.v1.__version__"
)("2.15.0")


@public("VariableAggregation", "compat.v1.VariableAggregation")
class VariableAggregation(enum.Enum):
    """How replicas combine the values that they give to a variable."""

    NONE = "none"
    SUM = "sum"
    MEAN = "mean"
    ONLY_FIRST_REPLICA = "only_first_replica"


@public("VariableSynchronization", "compat.v1.VariableSynchronization")
class VariableSynchronization(enum.Enum):
    """When replicas combine the values that they give to a variable."""

    AUTO = "auto"
    NONE = "none"
    ON_WRITE = "on_write"
    ON_READ = "on_read"


@public("UnconnectedGradients", "compat.v1.UnconnectedGradients")
class UnconnectedGradients(enum.Enum):
    """What the gradient is by something that has no influence."""

    NONE = "none"
    ZERO = "zero"


@public("AggregationMethod", "compat.v1.AggregationMethod")
class AggregationMethod:
    """How gradients are added; of no consequence, since a program does it in any case."""

    ADD_N = DEFAULT = 0
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


@public("as_dtype", "dtypes.as_dtype")
def as_dtype(type_value):
    """The dtype of a name, a NumPy dtype or a dtype.

    Raises:
        ValueError: for what is no dtype.
    """
    return dtypes.standardize(type_value)
