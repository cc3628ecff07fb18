"""The names of reductions as `tf.keras` has them; Keras 3 takes the strings themselves."""

from estikeras import errors
from estikeras.public import public


@public("keras.losses.Reduction")
class Reduction:
    """Names of the ways to make one number of the losses of samples."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls):
        """All names."""
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key):
        """Raise a ValueError for what is none of the names."""
        if key not in cls.all():
            raise errors.invalid("key", got=key, expected=f"one of {cls.all()}")
