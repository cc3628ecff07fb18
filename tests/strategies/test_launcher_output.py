"""What a launcher prints of ranks that ended is kept back; all else comes through as it came."""

import pytest

from strategies.launcher_output import LauncherOutput

OPENMPI = (
    b"-" * 74 + b"\nprterun noticed that process rank 1 with PID 7 on node n exited on\n"
    b"signal 11 (Segmentation fault).\n" + b"-" * 74 + b"\n"
)
EXITED = (
    b"-" * 74 + b"\nprterun detected that one or more processes exited with non-zero status,\n"
    b"thus causing the job to be terminated. The first process to do so was:\n\n"
    b"   Exit code:    75\n" + b"-" * 74 + b"\n"
)
MPICH = (
    b"="
    * 83
    + b"\n=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES\n=   PID 7 RUNNING AT n\n"
    b"=   EXIT CODE: 9\n" + b"=" * 83 + b"\n"
    b"YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal 9)\n"
    b"This typically refers to a problem with your application.\n"
    b"Please see the FAQ page for debugging suggestions\n"
)
NO_PROGRAM = (
    b"-" * 74 + b"\nprterun was unable to launch the specified application as it could not\n"
    b"access an executable:\n" + b"-" * 74 + b"\n"
)
MESSAGES = {"Open MPI": OPENMPI, "Open MPI, status": EXITED, "MPICH": MPICH}
TEXTS = {
    "lines": b"loss 0.1\nloss 0.2\n",
    "a progress bar": b"\r 1/10\r 2/10",
    "a table": b"=" * 60 + b"\nname  shape\n" + b"=" * 60 + b"\n" + b"-" * 60 + b"\n",
    "a launcher's error": NO_PROGRAM,
    "an ending alone": b"Please see the FAQ page for debugging suggestions\n",
    "a rule within a line": b"a " + OPENMPI,
    "nothing": b"",
}


def fed(text, size):
    said = []
    output = LauncherOutput(said.append)
    for start in range(0, len(text), size):
        output.feed(text[start : start + size])
    return output, said


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_about_ranks_is_kept_and_all_else_comes_through(message, name, size):
    before = TEXTS[name]
    if not before.endswith(b"\n"):
        before += b"\n"
    for show in (False, True):
        output, said = fed(before + MESSAGES[message] + b"end\n", size)
        assert b"".join(said) == before + b"end\n"
        output.finish(show)
        assert b"".join(said) == before + b"end\n" + show * MESSAGES[message]


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize("text", [b"50 %", b"-" * 60 + b"\n50 %", b"-" * 60 + b"\nprterun is here"])
def test_a_line_without_end_is_not_held_up(text, size):
    assert b"".join(fed(text, size)[1]) == text


def test_a_message_without_end_is_printed_at_the_end():
    output, said = fed(OPENMPI[:-20], 10_000)
    assert said == []
    output.finish(show=False)
    assert said == [OPENMPI[:-20]]


@pytest.mark.parametrize(("message", "number"), [(OPENMPI, 11), (EXITED, None), (MPICH, 9)])
def test_the_signal_is_what_the_launcher_told(message, number):
    output, _ = fed(b"signal 3\n" + message, 10_000)
    output.finish(show=False)
    assert output.signal() == number
