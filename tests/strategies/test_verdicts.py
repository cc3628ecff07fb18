"""What is wrong with a job, from what its ranks last said."""

import re

import pytest

from strategies import limits, verdicts
from strategies.verdicts import Rank
from tests.support.ranks import ROOT

NOW, LIMIT_S = 1000.0, 10.0


def rank(number, ago_s=0.0, **what):
    """A Rank that is in step 3 and did something `ago_s` seconds ago."""
    given = {"state": "running", "host": "h", "pid": 1, "step": 3, "seen": NOW, **what}
    return Rank(number, since=NOW - ago_s, **given)


CASES = {
    "nobody waits": ([rank(0, 99), rank(1)], None),
    "others wait, but not for long": ([rank(0, 9, inside="sum", collective=5), rank(1)], None),
    "others wait for long": (
        [rank(0, 11, inside="sum", collective=5), rank(1, collective=4)],
        r"rank 1 on h .* hangs .*while rank 0 waits in 'sum' \(for 11\.0 s\)",
    ),
    "the first step takes long": (
        [rank(0, 29, inside="sum", collective=5), rank(1, step=0)],
        None,
    ),
    "the first step takes for ever": (
        [rank(0, 31, inside="sum", collective=5), rank(1, step=0)],
        r"rank 1 on h .*hangs",
    ),
    "all wait": (
        [rank(0, 12, inside="a", collective=5), rank(1, 11, inside="b", collective=5)],
        r"waiting for each other for 11\.0 s: rank 0 in 'a', rank 1 in 'b'",
    ),
    "one is silent": ([rank(0), rank(1, seen=NOW - 11)], r"rank 1 .*no sign of life for 11\.0 s"),
    "one never came": (
        [rank(0), Rank(1, seen=NOW - 121)],
        r"rank 1 on an unknown host .*no sign of life",
    ),
    "one is late to come": ([rank(0), Rank(1, seen=NOW - 119)], None),
    "one is done, the other works": ([rank(0), rank(1, state="done")], None),
    "one is done, and was in all": (
        [rank(0, 1, inside="sum", collective=5), rank(1, state="done", collective=5)],
        None,
    ),
    "one is done, and is waited for": (
        [rank(0, 1, inside="sum", collective=6), rank(1, state="done", collective=5, status=0)],
        r"rank 1 .*came to the end of the program with exit status 0, while rank 0 waits in 'sum'",
    ),
    "one left with a bad status just now": (
        [rank(0), rank(1, state="done", status=3, done_at=NOW - 1)],
        None,
    ),
    "one left with a bad status": (
        [rank(0), rank(1, state="done", status=3, done_at=NOW - 3)],
        r"rank 1 .*with exit status 3",
    ),
    "one called sys.exit": (
        [rank(0), rank(1, state="done", status=3, left_by="sys.exit(3)", done_at=NOW - 3)],
        r"rank 1 .* called sys\.exit\(3\)\.$",
    ),
    "one called sys.exit, but how it ended is not known": (
        [rank(0), rank(1, state="done", left_by="sys.exit(3)", done_at=NOW - 3)],
        None,
    ),
    "all left with a bad status": (
        [rank(n, state="done", status=3, done_at=NOW - 3) for n in (0, 1)],
        None,
    ),
    "one died": ([rank(0), rank(1, state="closed")], r"rank 1 .*last heard of in step 3\) died"),
    "one died after another failed": (
        [rank(0, state="failed", text="Traceback\nKeyError: 'x'"), rank(1, state="closed")],
        r"rank 0 .*failed:\nTraceback\nKeyError: 'x'$",
    ),
    "several failed alike": (
        [rank(n, state="failed", text=f"line {n}\nKeyError: 'x'") for n in (0, 1, 2)],
        r"rank 0 .*failed:\nline 0\nKeyError: 'x'\nThe same on ranks 1, 2\.$",
    ),
    "several failed differently": (
        [rank(0, state="failed", text="KeyError: 1"), rank(1, state="failed", text="OSError")],
        r"rank 0 .*failed:\nKeyError: 1\nAnd rank 1 .*: OSError$",
    ),
    "the user ends it": ([rank(0, state="interrupted"), rank(1)], r"^Interrupted\.$"),
}


@pytest.mark.parametrize("name", CASES)
def test_verdict(name):
    ranks, expected = CASES[name]
    verdict = verdicts.judge(ranks, NOW, LIMIT_S)
    if expected is None:
        assert verdict is None
    else:
        assert re.search(expected, verdict.text), verdict.text


def test_the_exit_status_tells_exceptions_from_other_ends():
    codes = {
        name: verdicts.judge(ranks, NOW, LIMIT_S).code
        for name, (ranks, text) in CASES.items()
        if text
    }
    assert codes["several failed alike"] == 1
    assert codes["the user ends it"] == 130
    assert codes["one left with a bad status"] == codes["one called sys.exit"] == 3
    assert codes["one died"] == codes["one is silent"] == codes["others wait for long"] == 75


def test_the_limits_that_users_are_told_are_those_that_hold():
    text = (ROOT / "docs" / "distribution.md").read_text()
    section = text.partition("## When something goes wrong")[2].partition("\n## ")[0]
    for number in (limits.STALL_TIMEOUT_S, limits.WARN_AFTER_S, limits.TO_APPEAR_S):
        assert f"{number:.0f} s" in section
    assert f"{limits.FIRST_STEP} times" in section
