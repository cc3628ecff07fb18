"""Each rank's guard: a thread that tells the monitor what the rank does, and ends the process when
the job cannot go on. What happens to a rank ends all of them, or none.

A rank that raises ends the job; one that comes to its end waits, asleep, until all have.
"""

import atexit
import contextlib
import faulthandler
import functools
import json
import os
import secrets
import select
import signal
import socket
import sys
import threading
import time
import traceback

from strategies import leftovers, limits, monitor, status, verdicts
from strategies.errors import StartError
from strategies.launched import machine_name

# Where a supervisor's monitor is: "KEY host:port host:port ...".
ADDRESS = "ESTIKERAS_MONITOR"
# How long a rank lives on after SIGTERM, in seconds; launchers kill after a second or less.
_TO_SPEAK_S = 0.2
# How many characters of what was given to `sys.exit` are told.
_SHOWN = 200
_state = {}


def start(cluster):
    """Begin to guard this rank; the second call has no effect.

    Every rank calls it; it blocks until all have.

    Args:
        cluster: the Cluster of all ranks.
    """
    if "guard" in _state:
        return
    if cluster.size > 1:
        leftovers.forget_names(cluster)
    _prepare_streams()
    # A child process that starts a job of its own must not find this one's monitor.
    given = os.environ.pop(ADDRESS, "").split()
    supervised, watching = bool(given), None
    if not supervised:
        if cluster.is_chief:
            key = secrets.token_hex(16)
            everywhere = cluster.local_size < cluster.size
            watching = monitor.Monitor(cluster.size, key, limits.stall_timeout_s(), everywhere)
            given = [key, *watching.addresses()]
        given = cluster.communicator.bcast(given)
    guard = Guard(cluster, given[0], given[1:], supervised, watching)
    guard.start()
    _state["guard"] = guard
    # A rank that dies right after it was useful: whether to start again depends on it.
    status.current.at_first_step = guard.tell
    sys.excepthook = _except_hook(sys.excepthook)
    if not supervised:
        sys.exit = _remembered_exit(sys.exit, guard)
    atexit.register(guard.finish)


def is_wanted(cluster):
    """Whether a rank needs a guard: it is one of several, or a supervisor listens."""
    return cluster.size > 1 or ADDRESS in os.environ


def leave_status(status, error=None):
    """Say how this rank comes to its end, where that is known.

    Args:
        status: its exit status.
        error: the SystemExit that ends it, or None.
    """
    if "guard" in _state:
        _state["guard"].status = status
        _state["guard"].left_by = "" if error is None else _exit_call(error.code)


def hide_frames(*files):
    """Leave out of tracebacks the outer frames that are in these files."""
    _state["hidden"] = files


