"""Hears from the guards of all ranks what they do, and ends the job when it cannot go on.

Runs in a thread: of the supervisor, or of rank 0 where there is none. Sockets only: MPI may be what
hangs.
"""

import collections
import contextlib
import hmac
import json
import os
import selectors
import signal
import socket
import threading
import time
import weakref

from strategies import leftovers, limits, verdicts
from strategies.launched import machine_name
from strategies.verdicts import Rank

# How long to wait for other ranks' part of the same story after the first failure.
_COLLECT_S = 0.2
# How many ranks, at most, print where they hang.
_SHOWN = 4


def print_line(text):
    """Print on standard error, in one piece, from whichever thread."""
    with contextlib.suppress(OSError):
        os.write(2, f"{text}\n".encode())


class Monitor:
    """Watches the ranks of one job.

    Args:
        size: how many ranks.
        key: a secret that the guards know, so that nobody else is heard.
        limit_s: how long a rank may keep the others waiting, in seconds.
        everywhere: whether ranks are on other machines.
        write: a function that prints a text.

    Attributes:
        ranks: a list of `verdicts.Rank`.
        verdict: the Verdict, or None.
        ended: a `threading.Event`, set after the verdict was printed and the ranks were told.
    """

    def __init__(self, size, key, limit_s, everywhere=False, write=print_line):
        self.ranks = [Rank(number) for number in range(size)]
        self.verdict = None
        self.ended = threading.Event()
        self._key, self._limit_s, self._write = key, limit_s, write
        self._lines = {}  # rank -> its connection
        self._warned = set()
        self._collecting = self._ending = False
        self._orders = collections.deque()
        self._listener = socket.create_server(("" if everywhere else "127.0.0.1", 0), backlog=1024)
        self._everywhere = everywhere
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._wake, waker = socket.socketpair()
        self._waker = waker
        self._selector.register(self._wake, selectors.EVENT_READ)
        close_after_fork(self)
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)
        self._thread.start()

    def addresses(self):
        """List of "host:port" at which the guards find it, nearest first."""
        port = self._listener.getsockname()[1]
        names = ["127.0.0.1", *(_own_addresses() if self._everywhere else [])]
        return [f"{name}:{port}" for name in names]

    def progress(self):
        """Whether a rank has done a step."""
        return any(rank.step > 0 for rank in self.ranks)

    def has_deaths(self):
        """Whether the verdict is that ranks died."""
        return self.verdict is not None and any(
            self.ranks[number].state == "closed" for number in self.verdict.ranks
        )

    def end_all(self, code):
        """Tell all ranks to end at once, without a verdict: what they do then is no news."""
        self._ending = True
        self._order("end", code)

    def leave_alone(self):
        """Let the ranks come to their end on their own."""
        self._order("leave", None)

    def close(self, within_s=0.0):
        """Stop watching; the lines close.

        Args:
            within_s: how long to listen to the last words of ranks whose lines are still open.
        """
        self._ending = True
        self._order("close", time.monotonic() + within_s)
        self._thread.join()

    def _order(self, *order):
        self._orders.append(order)
        with contextlib.suppress(OSError):
            self._waker.send(b"!")

    def _run(self):
        try:
            self._watch()
        finally:
            # Should this end by a mistake, the ranks end: their lines are closed.
            self.close_sockets()

    def _watch(self):
        last = beat = time.monotonic()
        pause = limits.period_s(self._limit_s, len(self.ranks))
        closes_at = None
        while closes_at is None or (self._lines and time.monotonic() < closes_at):
            changed = self._collecting
            for key, _ in self._selector.select(_COLLECT_S / 4 if self._collecting else pause):
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._wake:
                    self._wake.recv(64)
                    changed = True
                else:
                    changed |= self._hear(key.fileobj, key.data)
            now = time.monotonic()
            if now - last > max(2.0, 4 * pause):
                # This process was stopped itself; the ranks are not to blame for it.
                for rank in self.ranks:
                    rank.seen += now - last
                    rank.since += now - last
            last = now
            while self._orders:
                order = self._orders.popleft()
                if order[0] == "close":
                    closes_at = order[1]
                else:
                    self._tell_all({"do": order[0], "code": order[1]})
            if now - beat > pause:
                beat, changed = now, True
                self._tell_all({"do": "beat"})
            if changed and self.verdict is None and not self._ending:
                self._judge(now)

    def _accept(self):
        connection, _ = self._listener.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.settimeout(5)
        self._selector.register(connection, selectors.EVENT_READ, {"rank": None, "rest": b""})

    def _hear(self, connection, line):
        """Read what came; True if a rank's state changed."""
        before = line["rank"] and line["rank"].state
        try:
            data = connection.recv(65536)
        except OSError:
            data = b""
        *messages, line["rest"] = (line["rest"] + data).split(b"\n")
        for message in messages:
            if not self._understand(connection, line, message):
                data = b""
                break
        rank = line["rank"]
        if not data or (rank is None and len(line["rest"]) > 65536):
            self._selector.unregister(connection)
            connection.close()
            if rank is not None:
                self._lines.pop(rank.number, None)
                if rank.state == "running":
                    rank.state = "closed"
        return (line["rank"] and line["rank"].state) != before

    def _understand(self, connection, line, message):
        """Take in one message; False if it is none of ours."""
        try:
            told = json.loads(message)
        except ValueError:
            return False
        rank = line["rank"]
        if rank is None:
            key = told.get("key") if isinstance(told, dict) else None
            if not hmac.compare_digest(str(key).encode(), self._key.encode()):
                return False
            rank = line["rank"] = self.ranks[told["rank"]]
            rank.host, rank.pid, rank.machine = told["host"], told["pid"], told["machine"]
        rank.seen = time.monotonic()
        rank.step, rank.collective, rank.inside = told["step"], told["collective"], told["inside"]
        rank.since = rank.seen - told["for_s"]
        rank.state = told["state"]
        if rank.state == "done":
            rank.done_at = rank.done_at or rank.seen
        rank.text, rank.status = told.get("text", ""), told.get("status")
        rank.left_by = told.get("left_by", "")
        if rank.number not in self._lines:
            self._lines[rank.number] = connection
            self._tell(rank, {"do": "welcome"})
        if self.verdict is None and all(rank.state == "done" for rank in self.ranks):
            self._tell_all({"do": "leave"})
        return True

    def _judge(self, now):
        verdict = verdicts.judge(self.ranks, now, self._limit_s)
        if verdict is None:
            self._warn(now)
            return
        if verdict.failed and not self._all_failed_collected(now):
            return
        self.verdict = verdict
        self._write(f"estikeras: {verdict.text}")
        if verdict.hang:
            self._show(verdict)
        alive = [rank.pid for rank in self.ranks if self._is_here(rank)]
        leftovers.remove_names(alive)
        self._tell_all({"do": "end", "code": verdict.code})
        self.ended.set()

    def _all_failed_collected(self, now):
        """Whether every rank failed, or the others had time to say that they did too."""
        failed = [rank for rank in self.ranks if rank.state == "failed"]
        first = min(rank.seen for rank in failed)
        self._collecting = len(failed) < len(self.ranks) and now - first < _COLLECT_S
        return not self._collecting

    def _show(self, verdict):
        """Let the blamed ranks print where they are: by a signal, which reaches Python even where
        its threads cannot run.
        """
        for number in verdict.ranks[:_SHOWN]:
            rank = self.ranks[number]
            if rank.state != "running":
                continue
            self._write(f"estikeras: rank {number} on {rank.host} is here:")
            if self._is_here(rank):
                with contextlib.suppress(OSError):
                    os.kill(rank.pid, signal.SIGUSR1)
            else:
                self._tell(rank, {"do": "show"})
            time.sleep(0.3)

    def _is_here(self, rank):
        return rank.machine == machine_name() and rank.state not in ("absent", "closed")

    def _warn(self, now):
        if self._limit_s <= limits.WARN_AFTER_S:
            return
        late, waiting = verdicts.late_ranks(self.ranks, now, limits.WARN_AFTER_S)
        what = (*(rank.number for rank in late), max((r.collective for r in waiting), default=0))
        if late and what not in self._warned:
            self._warned.add(what)
            self._write(f"estikeras: {verdicts.delay_text(late, self.ranks, now)}")

    def _tell_all(self, message):
        # This process's own rank last: it ends the process.
        for number in sorted(self._lines, reverse=True):
            self._tell(self.ranks[number], message)

    def _tell(self, rank, message):
        with contextlib.suppress(OSError):
            self._lines[rank.number].sendall(json.dumps(message).encode() + b"\n")

    def close_sockets(self):
        """Close all connections."""
        if self._selector.get_map() is None:
            return
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._waker.close()
        self._selector.close()


def close_after_fork(owner):
    """Let a forked child, such as a worker that reads data, not hold the owner's lines open."""
    known = weakref.ref(owner)

    def close():
        if known() is not None:
            known().close_sockets()

    os.register_at_fork(after_in_child=close)


def _own_addresses():
    """The addresses by which other machines may reach this one."""
    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # No packet is sent: this asks which address the default route has.
        probe.connect(("192.0.2.1", 9))
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [
            entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        ]
    return [*dict.fromkeys(found), socket.gethostname()]
