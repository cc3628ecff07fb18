"""Lambdas as base64 of marshalled bytecode, the reference's form. Loading one runs code from the
file: unsafe mode only.
"""

import base64
import marshal
import types
import warnings

from estikeras import errors


def dump(function):
    """The config of a lambda: bytecode, defaults and the values that it closes over."""
    warnings.warn(
        f"The object being serialized includes a lambda ({function.__qualname__}). It can be "
        "loaded again only with `safe_mode=False` and the same Python version. A function "
        "registered with `@keras.saving.register_keras_serializable()` has neither limit.",
        stacklevel=3,
    )
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
    cells = (
        tuple(cell.cell_contents for cell in function.__closure__) if function.__closure__ else None
    )
    return {"class_name": "__lambda__", "config": {"value": (code, function.__defaults__, cells)}}


def load(config):
    """The lambda of a config made by `dump`. The caller has made sure that the file is trusted.

    Raises:
        ValueError: if the bytecode cannot be read by this Python.
    """
    value = config["value"]
    if isinstance(value, dict):
        value = (value.get("code"), value.get("defaults"), value.get("closure"))
    code, defaults, cells = value
    try:
        code = marshal.loads(base64.decodebytes(code.encode("ascii")))
    except (ValueError, EOFError, TypeError, AttributeError) as error:
        raise errors.invalid(
            "lambda",
            got=str(error),
            expected="bytecode of this Python version",
            hint="Define it as a function.",
        ) from error
    closure = tuple(types.CellType(cell) for cell in cells) if cells else None
    return types.FunctionType(
        code, globals(), code.co_name, tuple(defaults) if defaults else None, closure
    )
