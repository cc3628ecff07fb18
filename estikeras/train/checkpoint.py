"""`tf.train.Checkpoint`: the values of objects, by the names on the way to them."""

import os
from pathlib import Path

from estikeras import errors
from estikeras.engine.variable import Variable
from estikeras.formats import tensor_bundle
from estikeras.primitives.checksums import masked_crc32c
from estikeras.public import public
from estikeras.train import children, object_graph, state
from estikeras.train.options import call_back, check
from estikeras.train.reader import CheckpointReader
from estikeras.train.restoration import LoadStatus, NothingRestored, Restoration
from strategies.context import get_strategy


@public("train.Checkpoint")
class Checkpoint:
    """Objects whose values are saved and restored together, in TensorFlow's files.

    Values are found by the names on the way to them, `model/layer_with_weights-0/kernel`, not by
    the variables' own. What becomes an attribute after `restore`, and what layers and optimizers
    make when they are built, is restored then.

    On several ranks all save and the first writes; all restore.

    Args:
        root: an object whose parts become those of the checkpoint; more may come beside them.
        **kwargs: by name Variables, models, layers, optimizers, metrics, iterators of Datasets,
            Checkpoints, and lists and dicts of these.

    Raises:
        ValueError: for anything else, with its name.

    Example:
        >>> import tempfile
        >>> import estikeras as tf
        >>> step = tf.Variable(7)
        >>> checkpoint = tf.train.Checkpoint(step=step)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = checkpoint.save(folder + "/ckpt")
        ...     _ = step.assign(0)
        ...     _ = checkpoint.restore(path).assert_consumed()
        >>> int(step)
        7
    """

    def __init__(self, root=None, **kwargs):
        vars(self).update(_root=root, _restoration=None)
        if root is not None:
            children.check_trackable("root", root)
        own = {} if root is None else children.children_of(root)
        for name, value in kwargs.items():
            if own.get(name, value) is not value:
                raise errors.invalid(
                    name, got=value, expected="another name: `root` has one of its parts under it"
                )
            setattr(self, name, value)

    def __setattr__(self, name, value):
        if not name.startswith("_"):
            children.check_trackable(name, value)
        object.__setattr__(self, name, value)
        if self._restoration is not None and not name.startswith("_"):
            self._restoration.restore(self)

    @property
    def save_counter(self):
        """How often `save` was called: an int64 Variable, which is saved too."""
        if "_save_counter" not in vars(self):
            self._save_counter = Variable(0, dtype="int64", trainable=False, name="save_counter")
        return self._save_counter

    def checkpoint_children(self):
        """What a checkpoint keeps, as a dict by name."""
        parts = {} if self._root is None else dict(children.children_of(self._root))
        own = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        parts |= dict(sorted(own.items()))
        if "_save_counter" in vars(self):
            parts["save_counter"] = self._save_counter
        return parts

    def save(self, file_prefix, options=None):
        """Write a numbered checkpoint, and note in the folder's file `checkpoint` that it is the
        last one.

        Args:
            file_prefix: path; `-1`, `-2`, ... follow it.
            options: a `tf.train.CheckpointOptions`.

        Returns:
            str, the path without the files' endings.

        Raises:
            OSError: if the files cannot be written.
        """
        count = int(self.save_counter) + 1
        self.save_counter.assign(count)
        try:
            path = self._write(f"{os.fspath(file_prefix)}-{count}", options)
            if get_strategy().cluster.is_chief:
                state.write(Path(path).parent, state.CheckpointState(path))
        except BaseException:
            self.save_counter.assign(count - 1)
            raise
        call_back(options, path)
        return path

    def write(self, file_prefix, options=None):
        """Write a checkpoint under exactly this path, and count and note nothing.

        Args:
            file_prefix: path without the files' endings. Its folder is made if need be.
            options: a `tf.train.CheckpointOptions`.

        Returns:
            str, the path.

        Raises:
            OSError: if the files cannot be written; what was there is kept.
        """
        path = self._write(file_prefix, options)
        call_back(options, path)
        return path

    def _write(self, file_prefix, options):
        check(options)
        prefix = Path(file_prefix)
        if get_strategy().cluster.is_chief:
            prefix.parent.mkdir(parents=True, exist_ok=True)
            tensors = object_graph.values_of(object_graph.walk(self))
            tensor_bundle.write(prefix, tensors, masked_crc32c)
        return os.fspath(file_prefix)

    def restore(self, save_path, options=None):
        """Give all variables the values of a checkpoint. If one does not fit, none is changed.

        Args:
            save_path: path as `save` or `tf.train.latest_checkpoint` gave it; with None, nothing is
                done.
            options: a `tf.train.CheckpointOptions`.

        Returns:
            A status with `assert_consumed()`, `assert_existing_objects_matched()`,
            `assert_nontrivial_match()` and `expect_partial()`.

        Raises:
            NotFoundError: if there is no such checkpoint.
            DataLossError: if it is truncated or damaged.
            ValueError: if a shape or dtype differs.
        """
        if save_path is not None:
            self.save_counter  # noqa: B018 - it is there from now on, to be restored
        return self.read(save_path, options)

    def read(self, save_path, options=None):
        """As `restore`, of what `write` wrote: without the counter.

        Args:
            save_path: path, or None.
            options: a `tf.train.CheckpointOptions`.

        Returns:
            A status, as of `restore`.
        """
        check(options)
        if save_path is None:
            return NothingRestored()
        name = os.fspath(save_path)
        restoration = Restoration(CheckpointReader(name), name)
        restoration.restore(self)
        self._restoration = restoration
        return LoadStatus(restoration, self)
