"""Shows what a program consists of and how long each instruction takes: the first thing to look at
when it is slow.
"""

import time

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
            run, kind = _runner(program, instruction)
            best = float("inf")
            for _ in range(repeats):
                began = time.perf_counter()
                run()
                best = min(best, time.perf_counter() - began)
            rows.append((best * 1e3, kind, _text(instruction)))
    return rows


def _runner(program, instruction):
    if instruction.calls is None:
        return program.host(instruction.node), "numpy"
    builder = TableBuilder(program.threads, program.error, program.counter)
    builder.add(instruction)
    table = builder.table()
    return lambda: team.current().run(table), "native" if table.threads > 1 else "native 1"


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
