"""How kernels are written, planned and called. Knows arrays by address, shape and dtype; no
tensors, graphs, layers.

**For the caller** (the program builder). A primitive names its kernel as `"family.function"`:

    kernel = abi.lookup("softmax.softmax", dtypes)  # None: there is none, run the NumPy reference
    plan = kernel.plan(inputs, outputs, params, threads)  # specs in; None: not for these
    plan.scratch                 # sizes in bytes of work arrays, each 64-byte aligned
    for call in plan.calls:      # run one after another with a barrier between each two
        call.native.address      # of void(int64 block, int64 thread, int64 threads); compiled, or
                                 #   loaded from disk, on first access
        call.arguments           # one per int64 word of the block, in order
        call.parallel            # False: thread 0 alone calls it, as (block, 0, 1)

An argument is an int, a float (stored as the bit pattern of a float64), or a pair that stands for
an address: `("in", i)`, `("out", j)`, `("scratch", k)`, `("blas", "sgemm")`, `("error", 0)`.
`encode(arguments, resolve)` makes the block. `blas_address(name)` gives BLAS routines by name; they
change with every process and are never cached.

The caller promises: arrays are C-contiguous, 64-byte aligned and as large as their spec says; no
output or scratch array overlaps another array of the call; `threads` at run time equals `threads`
at planning time where `call.parallel`. It promises nothing about what outputs and scratch contain.
Kernels write every element of every output.

The error record is an int64[4] that the caller zeroes before a run: `[code, value, limit, input]`.
After the run code is `NO_ERROR`, or `INDEX_ERROR`: `value` in input number `input` is outside `0 <=
value < limit`. Kernels never read outside their arrays: an entry with a bad index counts as zero.

**For the writer.** A loop is a plain Python function over array views, compiled for the dtypes it
meets:

    @loop(split="rows")      # every thread sees its own share of the rows, counted from 0
    def scale_rows(
        x: "real[rows, columns]", y: "real[rows, columns]", factor: "float", rows, columns,
    ):  # fmt: skip
        for i in range(rows):
            for j in range(columns):
                y[i, j] = x[i, j] * real(factor)

    @kernel("family.scale")  # from specs to calls; `job.decline()` leaves it to NumPy
    def scale(job):
        rows, columns = job.inputs[0].shape
        job.call(scale_rows, job.input(0), job.output(0), 2.0, rows, columns, work=rows * columns)

Annotations: `"kind[dimensions]"` is an array, `"words[12]"` twelve int64 that lie in the block
itself, `"float"` a float64 number, `"blas"` the gemm of the loop's `real` (filled in), none an
int64. Kinds: a NumPy dtype, or a type variable bound by the arrays that are passed: `real`
(float32, float64), `index` (int32, int64), `number` (those, uint32 and bool, but float64), `item`
(anything, seen as unsigned bits of its size). With `split="rows"` the size `rows` and every array
that has it in its first dimension are cut to the thread's share, which begins at `first`; other
arrays are whole. `first`, `thread`, `threads` and `error` are filled in. Loops count from 0
wherever they can: Numba's check for negative indices then vanishes and LLVM vectorises. `real(0.5)`
makes a constant of the bound type. `@inline` marks helpers for loops; `native` stands for
`estikeras.kernels.intrinsics`.
"""

import importlib
import importlib.util
import inspect
import math
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

NO_ERROR, INDEX_ERROR = 0, 1
SMALL_WORK = 30_000  # operations; below, one thread is faster than two and a barrier
VARIABLES = {
    "real": ("float32", "float64"),
    "index": ("int32", "int64"),
    "item": ("uint8", "uint16", "uint32", "uint64"),
    "number": ("bool", "int32", "int64", "uint32", "float32"),
}
FILLED = ("first", "thread", "threads", "error")
LOOPS, KERNELS = {}, {}


@dataclass(frozen=True)
class Placeholder:
    """A global of loops that gets its meaning when a loop is compiled."""

    name: str

    def __call__(self, value):
        raise TypeError(f"{self.name} exists in compiled loops only")


