"""Which checkpoints of a folder are kept, and which are removed when there are newer ones."""

import os
import time

from estikeras.train import state
from estikeras.train.state import CheckpointState
from strategies.context import get_strategy


class CheckpointKeeper:
    """The checkpoints of a folder, as its file `checkpoint` lists them.

    Args:
        directory: path of the folder, which need not exist yet.
        max_to_keep: how many checkpoints to keep; None for all.
        keep_every_n_hours: of those that would be removed, one in so many hours is kept for good;
            None for none.
        latest_filename: str, name of the file that lists them, by default `checkpoint`.
        relative: whether it names those in the folder without the folder.
    """

    def __init__(
        self,
        directory,
        max_to_keep,
        keep_every_n_hours=None,
        latest_filename=None,
        relative=True,
    ):
        self.directory = os.fspath(directory)
        self._max_to_keep, self._hours = max_to_keep, keep_every_n_hours
        self.latest_filename, self._relative = latest_filename, relative
        self._times, self.latest = {}, None  # when each of those that are kept was saved
        self._last_preserved = time.time()

    def take_up(self):
        """Go on from what the folder's file says, if there is one. Times in the future count as
        now.
        """
        found = state.get_checkpoint_state(self.directory, self.latest_filename)
        if found is None:
            return
        now = time.time()
        times = found.all_model_checkpoint_timestamps
        if len(times) != len(found.all_model_checkpoint_paths):
            known = {path: state.time_of(path) for path in found.all_model_checkpoint_paths}
            times = [now if at is None else at for at in known.values()]
        self.latest = found.model_checkpoint_path
        self.set_times(zip(found.all_model_checkpoint_paths, times, strict=True))
        self._last_preserved = min(found.last_preserved_timestamp or now, now)

    def set_times(self, pairs):
        """Replace what is known.

        Args:
            pairs: iterable of pairs of a path and the time when it was saved, the oldest first.
        """
        now = time.time()
        self._times = {path: min(at, now) for path, at in pairs}

    @property
    def times(self):
        """When the checkpoints that are kept were saved, in seconds since 1970: a dict by path,
        the oldest first.
        """
        return dict(self._times)

    def add(self, path):
        """Note a checkpoint that was written as the last one, and remove those that are too many.
        On several ranks all call it, and the first writes and removes.

        Args:
            path: str, the path without the files' endings.
        """
        self._times.pop(path, None)
        self._times[path], self.latest = time.time(), path
        surplus = self._surplus()
        if get_strategy().cluster.is_chief:
            listed, times = list(self._times), list(self._times.values())
            state.write(
                self.directory,
                CheckpointState(path, listed, times, self._last_preserved),
                self.latest_filename,
                self._relative,
            )
            for old in surplus:
                state.remove_checkpoint(old)

    def _surplus(self):
        """Take the oldest that are too many off the list, and return those to be removed."""
        surplus = []
        while self._max_to_keep is not None and len(self._times) > self._max_to_keep:
            path = next(iter(self._times))
            saved = self._times.pop(path)
            if self._hours and saved - self._hours * 3600 >= self._last_preserved:
                self._last_preserved = saved
            else:
                surplus.append(path)
        return surplus
