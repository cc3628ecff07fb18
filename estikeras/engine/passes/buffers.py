"""Lays storages that live at different times over one another in one arena."""

ALIGNMENT = 64


def plan_arena(lifetimes):
    """Offsets in one block of memory.

    Args:
        lifetimes: for each storage `(first, last, size_bytes)`: the numbers of the first and last
            instruction that touch it.

    Returns:
        The offsets in bytes, multiples of 64, in the order given, and the size of the block.
        Storages that live at the same time do not overlap. The largest are placed first, each at
        the lowest offset that is free.
    """
    offsets = [0] * len(lifetimes)
    placed = []
    total = 0
    for i in sorted(range(len(lifetimes)), key=lambda i: -lifetimes[i][2]):
        first, last, size = lifetimes[i]
        size = -(-max(size, 1) // ALIGNMENT) * ALIGNMENT
        offset = 0
        for start, end, from_step, to_step in placed:
            if from_step <= last and first <= to_step and start < offset + size and offset < end:
                offset = end
        offsets[i] = offset
        placed.append((offset, offset + size, first, last))
        placed.sort()
        total = max(total, offset + size)
    return offsets, total