real, index, item, number = (Placeholder(name) for name in VARIABLES)
native = Placeholder("native")


@dataclass(frozen=True)
class Inline:
    """A helper of loops: one Python function, or one for each `real`.

    `exact` keeps the order of its arithmetic; `apart` says that no array argument that it writes
    overlaps another.
    """

    functions: dict
    exact: bool = False
    apart: bool = False

    def __call__(self, *values):
        return self.functions["float64"](*values)


def inline(function=None, *, float32=None, float64=None, exact=False, apart=False):
    """Make a helper that loops and other helpers may call."""
    return Inline({"float32": function or float32, "float64": function or float64}, exact, apart)


def _report(error, value, limit, which):
    if error[0] == NO_ERROR:
        error[0], error[1], error[2], error[3] = INDEX_ERROR, value, limit, which


# `report(error, value, limit, input)` in a loop: an index is out of range. The first report stays.
report = inline(_report)


@dataclass(frozen=True, eq=False)
class Loop:
    """A function over array views and a slice; compiled per binding of its type variables."""

    function: Callable
    split: str | None
    grain: int
    name: str
    parameters: tuple  # of (name, kind or None, dimensions or None)
    given: dict = field(default_factory=dict)  # globals of the function with another meaning
    natives: dict = field(default_factory=dict)

    def variant(self, name, **given):
        """The same loop under another name, with other values for some globals of its function."""
        made = Loop(
            self.function, self.split, self.grain, f"{self.name}-{name}", self.parameters, given
        )
        return LOOPS.setdefault(made.name, made)

    def native(self, types):
        """The compiled loop for `types`, a dict from type variable to dtype name."""
        key = tuple(sorted(types.items()))
        if key not in self.natives:
            self.natives[key] = Native(self, types)
        return self.natives[key]


@dataclass(frozen=True, eq=False)
class Native:
    """A loop with bound types. `address` compiles it, or loads it from the cache on disk."""

    loop: Loop
    types: dict

    @cached_property
    def address(self):
        compiler = importlib.import_module("estikeras.kernels.compiler")
        return compiler.address(self.loop, self.types)


def loop(function=None, *, split=None, grain=1):
    """Decorate a loop.

    `split` names the size whose range is divided among threads, in multiples of `grain`.
    """
    if function is None:
        return lambda function: loop(function, split=split, grain=grain)
    parameters = []
    for parameter in inspect.signature(function).parameters.values():
        note = None if parameter.annotation is parameter.empty else parameter.annotation
        array = note and re.fullmatch(r"(\w+)\[(.*)\]", note)
        kind, dimensions = array.groups() if array else (note, None)
        if parameter.name == "error":
            kind, dimensions = "int64", "4"
        parameters.append((parameter.name, kind, dimensions))
    name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"
    LOOPS[name] = Loop(function, split, grain, name, tuple(parameters))
    return LOOPS[name]


@dataclass(frozen=True)
class Call:
    """One entry of a program: which code, with which arguments, on all threads or on one."""

    native: Native
    arguments: tuple
    parallel: bool


@dataclass(frozen=True)
class Plan:
    """Calls with a barrier between each two, and the sizes in bytes of the work arrays they use."""

    calls: list
    scratch: list


@dataclass(frozen=True)
class Operand:
    """An array argument of a call: where it will be, and what it holds."""

    place: tuple
    dtype: str


class Declined(Exception):
    """The kernel does not cover these shapes or dtypes."""


