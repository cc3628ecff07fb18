"""The times of instructions in the form that browsers show as a timeline.

Reference: Trace Event Format, the Chromium project's document of that name.
"""

_INSTRUCTIONS, _MEMORY = 0, 1


def trace(events, show_dataflow, show_memory):
    """What to write into a file as JSON.

    Args:
        events: list of `profile.Event`s.
        show_dataflow: whether to show from where to where tensors go.
        show_memory: whether to show how many bytes of tensors are still needed.
    """
    start = events[0].began_s
    shown = [_named(_INSTRUCTIONS, "instructions")]
    shown += [_instruction(event, start) for event in events]
    if show_dataflow:
        shown += _dataflow(events, start)
    if show_memory:
        shown += [_named(_MEMORY, "memory"), *_memory(events, start)]
    return {"traceEvents": shown}


def _named(process, name):
    return {"ph": "M", "name": "process_name", "pid": process, "args": {"name": name}}


def _instruction(event, start):
    return {
        "ph": "X",
        "cat": event.kind,
        "name": event.name,
        "pid": _INSTRUCTIONS,
        "tid": 0,
        "ts": _microseconds(event.began_s, start),
        "dur": (event.ended_s - event.began_s) * 1e6,
        "args": {"instruction": event.text, "kind": event.kind},
    }


def _dataflow(events, start):
    """An arrow for each tensor that one instruction writes and another reads."""
    shown, writers = [], {}
    for event in events:
        for storage in event.reads:
            writer = writers.get(id(storage))
            if writer is not None and writer is not event:
                arrow = {"cat": "dataflow", "name": "tensor", "id": len(shown)}
                arrow |= {"pid": _INSTRUCTIONS, "tid": 0}
                shown.append({**arrow, "ph": "s", "ts": _microseconds(writer.began_s, start)})
                shown.append({**arrow, "ph": "t", "ts": _microseconds(event.began_s, start)})
        writers.update((id(storage), event) for storage in event.writes)
    return shown


def _memory(events, start):
    """How many bytes of tensors have been written and will be read, after each instruction."""
    last = {id(storage): event for event in events for storage in (*event.reads, *event.writes)}
    shown, alive = [], {}
    for event in events:
        alive.update(
            (id(storage), storage.size_bytes) for storage in event.writes if storage.kind == "arena"
        )
        shown.append(
            {
                "ph": "C",
                "name": "tensors",
                "pid": _MEMORY,
                "ts": _microseconds(event.ended_s, start),
                "args": {"bytes": sum(alive.values())},
            }
        )
        alive = {key: size for key, size in alive.items() if last[key] is not event}
    return shown


def _microseconds(time_s, start):
    return (time_s - start) * 1e6