def traceback_text(error):
    """The traceback of an exception, from where the user's program begins."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename in _state.get("hidden", ()):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def end(code):
    """End this process with a status that is not 0: then the launcher ends the others, too."""
    leftovers.remove_names([os.getpid()])
    if "SLURM_STEP_NUM_TASKS" in os.environ and "mpi4py.MPI" in sys.modules:
        # srun does not end a step for one task's status.
        sys.modules["mpi4py.MPI"].COMM_WORLD.Abort(code)
    os._exit(code)


class Guard(threading.Thread):
    """The thread.

    Args:
        cluster: the Cluster of all ranks.
        key: the monitor's secret.
        addresses: list of "host:port" to try.
        supervised: whether the monitor is a supervisor's, and not in rank 0.
        watching: the Monitor, if it is in this process.
    """

    def __init__(self, cluster, key, addresses, supervised, watching=None):
        super().__init__(name="guard", daemon=True)
        self.status, self.left_by = None, ""
        self._rank = cluster.rank
        self._watching = watching
        # With a supervisor, rank 0 is a rank like all others.
        self._host_of_monitor = None if supervised else cluster.hosts[0].partition("/")[0]
        self._limit_s = limits.stall_timeout_s()
        self._pause_s = limits.period_s(self._limit_s, cluster.size)
        self._hello = {
            "key": key,
            "rank": cluster.rank,
            "host": socket.gethostname(),
            "machine": machine_name(),
            "pid": os.getpid(),
        }
        self._what = {"state": "running"}
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._told_to_end = threading.Event()
        self._heard = time.monotonic()
        self._ends_at = None
        self._signals = None if supervised else _termination_signals()
        self._connection, self._rest = self._connect(addresses)
        monitor.close_after_fork(self)

    @property
    def is_own_process(self):
        """False in a forked child, which is no rank."""
        return os.getpid() == self._hello["pid"]

    def fail(self, text):
        """Report an exception and wait for the end, which the monitor orders."""
        self._leave("failed", text)

    def interrupt(self):
        """Report that the user ends the job."""
        self._leave("interrupted", "")

    def finish(self):
        """Wait, asleep, until all ranks have come to their end."""
        if not self.is_own_process or self._released.is_set():
            return
        # Set by Python when it reports an exception, also where another hook than ours printed it.
        error = getattr(sys, "last_value", None)
        if error is not None and not hasattr(sys, "ps1"):
            self.fail(traceback_text(error))
        _flush()
        self._what = {"state": "done", "status": self.status, "left_by": self.left_by}
        if not self._say():
            return
        if "mpi4py.run" in sys.modules:
            # Under `python -m mpi4py` it is mpi4py that ends the others after a bad status.
            self._released.set()
            if self._watching:
                self._watching.leave_alone()
            return
        self._released.wait()

    def tell(self):
        """Tell the monitor at once what this rank does."""
        if self.is_own_process:
            self._say()

    def close_sockets(self):
        """Close the line, in a forked child."""
        self._connection.close()

    def run(self):
        try:
            self._watch()
        except BaseException:
            # A rank without a guard could hang unseen.
            monitor.print_line(traceback.format_exc())
            end(verdicts.ENDED)
            raise

    def _watch(self):
        said = 0.0
        while not self._released.is_set():
            sources = [self._connection, *([self._signals] if self._signals else [])]
            ready, _, _ = select.select(sources, [], [], 0.02 if self._ends_at else self._pause_s)
            if self._connection in ready and not self._listen():
                self._line_closed()
                return
            now = time.monotonic()
            if self._signals in ready and signal.SIGTERM in self._signals.recv(64):
                # The launcher saw a rank die, before us. Let it be said which, then obey.
                self._ends_at = now + _TO_SPEAK_S
            if self._ends_at and now > self._ends_at:
                end(128 + signal.SIGTERM)
            if now - said >= self._pause_s:
                said = now
                self._say()
            self._check_monitor(now)

    def _connect(self, addresses):
        problem = None
        for address in addresses:
            host, _, port = address.rpartition(":")
            try:
                connection = socket.create_connection((host, int(port)), timeout=10)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._connection = connection
                self._say({**self._hello, **self._now()})
                answer = connection.recv(65536)
            except OSError as error:
                problem = error
                continue
            if answer.startswith(b'{"do": "welcome"}\n'):
                return connection, answer.partition(b"\n")[2]
            connection.close()
        raise StartError(
            f"rank {self._rank} on {self._hello['host']} cannot reach the monitor of the job at "
            f"{', '.join(addresses)} ({problem}). Machines of a job must reach each other by TCP."
        )

    def _now(self):
        current = status.current
        return {
            **self._what,
            "step": current.step,
            "collective": current.collective,
            "inside": current.inside,
            "for_s": time.monotonic() - current.since,
        }

    def _say(self, message=None):
        """Send a message, by default what the rank does; False if the line is closed."""
        try:
            with self._lock:
                self._connection.sendall(json.dumps(message or self._now()).encode() + b"\n")
        except OSError:
            return False
        return True

    def _leave(self, state, text):
        _flush()
        self._what = {"state": state, "text": text}
        if self._say() and self._told_to_end.wait(3):
            # The thread ends this process.
            time.sleep(10)
        elif text:
            monitor.print_line(f"estikeras: rank {self._rank} failed:\n{text}")
        end(1 if text else verdicts.INTERRUPTED)

    def _listen(self):
        """Read the monitor's orders; False if the line is closed."""
        try:
            data = self._connection.recv(65536)
        except OSError:
            return False
        if not data:
            return False
        self._heard = time.monotonic()
        *messages, self._rest = (self._rest + data).split(b"\n")
        for message in messages:
            order = json.loads(message)
            if order["do"] == "show":
                os.kill(os.getpid(), signal.SIGUSR1)
            elif order["do"] == "leave":
                self._released.set()
            elif order["do"] == "end":
                self._told_to_end.set()
                self._say()
                end(order["code"])
        return True

    def _check_monitor(self, now):
        """Where rank 0 watches, somebody must watch rank 0."""
        limit_s = limits.allowed_s(self._limit_s, status.current.step)
        silent_s = now - self._heard
        if self._host_of_monitor and self._rank > 0 and silent_s > limit_s + self._pause_s:
            self._speak_up(f"gave no sign of life for {silent_s:.1f} s")

    def _line_closed(self):
        """The monitor is gone without a word."""
        if not self._released.is_set():
            self._speak_up("died")

    def _speak_up(self, what):
        """Say what the monitor cannot, and end this rank."""
        # One rank is enough to say it; the next does if that one is gone, too.
        time.sleep(0.3 * max(0, self._rank - 1))
        host, doing = self._host_of_monitor, status.current
        inside = f" waits in '{doing.inside}' and" if doing.inside else ""
        monitor.print_line(
            f"estikeras: {f'rank 0 on {host}' if host else 'the supervisor'} {what}; rank "
            f"{self._rank} on {self._hello['host']} (step {doing.step}){inside} ends the job."
        )
        end(verdicts.ENDED)


