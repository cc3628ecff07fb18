"""Whole files as strings: `read_file`, `write_file`, `matching_files`."""

from pathlib import Path

import numpy as np

from estikeras.engine.tensor import Tensor, as_strings, as_tensor
from estikeras.formats import paths
from estikeras.op_errors import NotFoundError
from estikeras.ops.io_bytes import single_string
from estikeras.primitives import strings
from estikeras.public import public


@public("io.read_file")
def read_file(filename, name=None):
    """What a file holds.

    Args:
        filename: string tensor (), or str.
        name: of no consequence.

    Returns:
        string tensor ().

    Raises:
        NotFoundError: if there is no such file.
    """
    path = Path(single_string("filename", filename).decode())
    try:
        return as_tensor(path.read_bytes())
    except FileNotFoundError:
        raise NotFoundError(message=f"{path}: there is no such file.") from None


@public("io.write_file")
def write_file(filename, contents, name=None):
    """Write a string to a file; folders are made where they are missing.

    Args:
        filename: string tensor (), or str.
        contents: string tensor (), bytes or str.
        name: of no consequence.
    """
    path = Path(single_string("filename", filename).decode())
    contents = single_string("contents", contents)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents)


@public("io.matching_files")
def matching_files(pattern, name=None):
    """The names of the files that match one or several patterns, sorted.

    Args:
        pattern: string tensor of any shape, or str; `*`, `?` and `[...]` match within one part of a
            path.
        name: of no consequence.

    Returns:
        string tensor (files,).
    """
    patterns = as_tensor(pattern)
    strings.check_strings("pattern", patterns)
    found = {
        path for one in patterns.value.reshape(-1).tolist() for path in paths.matching(one.decode())
    }
    return Tensor(as_strings(np.array(sorted(found), object)))
