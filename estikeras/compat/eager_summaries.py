"""`tf.summary`: writes values into event files at once, in TensorFlow 2's form.

Which writer, which step and whether to record at all is kept for each thread.
"""

import contextlib
import re
import threading
import weakref

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import as_tensor
from estikeras.formats import events
from estikeras.public import public


class _State(threading.local):
    writer = step = None
    condition = True


_state = _State()


@contextlib.contextmanager
def _with(**changes):
    before = {name: getattr(_state, name) for name in changes}
    vars(_state).update(changes)
    try:
        yield
    finally:
        vars(_state).update(before)


@public("summary.SummaryWriter")
class SummaryWriter:
    """Where summaries go; `create_file_writer` and `create_noop_writer` make it.

    Args:
        writer: EventWriter, or None for nowhere.
    """

    def __init__(self, writer):
        self._writer = writer
        if writer is not None:
            weakref.finalize(self, writer.close)  # who forgets to close it loses nothing

    @contextlib.contextmanager
    def as_default(self, step=None):
        """A `with` block in which summaries go here.

        Args:
            step: int or variable, the step inside; None keeps that of before.
        """
        with _with(writer=self, step=_state.step if step is None else step):
            yield self
        self.flush()

    def set_as_default(self, step=None):
        """Let summaries go here from now on.

        Args:
            step: int or variable, the step from now on; None keeps that of before.
        """
        _state.writer = self
        if step is not None:
            _state.step = step

    def init(self):
        """Nothing: the file is there."""

    def flush(self):
        """Hand what was written to the operating system."""
        if self._writer is not None:
            self._writer.flush()

    def close(self):
        """Flush and close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


@public("summary.create_file_writer")
def create_file_writer(
    logdir,
    max_queue=None,
    flush_millis=None,
    filename_suffix=None,
    name=None,
    experimental_trackable=False,
    experimental_mesh=None,
):
    """A writer into a new event file.

    Args:
        logdir: path of the folder.
        max_queue: of no consequence: what is written is handed on when the writer is flushed.
        flush_millis: of no consequence, likewise.
        filename_suffix: end of the file's name; None stands for ".v2".
        name: of no consequence.
        experimental_trackable: of no consequence.
        experimental_mesh: must be None.
    """
    if experimental_mesh is not None:
        raise errors.unsupported("`experimental_mesh`", "Leave it out.")
    suffix = ".v2" if filename_suffix is None else filename_suffix
    return SummaryWriter(events.EventWriter(logdir, suffix))


@public("summary.create_noop_writer")
def create_noop_writer():
    """A writer that writes nothing."""
    return SummaryWriter(None)


@public("summary.flush")
def flush(writer=None, name=None):
    """Hand what was written to the operating system.

    Args:
        writer: SummaryWriter; None for the one that is open.
        name: of no consequence.
    """
    writer = _state.writer if writer is None else writer
    if writer is not None:
        writer.flush()


@public("summary.record_if")
@contextlib.contextmanager
def record_if(condition):
    """A `with` block in which summaries are written only if a condition holds.

    Args:
        condition: bool, tensor or function of no arguments that gives one.
    """
    with _with(condition=condition):
        yield


@public("summary.should_record_summaries")
def should_record_summaries():
    """Whether summaries are written: there is a writer, and the condition holds."""
    if _state.writer is None or _state.writer._writer is None:
        return as_tensor(False)
    condition = _state.condition() if callable(_state.condition) else _state.condition
    return as_tensor(bool(as_tensor(condition)))


@public("summary.experimental.set_step")
def set_step(step):
    """Set the step of summaries that are given none.

    Args:
        step: int or variable, which is read whenever something is written; or None.
    """
    _state.step = step


@public("summary.experimental.get_step")
def get_step():
    """The step of summaries that are given none; None if it was not set."""
    return _state.step


@public("summary.experimental.summary_scope")
@contextlib.contextmanager
def summary_scope(name, default_name="summary", values=None):
    """A `with` block that gives the tag of a summary, and the path of the scope that it opens.

    Args:
        name: name of the summary.
        default_name: name of the scope where `name` has no letter that a scope may have.
        values: of no consequence.
    """
    path = context.current_path()
    tag = f"{path}/{name}" if path else name
    with context.name_scope(re.sub(r"[^-/\w.>]", "", name).strip("/") or default_name):
        yield tag, f"{context.current_path()}/"


def _write(kind, name, data, step, *options):
    """Write a value, if summaries are to be written; gives whether they are."""
    recorded = should_record_summaries()
    if not recorded:
        return recorded
    if session_graph() is not None:
        raise RuntimeError(
            f"tf.summary.{kind} writes at once, and model functions only describe what is to be "
            f"done. Use tf.compat.v1.summary.{kind} in them."
        )
    step = _state.step if step is None else step
    if step is None:
        raise ValueError(
            "No step set. Please specify one either through the `step` argument or through "
            "tf.summary.experimental.set_step()"
        )
    with summary_scope(name) as (tag, _):
        write = getattr(_state.writer._writer, kind)
        write(tag, as_tensor(data).numpy(), int(step), *options)
    return recorded


def _check_shape(name, data, expected, fits):
    shape = as_tensor(data).shape
    if not fits(shape):
        raise errors.shape_mismatch("data", got=shape, expected=f"{expected}, for {name!r}")


@public("summary.scalar")
def scalar(name, data, step=None, description=None):
    """Write one number.

    Args:
        name: what it is called, below the name scope.
        data: scalar.
        step: int or variable; None takes that of the writer or of `set_step`.
        description: of no consequence.

    Returns:
        Whether it was written, a bool tensor.

    Raises:
        ValueError: without a step, or for what is no scalar.
    """
    _check_shape(name, data, "a scalar", lambda shape: not shape)
    return _write("scalar", name, data, step)


@public("summary.histogram")
def histogram(name, data, step=None, buckets=None, description=None):
    """Write how numbers are distributed.

    Args:
        name: what it is called, below the name scope.
        data: tensor of any shape.
        step: int or variable; None takes that of the writer or of `set_step`.
        buckets: int; None stands for 30.
        description: of no consequence.

    Returns:
        Whether it was written, a bool tensor.
    """
    return _write("histogram", name, data, step, 30 if buckets is None else int(buckets))


@public("summary.image")
def image(name, data, step=None, max_outputs=3, description=None):
    """Write pictures.

    Args:
        name: what they are called, below the name scope.
        data: (batch, height, width, channels), floats from 0 to 1 or uint8.
        step: int or variable; None takes that of the writer or of `set_step`.
        max_outputs: how many of the batch are written at most.
        description: of no consequence.

    Returns:
        Whether they were written, a bool tensor.
    """
    _check_shape(name, data, "(batch, height, width, channels)", lambda shape: len(shape) == 4)
    return _write("images", name, as_tensor(data)[: int(max_outputs)], step)


@public("summary.text")
def text(name, data, step=None, description=None):
    """Write texts (Markdown).

    Args:
        name: what they are called, below the name scope.
        data: strings of any shape.
        step: int or variable; None takes that of the writer or of `set_step`.
        description: of no consequence.

    Returns:
        Whether they were written, a bool tensor.
    """
    return _write("text", name, data, step)
