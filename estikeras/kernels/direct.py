"""Calls a loop by itself, outside of a program: for work on bytes, which no graph holds.

    call(records.scan, {}, data, starts, lengths, state, len(data), len(starts))

The global interpreter lock is free while the loop runs, so that Python's threads can share it out.
"""

import ctypes
import functools
import struct

import numpy as np

from estikeras.kernels import abi

_ENTRY = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int64, ctypes.c_int64)


def call(loop, types, *arguments):
    """Run a loop on the calling thread alone.

    Args:
        loop: an `abi.Loop` that takes no `error` and no BLAS.
        types: dict from its type variables to names of dtypes.
        *arguments: for its parameters in order, but those that are filled in: a C-contiguous array
            of the declared dtype, an int or a float. Sizes are not compared with arrays.

    Raises:
        TypeError: for another number of arguments, or an array that is not as declared.
    """
    entry, form, declared = _prepared(loop.native(types))
    if len(arguments) != len(declared):
        raise TypeError(f"{loop.name} takes {len(declared)} arguments, got {len(arguments)}")
    words = []
    for argument, (name, dtype) in zip(arguments, declared, strict=True):
        if dtype is None:
            words.append(argument)
        elif argument.dtype != dtype or not argument.flags.c_contiguous:
            raise TypeError(f"{loop.name}: {name} must be a contiguous {dtype} array")
        else:
            words.append(address(argument))
    entry(struct.pack(form, *words), 0, 1)


def fastest(portable, fast):
    """The loop that counts checksums by an instruction, where the processor has it.

    Args:
        portable: a loop for every processor.
        fast: one that needs SSE 4.2.
    """
    from estikeras.kernels import compiler

    return fast if compiler.has("sse4.2") else portable


def address(array):
    """The address of an array's first element."""
    if array.size and array.flags.writeable:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))  # a fourth of the other's time
    return array.ctypes.data


@functools.cache
def _prepared(native):
    """A loop's function, how its words are packed, and of each parameter that is given the name
    and, for arrays, the dtype.
    """
    given = [p for p in native.loop.parameters if p[0] not in abi.FILLED]
    form = "".join("d" if kind == "float" else "q" for _, kind, _ in given)
    declared = [
        (name, None if dimensions is None else np.dtype(native.types.get(kind, kind)))
        for name, kind, dimensions in given
    ]
    return _ENTRY(native.address), form, declared
