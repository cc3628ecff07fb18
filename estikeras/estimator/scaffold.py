"""What a model function may say about how its session begins and is saved."""

from estikeras import errors
from estikeras.public import public


@public("compat.v1.train.Scaffold")
class Scaffold:
    """How a session begins, and what saves it.

    Args:
        init_op: must be None: variables have their values when they are made.
        init_feed_dict: must be None, likewise.
        init_fn: function `(scaffold, session)` that is called when the variables have their first
            values and no checkpoint was found, to give them others.
        ready_op: must be None: variables are always ready.
        ready_for_local_init_op: must be None, likewise.
        local_init_op: an operation to run after variables have been made or restored, or None.
        summary_op: operation that `SummarySaverHook` runs in place of all summaries, or None.
        saver: what saves and restores, with methods `save(session, path, global_step)` and
            `restore(session, path)`, such as `tf.compat.v1.train.Saver`; None for the variables by
            their names.
        copy_from_scaffold: must be None.
        local_init_feed_dict: must be None.

    Raises:
        ValueError: for an argument that must be None.
    """

    def __init__(
        self,
        init_op=None,
        init_feed_dict=None,
        init_fn=None,
        ready_op=None,
        ready_for_local_init_op=None,
        local_init_op=None,
        summary_op=None,
        saver=None,
        copy_from_scaffold=None,
        local_init_feed_dict=None,
    ):
        refused = {
            "init_op": init_op,
            "init_feed_dict": init_feed_dict,
            "ready_op": ready_op,
            "ready_for_local_init_op": ready_for_local_init_op,
            "copy_from_scaffold": copy_from_scaffold,
            "local_init_feed_dict": local_init_feed_dict,
        }
        for name, value in refused.items():
            if value is not None:
                raise errors.unsupported(
                    f"Scaffold({name}=...)",
                    "Variables have their first values when they are made; give others to them in "
                    "`init_fn`.",
                )
        self.init_fn, self.local_init_op = init_fn, local_init_op
        self.summary_op, self.saver = summary_op, saver

    def finalize(self):
        """Nothing is left to be made; kept for the reference's sake. Gives the scaffold."""
        return self
