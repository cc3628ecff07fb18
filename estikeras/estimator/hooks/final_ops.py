"""Computes tensors at the end of a session."""

import logging

from estikeras.estimator.hooks.base import SessionRunHook
from estikeras.op_errors import OutOfRangeError
from estikeras.public import public

_log = logging.getLogger("estikeras")


@public(
    "estimator.FinalOpsHook",
    "compat.v1.estimator.FinalOpsHook",
    "compat.v1.train.FinalOpsHook",
)
class FinalOpsHook(SessionRunHook):
    """Runs tensors and operations at the end, and keeps their values.

    Args:
        final_ops: tensor, or structure of tensors, operations and names; None for nothing.
        final_ops_feed_dict: dict from placeholder to value, or None.

    Attributes:
        final_ops_values: NumPy values in the structure of `final_ops`, None before the end.

    Raises:
        OutOfRangeError: at the end, if they depend on the input and there is none left.
    """

    def __init__(self, final_ops, final_ops_feed_dict=None):
        self._final_ops, self._feed_dict = final_ops, final_ops_feed_dict
        self.final_ops_values = None

    def end(self, session):
        if self._final_ops is None:
            return
        try:
            self.final_ops_values = session.run(self._final_ops, feed_dict=self._feed_dict)
        except (OutOfRangeError, StopIteration):
            _log.warning(
                "What FinalOpsHook runs at the end needs another batch of the input, and there is "
                "none left. It should depend on variables alone: of a metric's pair, give the "
                "value and not the update operation."
            )
            raise
