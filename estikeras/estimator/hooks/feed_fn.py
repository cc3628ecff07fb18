"""Feeds placeholders in every step."""

from estikeras.estimator.hooks.base import SessionRunArgs, SessionRunHook
from estikeras.public import public


@public(
    "estimator.FeedFnHook",
    "compat.v1.estimator.FeedFnHook",
    "compat.v1.train.FeedFnHook",
)
class FeedFnHook(SessionRunHook):
    """Calls a function before each step for what to feed.

    Args:
        feed_fn: function of no arguments that gives a dict from placeholder to value.

    Attributes:
        feed_fn: as given.
    """

    def __init__(self, feed_fn):
        self.feed_fn = feed_fn

    def before_run(self, run_context):
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())
