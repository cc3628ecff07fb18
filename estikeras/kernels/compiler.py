"""From a loop to machine code at an address. Numba turns Python into LLVM's form, LLVM into an
object file.

Object files are kept in a folder named by all that they depend on, so a warm start reads machine
code and imports neither Numba nor the loops' dependencies. Everything but the entry point is
internal to its object, and an object that would call into Python is refused, so a cached file is
never tied to one process.
"""

import contextlib
import fcntl
import hashlib
import importlib
import importlib.metadata
import os
import sys
import tempfile
import threading
import time
from functools import cache
from pathlib import Path
from types import FunctionType

import llvmlite.binding as llvm
import numpy as np

from estikeras import settings
from estikeras.kernels import abi

# NaN and infinity survive (no "nnan", "ninf"); sums may be re-ordered, so that they vectorise.
FAST = {"nsz", "arcp", "contract", "afn", "reassoc"}
ENTRY = "estikeras_entry"
_PATIENCE_S, _PAUSE_S = 20, 0.002
_lock = threading.RLock()


def address(loop, types):
    """The address of `void(block, thread, threads)`, all int64, for the loop with bound types."""
    signature = "-".join([loop.name, *(types[name] for name in sorted(types))])
    return address_of(signature, lambda: compile_loop(loop, types))


def address_of(name, build):
    """The address of the code called `name`; `build()` gives its object file when none is on disk.

    Programs that generate kernels use this too, with a hash of the source in `name`.
    """
    with _lock:
        file = folder() / f"{name}.o"
        code = _read(file)
        if code is None:
            _announce()
            with _turn(file):
                code = _read(file) or _built(file, build)
        return _load(code)


def _built(file, build):
    code = build()
    _write(file, code)
    return code


@contextlib.contextmanager
def _turn(file):
    """A `with` block that one process at a time is in, for a file: the ranks of a machine need the
    same kernels at the same moment, and one of them compiles each.

    Who does not come to its turn, since another process is stopped in it or files cannot be locked,
    goes on without: at worst, two processes compile the same and one file replaces the other.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.with_suffix(".lock")
        stream = lock.open("w")
    except OSError:
        yield
        return
    with stream:
        last = time.monotonic() + _PATIENCE_S
        while not (mine := _locks(stream)) and time.monotonic() < last:
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            if mine:
                lock.unlink(missing_ok=True)


def _locks(stream):
    """Whether nobody else has it locked, or it cannot be locked at all."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, BlockingIOError)
    return True


@cache
def _announce():
    """Say once why the first run takes seconds; of several ranks the first says it."""
    if settings.is_first_rank():
        sys.stderr.write(
            f"Compiling kernels for this processor, once: they are kept in {folder().parent}\n"
        )


@cache
def folder():
    """Where object files lie; its name is a hash over this package, the compilers' versions and the
    processor.
    """
    digest = hashlib.blake2b(digest_size=12)
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    features = llvm.get_host_cpu_features().flatten()
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    digest.update(" ".join([llvm.get_host_cpu_name(), features, *versions]).encode())
    return settings.cache_folder() / "kernels" / digest.hexdigest()


def _read(file):
    """The object file's bytes, or None when it is not there or damaged."""
    try:
        data = file.read_bytes()
    except OSError:
        return None
    digest, code = data[:16], data[16:]
    return code if hashlib.blake2b(code, digest_size=16).digest() == digest else None


def _write(file, code):
    """Write beside and rename.

    A folder that cannot be written to costs compiling again, nothing else.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(hashlib.blake2b(code, digest_size=16).digest() + code)
        Path(temporary).replace(file)
    except OSError:
        return


@cache
def has(feature):
    """Whether the processor has a feature, by LLVM's name for it."""
    return bool(llvm.get_host_cpu_features().get(feature))


@cache
def _machine():
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()


_engines = []  # loaded code lives as long as the process


def _load(code):
    target = _machine().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    return engine.get_function_address(ENTRY)


def specialise(value, types):
    """What a global of a loop means once its type variables are bound."""
    if isinstance(value, abi.Placeholder):
        if value.name == "native":
            return importlib.import_module("estikeras.kernels.intrinsics")
        return getattr(np, types.get(value.name, "float32"))
    if isinstance(value, abi.Inline):
        function = value.functions[types.get("real", "float32")]
        return _helper(function, tuple(sorted(types.items())), value.exact, value.apart)
    return value


@cache
def _helper(function, types, exact, apart):
    if not isinstance(function, FunctionType):
        return function
    frontend = importlib.import_module("estikeras.kernels.frontend")
    return frontend.helper(bind(function, dict(types)), exact, apart)


def bind(function, types, given=()):
    """A copy of the function that sees its placeholders and helpers as `types` says, and `given`
    globals.
    """
    scope = {**function.__globals__, **dict(given)}
    for name in set(function.__code__.co_names) & set(scope):
        scope[name] = specialise(scope[name], types)
    return FunctionType(function.__code__, scope, function.__name__, function.__defaults__)


def compile_loop(loop, types):
    """Compile a loop; returns its object file."""
    frontend = importlib.import_module("estikeras.kernels.frontend")
    return frontend.object_code(loop, types, bind(loop.function, types, loop.given))
