"""Ends a training at a step that is in a checkpoint."""

from estikeras.estimator.hooks.stop_at_step import StopAtStepHook
from estikeras.public import public


@public(
    "estimator.experimental.make_stop_at_checkpoint_step_hook",
    "compat.v1.estimator.experimental.make_stop_at_checkpoint_step_hook",
)
def make_stop_at_checkpoint_step_hook(estimator, last_step, wait_after_file_check_secs=30):
    """A hook that ends the training at a global step.

    Where workers trained on their own, each had to wait until the chief's checkpoint had come to
    that step. Ranks of a strategy do all steps together, and end together.

    Args:
        estimator: the Estimator that is trained.
        last_step: int, the global step after which to stop.
        wait_after_file_check_secs: of no consequence: nobody waits for a file.

    Returns:
        A SessionRunHook.

    Raises:
        ValueError: if `last_step` is None.
    """
    if last_step is None:
        raise ValueError("last_step must be specified.")
    return StopAtStepHook(last_step=last_step)
