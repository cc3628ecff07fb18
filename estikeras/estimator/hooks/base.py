"""What a hook is: what it is told, and what it may ask for."""

from collections import namedtuple

from estikeras import errors
from estikeras.public import public


@public(
    "estimator.SessionRunArgs",
    "compat.v1.estimator.SessionRunArgs",
    "compat.v1.train.SessionRunArgs",
)
class SessionRunArgs(namedtuple("SessionRunArgs", ["fetches", "feed_dict", "options"])):
    """What a hook adds to the next run.

    Args:
        fetches: structure of tensors, operations, or names of them.
        feed_dict: dict from placeholder to value, or None.
        options: None, or a list that takes the times of all instructions of the run, as
            `engine.program.profile.Event`s; they are done one by one then, which takes longer.

    Raises:
        NotImplementedError: for other options.
    """

    def __new__(cls, fetches, feed_dict=None, options=None):
        if options is not None and not isinstance(options, list):
            raise errors.unsupported("`options` of SessionRunArgs", "To profile, use ProfilerHook.")
        return super().__new__(cls, fetches, feed_dict, options)


@public(
    "estimator.SessionRunValues",
    "compat.v1.estimator.SessionRunValues",
    "compat.v1.train.SessionRunValues",
)
class SessionRunValues(namedtuple("SessionRunValues", ["results", "options", "run_metadata"])):
    """What a run gave to a hook: `results` has the form of the `fetches` it asked for, with NumPy
    values.
    """


@public(
    "estimator.SessionRunContext",
    "compat.v1.estimator.SessionRunContext",
    "compat.v1.train.SessionRunContext",
)
class SessionRunContext:
    """What a hook knows of a run.

    Args:
        original_args: SessionRunArgs of the run without hooks.
        session: the Session.
        steps: how many steps are done in this run; hooks see the values of the last.

    Attributes:
        stop_requested: whether some hook has asked for the end.
    """

    def __init__(self, original_args, session, steps=1):
        self.original_args, self.session, self.steps = original_args, session, steps
        self.stop_requested = False

    def request_stop(self):
        """End the loop after this run."""
        self.stop_requested = True


@public(
    "estimator.SessionRunHook",
    "compat.v1.estimator.SessionRunHook",
    "compat.v1.train.SessionRunHook",
)
class SessionRunHook:
    """The base of hooks: subclasses write the methods that they need.

    Where a hook writes neither `before_run` nor `after_run`, or says by `steps_to_wait` that it can
    wait, many steps are done in one run.
    """

    def __init_subclass__(cls, **kwargs):
        """Whoever listens, and does not say itself how long it can wait, is told of every step."""
        super().__init_subclass__(**kwargs)
        listens = "before_run" in vars(cls) or "after_run" in vars(cls)
        if listens and "steps_to_wait" not in vars(cls):
            cls.steps_to_wait = _every_step

    def begin(self):
        """Called once, when the graph has been made and can still be added to."""

    def after_create_session(self, session, coord):
        """Called when variables have their values.

        Args:
            session: runs tensors and operations by `session.run`.
            coord: has `request_stop()` and `should_stop()`.
        """

    def before_run(self, run_context):
        """Called before each run; gives SessionRunArgs or None."""

    def after_run(self, run_context, run_values):
        """Called after each run.

        Args:
            run_context: the SessionRunContext.
            run_values: the SessionRunValues for what `before_run` asked for.
        """

    def end(self, session):
        """Called at the end, unless an error ended the loop."""

    def steps_to_wait(self):
        """How many steps may be done in the next run, the last of which this hook wants to see;
        None for any number.
        """


def _every_step(hook):
    """How long a hook waits that wants to see every step."""
    return 1
