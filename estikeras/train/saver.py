"""`tf.compat.v1.train.Saver`: variables by names, numbered checkpoints, and the last few kept."""

import os
from pathlib import Path

from estikeras import errors
from estikeras.engine.variable import Variable
from estikeras.public import public
from estikeras.train import state
from estikeras.train.keeper import CheckpointKeeper
from estikeras.train.savers import NameSaver


@public("compat.v1.train.Saver")
class Saver:
    """Saves and restores variables by their names, and keeps the last checkpoints.

    Args:
        var_list: list of Variables, or a dict from names to them; in a model function None, for
            all that its Estimator keeps.
        reshape: must be False.
        sharded: whatever it is, one file holds all values.
        max_to_keep: how many checkpoints to keep; None or 0 for all.
        keep_checkpoint_every_n_hours: of those that would be removed, one in so many hours is kept
            for good.
        name: str, kept.
        restore_sequentially: whatever it is, values are restored one after the other.
        saver_def: must be None.
        builder: must be None.
        defer_build: whether `build` is called later.
        allow_empty: whether there may be no variables.
        write_version: must be None or 2.
        pad_step_number: whether the numbers in names have eight digits.
        save_relative_paths: whether the file `checkpoint` names checkpoints without their folder,
            so that it can be moved, even if the folder's path is absolute.
        filename: must be None.

    Raises:
        NotImplementedError: for other values.
        TypeError: for what is no Variable.
        ValueError: for two variables of one name, or without any.

    Example:
        >>> import tempfile
        >>> import estikeras as tf
        >>> step = tf.Variable(7, name="step")
        >>> saver = tf.compat.v1.train.Saver([step])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = saver.save(None, folder + "/model.ckpt", global_step=7)
        ...     print(tf.train.list_variables(path))
        [('step', [])]
    """

    def __init__(
        self,
        var_list=None,
        reshape=False,
        sharded=False,
        max_to_keep=5,
        keep_checkpoint_every_n_hours=10000.0,
        name=None,
        restore_sequentially=False,
        saver_def=None,
        builder=None,
        defer_build=False,
        allow_empty=False,
        write_version=None,
        pad_step_number=False,
        save_relative_paths=False,
        filename=None,
    ):
        _check(reshape, saver_def, builder, write_version, filename)
        self.name, self._var_list, self._allow_empty = name, var_list, allow_empty
        self._max_to_keep = max_to_keep or None
        self._hours = keep_checkpoint_every_n_hours
        self._pads, self._relative = pad_step_number, save_relative_paths
        self._recovered = []
        self._keeper, self._saver = None, None
        if var_list is not None and not defer_build:
            self.build()

    def build(self, named=None):
        """Take up the variables.

        Args:
            named: dict from names to what an Estimator keeps: what is saved without a `var_list`,
                and the names of the Variables in one that is a list.

        Raises:
            TypeError: for what is no Variable.
            ValueError: for two variables of one name, or without any.
        """
        own = dict(named or {})
        if isinstance(self._var_list, dict):
            own = self._var_list
        elif self._var_list is not None:
            own = _by_name(self._var_list, own)
        elif named is None:
            raise RuntimeError(
                "`var_list` must be a list or dict of Variables, outside of an Estimator's model "
                "function."
            )
        if not own and not self._allow_empty:
            raise ValueError("No variables to save: `var_list` is empty.")
        self._saver = NameSaver(own)

    @property
    def last_checkpoints(self):
        """The paths of the checkpoints that are kept, the oldest first."""
        return [path for path, _ in self._kept()]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time):
        """Say which checkpoints were kept before.

        Args:
            last_checkpoints_with_time: list of pairs of a path and the time in seconds since 1970
                when it was saved, the oldest first.
        """
        self._recovered, self._keeper = list(last_checkpoints_with_time), None

    def recover_last_checkpoints(self, checkpoint_paths):
        """Go on from checkpoints that another process wrote, with the times of their files.

        Args:
            checkpoint_paths: list of paths, the oldest first. Those that are gone are left out.
        """
        times = [(path, state.time_of(path)) for path in checkpoint_paths]
        self.set_last_checkpoints_with_time([(path, at) for path, at in times if at is not None])

    def save(
        self,
        sess,
        save_path,
        global_step=None,
        latest_filename=None,
        meta_graph_suffix="meta",
        write_meta_graph=True,
        write_state=True,
        strip_default_attrs=False,
        save_debug_info=False,
    ):
        """Write a checkpoint, note it as the last one, and remove those that are too many.

        There are no graphs to write beside it, so that the arguments for them change nothing.

        Args:
            sess: the session that a hook has, whose variables are meant where `var_list` was None;
                elsewhere None.
            save_path: path; with `global_step`, `-STEP` follows it. Its folder is made if need be.
            global_step: int or Variable, or None.
            latest_filename: str, name of the file that lists checkpoints, by default `checkpoint`.
            meta_graph_suffix: str.
            write_meta_graph: bool.
            write_state: whether to note the checkpoint and remove others.
            strip_default_attrs: bool.
            save_debug_info: bool.

        Returns:
            str, the path without the files' endings.

        Raises:
            ValueError: for a `latest_filename` with a folder in it.
            OSError: if the files cannot be written; what was there is kept.
        """
        if latest_filename and Path(latest_filename).name != latest_filename:
            raise errors.invalid(
                "latest_filename", got=latest_filename, expected="a name without a folder"
            )
        path = os.fspath(save_path)
        if global_step is not None:
            path = f"{path}-{int(global_step):{'08' if self._pads else ''}d}"
        self._built(sess).save(path)
        if write_state:
            self._keeper_of(os.path.dirname(path), latest_filename).add(path)  # noqa: PTH120
        return path

    def restore(self, sess, save_path):
        """Give the variables the values of a checkpoint. If one does not fit, none is changed.

        Args:
            sess: the session that a hook has, whose variables are meant where `var_list` was None;
                elsewhere None.
            save_path: path as `save` or `tf.train.latest_checkpoint` gave it.

        Raises:
            ValueError: if there is no such checkpoint.
            NotFoundError: if it lacks some of the variables.
            InvalidArgumentError: for values of other shapes or dtypes.
            DataLossError: if it is truncated or damaged.
        """
        if save_path is None or not state.checkpoint_exists(save_path):
            raise errors.invalid(
                "save_path",
                got=save_path,
                expected="the path of a checkpoint, without the files' endings",
            )
        self._built(sess).restore(save_path)

    def _built(self, session):
        if self._saver is None:
            self.build(getattr(session, "named_variables", None))
        return self._saver

    def _kept(self):
        return self._recovered if self._keeper is None else list(self._keeper.times.items())

    def _keeper_of(self, folder, latest_filename):
        """What keeps the checkpoints of a folder, and those that were kept so far."""
        known = self._keeper
        if known is None or (known.directory, known.latest_filename) != (folder, latest_filename):
            self._keeper = CheckpointKeeper(
                folder, self._max_to_keep, self._hours, latest_filename, self._relative
            )
            self._keeper.set_times(self._recovered if known is None else known.times.items())
        return self._keeper


def _check(reshape, saver_def, builder, write_version, filename):
    if reshape:
        raise errors.unsupported("`reshape=True`", "Reshape what `tf.train.load_variable` gives.")
    if write_version not in (None, 2):
        raise errors.unsupported(f"`write_version={write_version}`", "Leave it out.")
    others = {"saver_def": saver_def, "builder": builder, "filename": filename}
    if found := [name for name, value in others.items() if value is not None]:
        raise errors.unsupported(f"`{found[0]}`", "Give `var_list`, and `save` a path.")


def _by_name(variables, named):
    """The variables of a list by their names in a checkpoint."""
    names = {id(thing): name for name, thing in named.items()}
    found = {}
    for variable in variables:
        if not isinstance(variable, Variable):
            raise errors.wrong_type("var_list", got=variable, expected="Variables")
        name = names.get(id(variable), variable.path)
        if found.setdefault(name, variable) is not variable:
            raise ValueError(
                f"`var_list`: at least two variables have the name {name!r}. Give a dict from "
                "names to variables."
            )
    return found
