"""`tf.config.threading`: how many threads programs run on."""

from estikeras import errors, settings
from estikeras.engine.program import team
from estikeras.public import public


@public("config.threading.set_intra_op_parallelism_threads")
def set_intra_op_parallelism_threads(num_threads):
    """Let programs run on so many threads, as the variable ESTIKERAS_NUM_THREADS does.

    Args:
        num_threads: int; 0 leaves the number to the library.

    Raises:
        RuntimeError: if a program has run already.
    """
    if num_threads < 0:
        raise errors.invalid("num_threads", got=num_threads, expected="a positive number, or 0")
    if team.is_started() and num_threads != settings.threads():
        raise RuntimeError(
            "The number of threads cannot be changed once a program has run. Set it at the "
            "beginning, or by ESTIKERAS_NUM_THREADS."
        )
    settings.set_threads(num_threads or None)


@public(
    "config.threading.get_intra_op_parallelism_threads",
    "config.threading.get_inter_op_parallelism_threads",
)
def get_intra_op_parallelism_threads():
    """How many threads programs run on, which run one at a time."""
    return settings.threads()


@public("config.threading.set_inter_op_parallelism_threads")
def set_inter_op_parallelism_threads(num_threads):
    """For TensorFlow's scripts: operations run one after the other, each on several threads.

    Args:
        num_threads: of no consequence.
    """
