"""Judges from what the ranks last said whether the job can still go on, and says in words what is
wrong. Knows no sockets and no MPI.
"""

import time
from dataclasses import dataclass, field

from strategies import limits
from strategies.errors import ranks_text

# The exit status of a job that was ended because of the ranks' state; 1 for an exception.
ENDED = 75
INTERRUPTED = 130


@dataclass
class Rank:
    """What is known of one rank.

    Attributes:
        number: its rank.
        host: the name of its machine, for people.
        machine: a name that no other machine has.
        pid: its process there.
        state: "absent" (never heard of), "running", "failed", "interrupted", "done" or "closed".
        step: how many steps it has done.
        collective: how many collectives it has entered.
        inside: name of the collective it is in, or None.
        since: when it entered or left the last one, by this process's `time.monotonic()`.
        seen: when it was last heard of, likewise.
        text: the traceback of its exception.
        status: its exit status, where it is done and that is known.
        left_by: the call of `sys.exit` by which it came to its end, where that is known.
        done_at: when it was done.
    """

    number: int
    host: str = "an unknown host"
    machine: str | None = None
    pid: int = 0
    state: str = "absent"
    step: int = 0
    collective: int = 0
    inside: str | None = None
    since: float = 0.0
    seen: float = field(default_factory=time.monotonic)
    text: str = ""
    status: int | None = None
    left_by: str = ""
    done_at: float | None = None

    def __str__(self):
        step = (
            f"step {self.step}" if self.state != "closed" else f"last heard of in step {self.step}"
        )
        return f"rank {self.number} on {self.host} (pid {self.pid}, {step})"

    def waits_beyond(self, seconds, now):
        """Whether it is inside a collective for longer than this."""
        return self.state == "running" and self.inside and now - self.since > seconds


@dataclass(frozen=True)
class Verdict:
    """Why a job ends.

    Attributes:
        text: what is printed.
        code: the exit status of the job.
        ranks: numbers of the ranks to blame.
        hang: whether they hang, so that the place in their program is of interest.
        failed: whether they raised exceptions, and others may be about to tell of theirs.
    """

    text: str
    code: int = ENDED
    ranks: tuple = ()
    hang: bool = False
    failed: bool = False


def judge(ranks, now, limit_s):
    """A Verdict, or None while all is well.

    Args:
        ranks: list of the job's Ranks.
        now: `time.monotonic()`.
        limit_s: how many seconds a rank may keep the others waiting, or say nothing.
    """
    for rule in (_failed, _interrupted, _died, _left, _silent, _stalled):
        verdict = rule(ranks, now, limit_s)
        if verdict:
            return verdict
    return None


def _failed(ranks, now, limit_s):
    failed = [rank for rank in ranks if rank.state == "failed"]
    if not failed:
        return None
    first, *rest = failed
    alike = [r.number for r in rest if _last_line(r.text) == _last_line(first.text)]
    others = [rank for rank in rest if rank.number not in alike]
    text = f"{first} failed:\n{first.text.rstrip()}"
    if alike:
        text += f"\nThe same on {ranks_text(alike)}."
    for other in others:
        text += f"\nAnd {other}: {_last_line(other.text)}"
    return Verdict(text, 1, tuple(rank.number for rank in failed), failed=True)


def _interrupted(ranks, now, limit_s):
    if any(rank.state == "interrupted" for rank in ranks):
        return Verdict("Interrupted.", INTERRUPTED)
    return None


def _died(ranks, now, limit_s):
    dead = [rank for rank in ranks if rank.state == "closed"]
    if not dead:
        return None
    text = (
        f"{_several(dead)} died: the process was killed (out of memory?), crashed or left by "
        f"os._exit{_meanwhile(ranks, dead, now)}"
    )
    return Verdict(text, ranks=tuple(rank.number for rank in dead))


