"""`tf.compat.v1.summary.FileWriter`: writes encoded summaries into an event file."""

from estikeras import errors
from estikeras.engine.tensor import Tensor
from estikeras.formats import summary_writer
from estikeras.public import public


@public("compat.v1.summary.FileWriter")
class FileWriter:
    """Appends summaries to an event file of its own in a folder.

    Args:
        logdir: path of the folder.
        graph: a Graph or None; pictures of graphs are not written.
        max_queue: of no consequence: what is written is in the file at once.
        flush_secs: of no consequence, likewise.
        graph_def: must be None.
        filename_suffix: must be None.
        session: must be None.
    """

    def __init__(
        self,
        logdir,
        graph=None,
        max_queue=10,
        flush_secs=120,
        graph_def=None,
        filename_suffix=None,
        session=None,
    ):
        given = {"graph_def": graph_def, "filename_suffix": filename_suffix, "session": session}
        for name, value in given.items():
            if value is not None:
                raise errors.unsupported(f"`{name}`", "Leave it out.")
        self._writer = summary_writer.SummaryWriter(logdir)

    def get_logdir(self):
        """The path of the folder."""
        return str(self._writer.folder)

    def add_summary(self, summary, global_step=None):
        """Write a summary.

        Args:
            summary: Summary, or what `tf.compat.v1.summary.scalar` and its like give outside of
                model functions, or the bytes of one.
            global_step: int, variable or None.
        """
        summary = summary.numpy() if isinstance(summary, Tensor) else summary
        self._writer.add_summary(summary, None if global_step is None else int(global_step))

    def add_session_log(self, session_log, global_step=None):
        """Write what happened to a session.

        Args:
            session_log: a message with `SerializeToString`, or its bytes.
            global_step: int, variable or None.
        """
        self._writer.add_session_log(session_log, None if global_step is None else int(global_step))

    def add_graph(self, graph, global_step=None, graph_def=None):
        """Nothing: pictures of graphs are not written.

        Args:
            graph: of no consequence.
            global_step: of no consequence.
            graph_def: of no consequence.
        """

    def flush(self):
        """Hand what was written to the operating system."""
        self._writer.flush()

    def close(self):
        """Close the file."""
        self._writer.close()

    def reopen(self):
        """Write on after `close`."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


@public("compat.v1.summary.FileWriterCache")
class FileWriterCache:
    """Gives the writers of this process, one for each folder."""

    @staticmethod
    def get(logdir):
        """The writer of a folder."""
        return summary_writer.writer_of(logdir)

    @staticmethod
    def clear():
        """Nothing: no file stays open."""
