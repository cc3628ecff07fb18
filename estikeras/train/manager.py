"""`tf.train.CheckpointManager` and `checkpoints_iterator`: several checkpoints in a folder."""

import os
import time
from pathlib import Path

from estikeras import errors
from estikeras.public import public
from estikeras.train.keeper import CheckpointKeeper
from estikeras.train.state import latest_checkpoint

_POLL_S = 1.0


@public("train.CheckpointManager")
class CheckpointManager:
    """Keeps the last checkpoints of a folder, and some for good.

    Args:
        checkpoint: a `tf.train.Checkpoint`.
        directory: path of the folder.
        max_to_keep: how many checkpoints to keep; None for all.
        keep_checkpoint_every_n_hours: of those that would be removed, one in so many hours is kept
            for good; None for none.
        checkpoint_name: str, what the files' names begin with.
        step_counter: Variable with the number of steps; with `checkpoint_interval`.
        checkpoint_interval: int, `save` writes only if so many steps were done since the last time.
        init_fn: function without arguments, which `restore_or_initialize` calls where there is no
            checkpoint.

    Raises:
        ValueError: for a `max_to_keep` below 1, or an interval without a step counter.
    """

    def __init__(
        self,
        checkpoint,
        directory,
        max_to_keep,
        keep_checkpoint_every_n_hours=None,
        checkpoint_name="ckpt",
        step_counter=None,
        checkpoint_interval=None,
        init_fn=None,
    ):
        if max_to_keep is not None and max_to_keep <= 0:
            raise errors.invalid(
                "max_to_keep", got=max_to_keep, expected="a positive number, or None for all"
            )
        if checkpoint_interval is not None and step_counter is None:
            raise errors.invalid(
                "step_counter", got=None, expected="a Variable, as `checkpoint_interval` is given"
            )
        self._checkpoint = checkpoint
        self._keeper = CheckpointKeeper(directory, max_to_keep, keep_checkpoint_every_n_hours)
        self._keeper.take_up()
        self._name, self._init_fn = checkpoint_name, init_fn
        self._step_counter, self._interval = step_counter, checkpoint_interval
        self._last_step = None

    @property
    def directory(self):
        """The path of the folder."""
        return self._keeper.directory

    @property
    def checkpoint(self):
        """The Checkpoint."""
        return self._checkpoint

    @property
    def checkpoint_interval(self):
        """After how many steps `save` writes again; None for always."""
        return self._interval

    @property
    def latest_checkpoint(self):
        """The path of the last checkpoint, or None."""
        return self._keeper.latest

    @property
    def checkpoints(self):
        """The paths of the checkpoints that are kept, the oldest first."""
        return list(self._keeper.times)

    def save(self, checkpoint_number=None, check_interval=True, options=None):
        """Write a checkpoint, and remove those that are too many.

        Args:
            checkpoint_number: int or Variable, the number in its name, by default the checkpoint's
                `save_counter`.
            check_interval: whether to write only if `checkpoint_interval` steps were done.
            options: a `tf.train.CheckpointOptions`.

        Returns:
            str, the path without the files' endings; None if it was not time to write.

        Raises:
            OSError: if the files cannot be written.
        """
        if check_interval and not self._is_due():
            return None
        counter = self._checkpoint.save_counter
        count = int(counter) + 1
        number = count if checkpoint_number is None else int(checkpoint_number)
        counter.assign(count)
        try:
            path = self._checkpoint.write(
                os.path.join(self.directory, f"{self._name}-{number}"),  # noqa: PTH118 - as given
                options,
            )
        except BaseException:
            counter.assign(count - 1)
            raise
        self._keeper.add(path)
        if self._step_counter is not None:
            self._last_step = int(self._step_counter)
        return path

    def _is_due(self):
        if self._interval is None or self._last_step is None:
            return True
        return int(self._step_counter) >= self._last_step + self._interval

    def restore_or_initialize(self):
        """Restore the last checkpoint, or call `init_fn` where there is none.

        Returns:
            str, the path of the checkpoint; None if there was none.
        """
        latest = self.latest_checkpoint
        if latest is not None:
            self._checkpoint.restore(latest).expect_partial()
        elif self._init_fn is not None:
            self._init_fn()
        if self._step_counter is not None and latest is not None:
            self._last_step = int(self._step_counter)
        return latest

    def sync(self):
        """Wait until all is written; it is when `save` returns."""


@public("train.checkpoints_iterator")
def checkpoints_iterator(checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None):
    """The last checkpoint of a folder each time that there is a new one.

    Args:
        checkpoint_dir: path of the folder, which need not exist yet.
        min_interval_secs: least time in seconds between two checkpoints that are given.
        timeout: how many seconds to wait for a new one; None for ever.
        timeout_fn: function without arguments, called after that time; if what it returns is true,
            no more are given. Without it none are.

    Yields:
        str, the path of a checkpoint.
    """
    last = None
    while True:
        path = _wait_for_other(checkpoint_dir, last, timeout)
        if path is None:
            if timeout_fn is None or timeout_fn():
                return
            continue
        started, last = time.monotonic(), path
        yield path
        time.sleep(max(0.0, started + min_interval_secs - time.monotonic()))


def _wait_for_other(folder, last, timeout):
    """The last checkpoint once it is another one; None when the time is over."""
    stop = None if timeout is None else time.monotonic() + timeout
    while True:
        path = latest_checkpoint(folder) if Path(folder).is_dir() else None
        if path is not None and path != last:
            return path
        if stop is not None and time.monotonic() + min(_POLL_S, timeout) > stop:
            return None
        time.sleep(_POLL_S if timeout is None else min(_POLL_S, timeout))
