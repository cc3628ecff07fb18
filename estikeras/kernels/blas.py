"""Addresses of BLAS routines in this process, for kernels to call. The library is set to one
thread.

SciPy's wheels bring OpenBLAS as a file that opens in 20 ms; importing SciPy's linear algebra takes
150 ms and is what remains where SciPy was built otherwise.
"""

import ctypes
import importlib
import importlib.util
from functools import cache
from pathlib import Path

THREADS = ("scipy_openblas_set_num_threads", "openblas_set_num_threads")


@cache
def address(name):
    """The address of a BLAS routine like `"sgemm"`: Fortran's calling convention, 32-bit sizes."""
    library = _library()
    # Two pools of threads at once are fatal (an MLP's step took 8 ms instead of 0.7).
    for function in THREADS:
        if library is not None and hasattr(library, function):
            getattr(library, function)(1)
    if library is not None and hasattr(library, f"scipy_{name}_"):
        return ctypes.cast(getattr(library, f"scipy_{name}_"), ctypes.c_void_p).value
    return _capsule_address(importlib.import_module("scipy.linalg.cython_blas").__pyx_capi__[name])


@cache
def _library():
    """The OpenBLAS file beside SciPy, opened, or None."""
    scipy = importlib.util.find_spec("scipy")
    folder = Path(scipy.origin).parent.parent / "scipy.libs"
    file = next(iter(sorted(folder.glob("*openblas*"))), None)
    return None if file is None else ctypes.CDLL(str(file))


def _capsule_address(capsule):
    get_name = ctypes.pythonapi.PyCapsule_GetName
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return get_pointer(capsule, get_name(capsule))
