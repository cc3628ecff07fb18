"""What a model function is called for."""

from estikeras.public import public


@public("estimator.ModeKeys", "compat.v1.estimator.ModeKeys")
class ModeKeys:
    """The values of a model function's `mode`."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
