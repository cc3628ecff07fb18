"""The names of Keras 2's optimizers, which Keras 3 has only in order to say that they are gone."""

from estikeras.namespace import attach
from estikeras.public import public

# Names that differ from those of the functions here, such as aliases.
__getattr__, __dir__ = attach(__name__)


@public(
    "keras.optimizers.legacy.Adagrad",
    "keras.optimizers.legacy.Adam",
    "keras.optimizers.legacy.Ftrl",
    "keras.optimizers.legacy.RMSprop",
    "keras.optimizers.legacy.SGD",
    "keras.optimizers.legacy.Optimizer",
)
class LegacyOptimizerWarning:
    """Raises an ImportError that names the optimizers to use."""

    def __init__(self, *args, **kwargs):
        raise ImportError(
            "`keras.optimizers.legacy` is not part of Keras 3. Use the optimizer of the same name "
            "in `keras.optimizers`; in place of `decay`, give it a schedule from "
            "`keras.optimizers.schedules`."
        )
