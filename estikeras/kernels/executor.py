"""Runs a program: a table of kernels with their argument blocks, by every thread of a team, for one
or several steps.

All threads walk the same table. A kernel that is not parallel runs on thread 0 alone. A barrier
stands only where a kernel needs what another thread wrote. Kernels behind the gate (they write
variables) do not run once an error is recorded.

While programs run, numbers below the normal range are zero: an optimizer's averages of gradients
that stay zero come there after some hundred steps, and arithmetic on such numbers takes a hundred
times longer.

The team's control block is an array of int64 words; words that threads write at different times are
a cache line apart.
"""

from estikeras.kernels.abi import inline, loop, native

PARALLEL, BARRIER, GATE = 1, 2, 4  # bits of a mode
# Byte offsets in the control block.
SEQUENCE, ARRIVED, GENERATION, SLEEPING, STOP = 0, 64, 128, 192, 256
FUNCTIONS, BLOCKS, MODES, LENGTH, STEPS, COUNTER, ERROR = 320, 328, 336, 344, 352, 360, 368
YIELD, WAIT, POST, SEMAPHORE = 384, 392, 400, 448
CONTROL_BYTES = 512
SPINS_BEFORE_YIELD, SPINS_BEFORE_SLEEP = 2_000, 50_000


@inline
def barrier(control, threads):
    """Wait until all threads are here."""
    if threads > 1:
        before = native.atomic_load(control + GENERATION)
        if native.atomic_add(control + ARRIVED, 1) == threads - 1:
            native.atomic_add(control + ARRIVED, -threads)
            native.atomic_add(control + GENERATION, 1)
        else:
            spins = 0
            while native.atomic_load(control + GENERATION) == before:
                native.pause()
                spins += 1
                if spins > SPINS_BEFORE_YIELD:
                    native.call_libc(native.atomic_load(control + YIELD), 0)
                    spins = 0


@inline
def call(function, block, thread, threads):
    """Call the kernel whose address and argument block's address stand at these addresses."""
    native.call_kernel(native.atomic_load(function), native.atomic_load(block), thread, threads)


@inline
def walk(control, thread, threads):
    """Run the table once for each step; the counter tells kernels which step it is."""
    length = native.atomic_load(control + LENGTH)
    functions, blocks = (
        native.atomic_load(control + FUNCTIONS),
        native.atomic_load(control + BLOCKS),
    )
    modes = native.atomic_load(control + MODES)
    counter, error = native.atomic_load(control + COUNTER), native.atomic_load(control + ERROR)
    for _ in range(native.atomic_load(control + STEPS)):
        for i in range(length):
            mode = native.atomic_load(modes + 8 * i)
            if mode & BARRIER:
                barrier(control, threads)
            if mode & GATE:
                failed = native.atomic_load(error) != 0
                barrier(control, threads)  # nobody goes on before all have seen the same
                if failed:
                    break
            if mode & PARALLEL:
                call(functions + 8 * i, blocks + 8 * i, thread, threads)
            elif thread == 0:
                call(functions + 8 * i, blocks + 8 * i, 0, 1)
        barrier(control, threads)
        failed = native.atomic_load(error) != 0
        if thread == 0 and not failed:
            native.atomic_add(counter, 1)
        barrier(control, threads)  # thread 0 must not return, and clear the error, before all know
        if failed:
            break


@loop
def lead(control, threads_used):
    """Thread 0: wake the others (if more than one thread is used), run the table, return when all
    are done.
    """
    if threads_used > 1:
        native.atomic_add(control + SEQUENCE, 1)
        for _ in range(native.atomic_load(control + SLEEPING)):
            native.call_libc(native.atomic_load(control + POST), control + SEMAPHORE)
    before = native.flush_denormals()
    walk(control, 0, threads_used)
    native.restore_float_state(before)


@loop
def follow(control, number, threads_used):
    """Any other thread: wait for work, spinning at first and then asleep, and run it; return when
    told to stop.
    """
    native.flush_denormals()
    seen = 0
    while True:
        spins = 0
        while native.atomic_load(control + SEQUENCE) == seen:
            native.pause()
            spins += 1
            if spins > SPINS_BEFORE_SLEEP:
                native.atomic_add(control + SLEEPING, 1)
                if native.atomic_load(control + SEQUENCE) == seen:
                    native.call_libc(native.atomic_load(control + WAIT), control + SEMAPHORE)
                native.atomic_add(control + SLEEPING, -1)
                spins = 0
        seen = native.atomic_load(control + SEQUENCE)
        if native.atomic_load(control + STOP):
            return
        walk(control, number, threads_used)


@loop
def gather_rows(
    source: "uint8[rows, row_bytes]",
    order: "int64[samples]",
    counter: "int64[1]",
    out: "uint8[batch, row_bytes]",
    rows,
    row_bytes,
    samples,
    batch,
    thread,
    threads,
):
    """Batch number `counter` of the rows of `source` in the given order."""
    start = counter[0] * batch
    for i in range(batch * thread // threads, batch * (thread + 1) // threads):
        to, come = out[i], source[order[start + i]]  # views: their bytes are copied as a whole
        for j in range(row_bytes):
            to[j] = come[j]


@loop
def copy(source: "uint8[size]", out: "uint8[size]", size, thread, threads):
    """Bytes from one place to another."""
    for i in range(size * thread // threads, size * (thread + 1) // threads):
        out[i] = source[i]


@inline
def row_number(counter, rows, backwards):
    """Which of the rows it is the turn of."""
    return rows - 1 - counter if backwards else counter


@loop
def take_row(
    source: "uint8[rows, size]", counter: "int64[1]", out: "uint8[size]", rows, size, backwards
):  # fmt: skip
    """Row number `counter` of `source`, counted from the end if `backwards` is not 0."""
    row = source[row_number(counter[0], rows, backwards)]
    for j in range(size):
        out[j] = row[j]


@loop
def put_row(
    source: "uint8[size]", counter: "int64[1]", out: "uint8[rows, size]", rows, size, backwards
):  # fmt: skip
    """Write row number `counter` of `out`, counted from the end if `backwards` is not 0."""
    row = out[row_number(counter[0], rows, backwards)]
    for j in range(size):
        row[j] = source[j]