def _except_hook(before):
    def hook(kind, error, trace):
        guard = _state["guard"]
        if not guard.is_own_process:
            before(kind, error, trace)
        elif issubclass(kind, KeyboardInterrupt):
            guard.interrupt()
        else:
            guard.fail(traceback_text(error.with_traceback(trace)))

    return hook


def _remembered_exit(before, guard):
    """`sys.exit` that remembers the call: no hook of Python tells of it. The worker of a supervised
    job does not need it.
    """

    @functools.wraps(before)
    def exit(status=None, /):
        if threading.current_thread() is threading.main_thread():
            guard.left_by = _exit_call(status)
        before(status)

    return exit


def _exit_call(status):
    """A call of `sys.exit`, in one line of the program."""
    text = "" if status is None else repr(status)
    return f"sys.exit({text if len(text) <= _SHOWN else f'{text[:_SHOWN]}...'})"


def _prepare_streams():
    """Let nothing that was printed be lost, and let a signal print where the program is."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)
    if not faulthandler.is_enabled():
        faulthandler.enable(file=2)
    if signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL:
        faulthandler.register(signal.SIGUSR1, file=2, all_threads=False)


def _termination_signals():
    """A socket that has a byte for each signal that asks this process to end.

    Python's own handlers run when the main thread comes back from MPI, if ever.
    """
    if threading.current_thread() is not threading.main_thread():
        return None
    if signal.getsignal(signal.SIGTERM) != signal.SIG_DFL or signal.set_wakeup_fd(-1) != -1:
        return None
    reader, writer = socket.socketpair()
    for end_of_pair in (reader, writer):
        end_of_pair.setblocking(False)
    _state["waker"] = writer
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, _leave_to_guard)
    return reader


def _leave_to_guard(number, frame):
    """The handler of SIGTERM: where no guard obeys, as in a forked child, Python's default does."""
    guard = _state["guard"]
    if not guard.is_own_process or not guard.is_alive():
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _flush():
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
