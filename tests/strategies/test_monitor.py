"""The monitor hears those who know its key, and tells them what to do."""

import contextlib
import json
import socket
import threading
import time

import pytest

from strategies.limits import check_timeout, stall_timeout_s
from strategies.monitor import Monitor


class Voice:
    """What a guard says to a monitor, said by a test."""

    def __init__(self, monitor, rank, key="secret"):
        host, _, port = monitor.addresses()[0].rpartition(":")
        self.connection = socket.create_connection((host, int(port)), timeout=5)
        hello = {"key": key, "rank": rank, "host": f"host{rank}", "machine": "other", "pid": 1}
        self.say(**hello)

    def say(self, state="running", step=1, collective=0, inside=None, for_s=0.0, **more):
        given = {"state": state, "step": step, "collective": collective, "inside": inside}
        self.connection.sendall(json.dumps({**given, "for_s": for_s, **more}).encode() + b"\n")

    def hear(self, wanted):
        """The first order of this kind; None if the line is closed before."""
        with self.connection.makefile() as lines:
            for line in lines:
                if json.loads(line)["do"] == wanted:
                    return json.loads(line)
        return None


@pytest.fixture
def said():
    return []


@pytest.fixture
def monitor(said):
    monitor = Monitor(2, "secret", 1.0, write=said.append)
    yield monitor
    monitor.close()


@pytest.fixture
def voice(monitor):
    """A function that makes a Voice of a rank."""
    made = []

    def make(rank, **options):
        made.append(Voice(monitor, rank, **options))
        return made[-1]

    yield make
    for each in made:
        each.connection.close()


def test_who_does_not_know_the_key_is_not_heard(monitor, voice):
    assert voice(0, key="guess").hear("welcome") is None
    assert monitor.ranks[0].state == "absent"
    assert voice(0).hear("welcome")
    assert monitor.ranks[0].state == "running"


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", b"5\n", b"\xff\n", b"x" * 99999])
def test_who_says_something_else_is_not_heard(monitor, voice, noise):
    host, _, port = monitor.addresses()[0].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as stranger:
        stranger.sendall(noise)
        # What was not read makes the end of the line a reset.
        with contextlib.suppress(ConnectionResetError):
            assert stranger.recv(1) == b""
    assert voice(0).hear("welcome")


def test_all_may_leave_when_all_are_done(monitor, voice, said):
    voices = [voice(rank) for rank in (0, 1)]
    for each in voices:
        each.say("done")
    assert all(each.hear("leave") for each in voices)
    assert said == []


def test_all_are_told_to_end_after_a_verdict(monitor, voice, said):
    voices = [voice(rank) for rank in (0, 1)]
    voices[1].say("failed", text="ValueError: x")
    assert [each.hear("end")["code"] for each in voices] == [1, 1]
    assert monitor.ended.wait(1) and monitor.verdict.ranks == (1,)
    assert said[0].startswith("estikeras: rank 1 on host1") and len(said) == 1


def test_a_stall_on_another_machine_is_shown_by_the_guard_there(monitor, voice, said):
    voices = [voice(rank) for rank in (0, 1)]
    for _ in range(15):
        voices[0].say(collective=2, inside="sum", for_s=1.5)
        voices[1].say(collective=1)
        time.sleep(0.1)
    assert voices[1].hear("show")
    assert voices[0].hear("end")["code"] == 75
    assert said[1] == "estikeras: rank 1 on host1 is here:"


def test_a_line_that_closes_is_a_death_unless_the_rank_was_done(monitor, voice):
    first, second = (voice(rank) for rank in (0, 1))
    second.say("done")
    assert second.hear("beat")
    second.connection.close()
    assert first.hear("beat")
    assert monitor.verdict is None
    first.connection.close()
    assert monitor.ended.wait(2)
    assert "rank 0 on host0" in monitor.verdict.text


def test_deaths_that_were_ordered_are_not_judged(monitor, voice, said):
    voices = [voice(rank) for rank in (0, 1)]
    assert all(each.hear("welcome") for each in voices)
    monitor.end_all(130)
    assert voices[0].hear("end")["code"] == 130
    voices[0].connection.close()
    time.sleep(0.5)
    assert monitor.verdict is None and said == []


def test_last_words_are_heard_before_the_monitor_closes(monitor, voice):
    speaker = voice(1)
    assert speaker.hear("welcome")
    threading.Timer(0.3, lambda: (speaker.say(step=7), speaker.connection.close())).start()
    monitor.close(within_s=5)
    assert monitor.ranks[1].step == 7


def test_a_wrong_limit_is_refused(monkeypatch):
    monkeypatch.setenv("ESTIKERAS_STALL_TIMEOUT", "soon")
    with pytest.raises(ValueError, match=r"ESTIKERAS_STALL_TIMEOUT.*'soon'"):
        stall_timeout_s()
    with pytest.raises(ValueError, match="above 0"):
        check_timeout(0)
