"""Runs a kernel's plan the way a program does, phase by phase and thread by thread, against the
NumPy reference.
"""

import ctypes

import numpy as np
import pytest

from estikeras.engine.primitive import REGISTRY, Spec
from estikeras.kernels import abi

WORD = ctypes.c_int64
TOLERANCE = {"float16": 1e-3, "float32": 2e-5, "float64": 1e-11}


class Memory:
    """Arrays at 64-byte aligned addresses, filled with rubbish, with a guard behind each."""

    guard = 0xA5

    def __init__(self):
        self.arrays = []

    def new(self, shape, dtype):
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        room = np.full(size + 128, self.guard, np.uint8)
        start = -room.ctypes.data % 64
        self.arrays.append((room, start, size))
        return room[start : start + size].view(dtype).reshape(shape)

    def copy(self, array):
        fresh = self.new(array.shape, array.dtype)
        fresh[...] = array
        return fresh

    def check(self):
        for room, start, size in self.arrays:
            assert (room[:start] == self.guard).all(), "a kernel wrote before its array"
            assert (room[start + size :] == self.guard).all(), "a kernel wrote behind its array"


def run_kernel(name, inputs, outputs, params, threads):
    """Run a kernel; `outputs` are specs. Returns the output arrays and the error record."""
    memory = Memory()
    inputs = [memory.copy(np.asarray(x)) for x in inputs]
    results = [memory.new(spec.shape, spec.dtype) for spec in outputs]
    specs = [Spec(x.shape, str(x.dtype)) for x in inputs]
    kernel = abi.lookup(name, [spec.dtype for spec in specs])
    assert kernel is not None, name
    plan = kernel.plan(specs, outputs, params, threads)
    assert plan is not None, f"{name} declined"
    scratch = [memory.new((size,), np.uint8) for size in plan.scratch]
    error = np.zeros(4, np.int64)
    places = {"in": inputs, "out": results, "scratch": scratch, "error": [error]}

    def resolve(place):
        where, which = place
        return abi.blas_address(which) if where == "blas" else places[where][which].ctypes.data

    for call in plan.calls:
        function = ctypes.CFUNCTYPE(None, WORD, WORD, WORD)(call.native.address)
        block = abi.encode(call.arguments, resolve)
        for thread in range(threads if call.parallel else 1):
            function(block.ctypes.data, thread, threads if call.parallel else 1)
    memory.check()
    return results, error


def run_primitive(name, *inputs, threads=2, **params):
    """Run the kernel of a primitive; returns its outputs and the error record."""
    primitive = REGISTRY[name]
    specs = primitive.rule(*[Spec(x.shape, str(x.dtype)) for x in inputs], **params)
    specs = specs if isinstance(specs, tuple) else (specs,)
    return run_kernel(primitive.kernel, inputs, specs, params, threads)


def compare(name, *inputs, tolerance=None, **params):
    """The kernel equals the primitive's NumPy reference, with one thread and with two."""
    with np.errstate(all="ignore"):
        wanted = REGISTRY[name].reference(*inputs, **params)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    for threads in (1, 2):
        results, error = run_primitive(name, *inputs, threads=threads, **params)
        assert error[0] == 0
        for got, want in zip(results, wanted, strict=True):
            assert got.dtype == want.dtype
            exact = got.dtype.kind != "f"
            bound = 0 if exact else tolerance or TOLERANCE[str(got.dtype)]
            finite = np.abs(want[np.isfinite(want)]) if not exact else np.zeros(0)
            scale = max(1.0, float(finite.max())) if finite.size else 1.0
            np.testing.assert_allclose(got, want, rtol=bound, atol=bound * scale)


@pytest.fixture(autouse=True)
def _always_parallel(monkeypatch):
    """Small arrays, too, are divided among threads."""
    monkeypatch.setattr(abi, "SMALL_WORK", 0)


@pytest.fixture
def call():
    """Run one thread of a call on arrays by the kind of their place, `{"in": x, "out": y}`."""

    def run(entry, arrays, thread, threads):
        block = abi.encode(entry.arguments, lambda place: arrays[place[0]].ctypes.data)
        ctypes.CFUNCTYPE(None, WORD, WORD, WORD)(entry.native.address)(
            block.ctypes.data, thread, threads
        )

    return run


@pytest.fixture
def check():
    return compare


@pytest.fixture
def run():
    return run_primitive


@pytest.fixture
def rng():
    return np.random.default_rng(7)
