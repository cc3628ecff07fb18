"""Reads the data sets' files: NumPy archives and pickled batches, never running code from them.

Knows file formats; which arrays a data set has, its loader knows.
"""

import contextlib
import io
import pickle
import zipfile
import zlib

import numpy as np

from estikeras import errors

# What a pickled array needs, under the names of NumPy 1 and 2, of Python 2 and 3.
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}
_DAMAGED = (
    OSError, EOFError, KeyError, ValueError, TypeError, IndexError, AttributeError,
    UnicodeDecodeError, zipfile.BadZipFile, zlib.error, pickle.UnpicklingError,
)  # fmt: skip


@contextlib.contextmanager
def damaged_files_named(path):
    """Turn whatever a damaged file raises while it is read into an error that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except _DAMAGED as error:
        raise OSError(
            f"{path} is damaged or of another format ({type(error).__name__}: {error}). "
            f"Remove it, so that it is downloaded again."
        ) from error


def read_npz(path, names):
    """The arrays called `names` of a NumPy archive; arrays of lists are allowed, other objects not.

    Raises:
        OSError: if the file is damaged or lacks an array.
    """
    with damaged_files_named(path), zipfile.ZipFile(path) as archive:
        return [_read_npy(archive.read(f"{name}.npy")) for name in names]


def read_pickled(path):
    """A pickled dictionary of arrays, lists and bytes, with its keys as text.

    Raises:
        OSError: if the file is damaged or holds anything else.
    """
    with damaged_files_named(path), path.open("rb") as file:
        content = _Unpickler(file, encoding="bytes").load()
        return {k.decode() if isinstance(k, bytes) else k: v for k, v in content.items()}


def shuffled(seed, *arrays):
    """The arrays in the one order that Keras's loaders have for this seed.

    A `np.random.RandomState` in its place goes on from where it is.
    """
    state = seed if isinstance(seed, np.random.RandomState) else np.random.RandomState(seed)
    order = np.arange(len(arrays[0]))
    state.shuffle(order)
    return [array[order] for array in arrays]


def split(x, y, test_split):
    """`(x_train, y_train), (x_test, y_test)`: the last part of the samples is for testing."""
    if not 0 <= test_split < 1:
        raise errors.invalid("test_split", got=test_split, expected="a number from 0 to below 1")
    train = int(len(x) * (1 - test_split))
    return (x[:train], y[:train]), (x[train:], y[train:])


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a data file")
        return super().find_class(module, name)


def _read_npy(content):
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    _, _, dtype = read_header(file)
    if dtype.hasobject:
        return _Unpickler(file).load()
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
