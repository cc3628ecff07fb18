"""Shows what a program consists of and how long each instruction takes: the first thing to look at
when it is slow.
"""

import time
from dataclasses import dataclass

from estikeras.engine.program import team
from estikeras.engine.program.table import TableBuilder


def profile(program, repeats=5):
    """Time each instruction of a program by itself.

    The instructions are run one after another, each `repeats` times; variables keep what the last
    run makes of them.

    Args:
        program: a Program that has run, so that its memory holds plausible values.
        repeats: how often; the shortest time counts.

    Returns:
        A list of `(milliseconds, kind, text)`, in the program's order. `kind` is "native", "native
        1" where one thread does the work, or "numpy".
    """
    rows = []
    with team.current().lock:
        for instruction in program.instructions:
            segment, kind = _segment(program, instruction)
            best = float("inf")
            for _ in range(repeats):
                began = time.perf_counter()
                program.run_segment(segment)
                best = min(best, time.perf_counter() - began)
            rows.append((best * 1e3, kind, _text(instruction)))
    return rows


@dataclass(frozen=True)
class Event:
    """One instruction in the run that it was a part of.

    Attributes:
        name: of the primitive, or "copy".
        text: the instruction with dtypes and shapes.
        kind: see `profile`.
        began_s: by `time.perf_counter`.
        ended_s: likewise.
        reads: the Storages that it read.
        writes: the Storages that it wrote.
    """

    name: str
    text: str
    kind: str
    began_s: float
    ended_s: float
    reads: tuple
    writes: tuple


def timed_run(program, arrays):
    """Run a program once as `program.run` does, one instruction after the other.

    Args:
        program: a Program.
        arrays: one for each input.

    Returns:
        The outputs, and a list of Events.

    Raises:
        InvalidArgumentError: when an index is out of range; the variables are as they were.
    """
    events = []
    with team.current().lock:
        segments = [_segment(program, instruction) for instruction in program.instructions]
        program.begin(arrays)
        for instruction, (segment, kind) in zip(program.instructions, segments, strict=True):
            began = time.perf_counter()
            program.run_segment(segment)
            ended = time.perf_counter()
            name = "copy" if instruction.node is None else instruction.node.primitive.name
            reads, writes = tuple(instruction.reads), tuple(instruction.writes)
            events.append(Event(name, _text(instruction), kind, began, ended, reads, writes))
        program.end()
        return program.outputs(), events


def _segment(program, instruction):
    """What runs one instruction, and its kind."""
    if instruction.calls is None:
        return program.host(instruction.node), "numpy"
    builder = TableBuilder(program.threads, program.error, program.counter)
    builder.add(instruction)
    table = builder.table()
    return table, "native" if table.threads > 1 else "native 1"


def _text(instruction):
    node = instruction.node
    if node is None:
        return f"copy {instruction.writes[0].size_bytes} bytes"
    shapes = ", ".join(f"{x.dtype}{list(x.shape)}" for x in node.inputs)
    out = ", ".join(f"{y.dtype}{list(y.shape)}" for y in node.outputs)
    return f"{node.primitive}({shapes}) -> {out}"


def report(program, repeats=5):
    """The result of `profile` as text, the slowest first."""
    rows = sorted(profile(program, repeats), key=lambda row: -row[0])
    total = sum(row[0] for row in rows)
    lines = [f"{ms:9.4f} ms  {kind:8}  {text}" for ms, kind, text in rows]
    return "\n".join([f"{total:9.4f} ms  in {len(rows)} instructions", *lines])