class Job:
    """What a planner works on: specs and parameters in, calls and scratch out."""

    def __init__(self, inputs, outputs, params, threads):
        self.inputs, self.outputs = inputs, outputs
        self.params, self.threads = params, threads
        self.calls, self.sizes = [], []

    def decline(self):
        """Leave these shapes, dtypes or parameters to the NumPy reference."""
        raise Declined

    def require(self, condition):
        """Decline unless the condition holds."""
        if not condition:
            raise Declined

    def input(self, i):
        """Input number i as an argument of a call."""
        return Operand(("in", i), self.inputs[i].dtype)

    def output(self, j):
        """Output number j as an argument of a call."""
        return Operand(("out", j), self.outputs[j].dtype)

    def scratch(self, count, dtype):
        """A new work array of `count` elements."""
        self.sizes.append(max(1, count) * np.dtype(dtype).itemsize)
        return Operand(("scratch", len(self.sizes) - 1), dtype)

    def call(self, loop, *arguments, work=math.inf, parallel=True):
        """Add a call; `work` in operations decides whether more than one thread is worth it."""
        types, given, block = {}, iter(arguments), []
        declared = [p for p in loop.parameters if p[0] not in FILLED and p[1] != "blas"]
        if len(declared) != len(arguments):
            raise TypeError(f"{loop.name} takes {len(declared)} arguments, got {len(arguments)}")
        for name, kind, dimensions in loop.parameters:
            if name == "error":
                block.append(("error", 0))
            elif kind == "blas":
                block.append(("blas", None))
            elif kind == "words":
                block.extend(int(value) for value in next(given))
            elif name not in FILLED:
                value = next(given)
                if dimensions is not None:
                    _bind(types, kind, value.dtype)
                block.append(_word(value, kind, dimensions))
        gemm = {"float32": "sgemm", "float64": "dgemm"}.get(types.get("real"))
        block = tuple(("blas", gemm) if word == ("blas", None) else word for word in block)
        parallel = parallel and self.threads > 1 and work >= SMALL_WORK
        self.calls.append(Call(loop.native(types), block, parallel))


def _word(value, kind, dimensions):
    if dimensions is not None:
        return value.place
    return float(value) if kind == "float" else int(value)


def _bind(types, kind, dtype):
    """Note that the type variable `kind` is `dtype`; declines when it cannot be."""
    if kind == "item":
        dtype = f"uint{8 * itemsize(dtype)}" if itemsize(dtype) <= 8 else None
    allowed = VARIABLES.get(kind, (kind,))
    if dtype not in allowed or types.get(kind, dtype) != dtype:
        raise Declined
    if kind in VARIABLES:
        types[kind] = dtype


def itemsize(dtype):
    """Size in bytes of an element, also of the dtypes that NumPy does not know."""
    return 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize


@dataclass(frozen=True)
class Kernel:
    """A planner under the name that a primitive uses."""

    name: str
    planner: Callable

    def plan(self, inputs, outputs, params, threads):
        """The calls that compute `outputs` from `inputs`, or None where NumPy has to.

        Args:
            inputs: specs (`.shape`, `.dtype`) of the inputs.
            outputs: specs of the outputs.
            params: the primitive's static parameters, a dict.
            threads: size of the team that will run the plan.
        """
        job = Job(inputs, outputs, params, threads)
        try:
            self.planner(job)
        except Declined:
            return None
        return Plan(job.calls, job.sizes)


def kernel(name):
    """Decorate a planner `planner(job)` that adds calls to the job."""

    def register(planner):
        KERNELS[name] = Kernel(name, planner)
        return KERNELS[name]

    return register


def lookup(name, dtypes=()):
    """The kernel called `"family.function"`, or None.

    `dtypes`: of all inputs and outputs, for an early no.
    """
    family = f"estikeras.kernels.{name.partition('.')[0]}"
    if name not in KERNELS and importlib.util.find_spec(family) is not None:
        importlib.import_module(family)
    if any(dtype.startswith("complex") for dtype in dtypes):
        return None
    return KERNELS.get(name)


def blas_address(name):
    """The address of a BLAS routine (`"sgemm"`, `"dgemm"`) in this process."""
    return importlib.import_module("estikeras.kernels.blas").address(name)


def encode(arguments, resolve):
    """The argument block of a call; `resolve(place)` gives addresses of pairs like `("in", 0)`."""
    words = np.empty(max(1, len(arguments)), np.int64)
    for position, argument in enumerate(arguments):
        if isinstance(argument, tuple):
            words[position] = resolve(argument)
        elif isinstance(argument, float):
            (words[position],) = struct.unpack("q", struct.pack("d", argument))
        else:
            words[position] = argument
    return words