def _left(ranks, now, limit_s):
    """Ranks that are done, while others wait in a collective which these never entered."""
    waiting = [rank for rank in ranks if rank.waits_beyond(0, now)]
    last = max((rank.collective for rank in waiting), default=0)
    done = [rank for rank in ranks if rank.state == "done"]
    gone = [rank for rank in done if rank.collective < last]
    if not gone and len(done) < len(ranks):
        gone = [rank for rank in done if rank.status and now - rank.done_at > limits.BAD_STATUS_S]
    if not gone:
        return None
    told = {rank.status for rank in gone} - {None}
    status = told.pop() if len(told) == 1 else None
    calls = {rank.left_by for rank in gone}
    if calls != {""} and len(calls) == 1:
        how = f"called {calls.pop()}"
    else:
        how = "came to the end of the program"
        how += "" if status is None else f" with exit status {status}"
    text = f"{_several(gone)} {how}{_meanwhile(ranks, gone, now)}"
    return Verdict(text, status or ENDED, tuple(rank.number for rank in gone))


def _silent(ranks, now, limit_s):
    silent = [
        rank
        for rank in ranks
        if (rank.state == "running" and now - rank.seen > limits.allowed_s(limit_s, rank.step))
        or (rank.state == "absent" and now - rank.seen > limits.to_appear_s(limit_s))
    ]
    if not silent:
        return None
    text = (
        f"{_several(silent)} gave no sign of life for {now - silent[0].seen:.1f} s: stopped, its "
        f"machine lost, or Python held by a call that never ends{_meanwhile(ranks, silent, now)}"
    )
    return Verdict(text, ranks=tuple(rank.number for rank in silent), hang=True)


def _stalled(ranks, now, limit_s):
    late, waiting = late_ranks(ranks, now, limit_s)
    if late:
        text = f"{_several(late)} hangs or is too slow{_meanwhile(ranks, late, now)}"
        return Verdict(text, ranks=tuple(rank.number for rank in late), hang=True)
    running = [rank for rank in ranks if rank.state == "running"]
    if waiting and len(waiting) == len(running) and len(running) + _done(ranks) == len(ranks):
        names = ", ".join(f"rank {rank.number} in '{rank.inside}'" for rank in waiting)
        shortest = min(now - rank.since for rank in waiting)
        text = f"All ranks have been waiting for each other for {shortest:.1f} s: {names}."
        return Verdict(text, ranks=tuple(rank.number for rank in waiting), hang=True)
    return None


def late_ranks(ranks, now, limit_s):
    """(ranks that keep others waiting for longer than allowed, those that wait so long)."""
    waiting = [rank for rank in ranks if rank.waits_beyond(limit_s, now)]
    last = max((rank.collective for rank in waiting), default=0)
    late = [rank for rank in ranks if rank.state == "running" and rank.collective < last]
    allowed_s = max((limits.allowed_s(limit_s, rank.step) for rank in late), default=limit_s)
    if not any(rank.waits_beyond(allowed_s, now) for rank in waiting):
        late = []
    return late, waiting


def delay_text(late, ranks, now):
    """What to warn of before a stall is a verdict."""
    return f"{_several(late)} keeps others waiting{_meanwhile(ranks, late, now)}"


def _done(ranks):
    return sum(rank.state == "done" for rank in ranks)


def _meanwhile(ranks, blamed, now):
    """Who waits for what."""
    waiting = [r for r in ranks if r not in blamed and r.waits_beyond(0, now)]
    if not waiting:
        return "."
    longest = max(now - rank.since for rank in waiting)
    names = sorted({f"'{rank.inside}'" for rank in waiting})
    numbers = ranks_text(rank.number for rank in waiting)
    verb = "wait" if len(waiting) > 1 else "waits"
    return f", while {numbers} {verb} in {', '.join(names)} (for {longest:.1f} s)."


def _several(ranks):
    return ", ".join(map(str, ranks))


def _last_line(text):
    return text.rstrip().rpartition("\n")[2]
