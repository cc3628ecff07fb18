"""Named arrays in HDF5 files: groups of arrays with attributes, written whole and read whole.

The only file that imports h5py. Knows paths, bytes and NumPy arrays.
"""

import io

import numpy as np

# Dtypes that HDF5 has no type for: kept as raw bytes, with the name in an attribute.
_RAW_DTYPES = ("bfloat16", "float8_e4m3fn", "float8_e5m2")


def write(groups, attributes=None):
    """The bytes of an HDF5 file.

    Args:
        groups: dict from group paths such as `"layers/dense/vars"` to dicts of arrays.
        attributes: dict from group paths (`""` for the file) to dicts of attributes, or None.

    Returns:
        bytes.
    """
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for path, arrays in groups.items():
            group = file.require_group(path or "/")
            for name, array in arrays.items():
                _write_array(group, name, np.asarray(array))
        for path, values in (attributes or {}).items():
            group = file.require_group(path or "/")
            for name, value in values.items():
                group.attrs[name] = value
    return buffer.getvalue()


def read(source, name="the file", with_attributes=False):
    """All arrays of an HDF5 file by the path of their group, and all attributes by path.

    Args:
        source: path, or bytes of a file.
        name: str, how errors call the file.
        with_attributes: bool; without, the second dict is empty. (In damaged files attributes are
            what the HDF5 library fails on most, and weights files need none.)

    Returns:
        Two dicts as `write` takes them; every group is a key of the first, also empty ones.

    Raises:
        FileNotFoundError: if there is no such file.
        OSError: if it is no HDF5 file, is truncated or damaged, or refers to other files.
    """
    import h5py

    try:
        opened = h5py.File(io.BytesIO(source) if isinstance(source, bytes) else source, "r")
    except FileNotFoundError as error:
        raise FileNotFoundError(error.errno, "There is no such file", name) from error
    except OSError as error:
        raise OSError(f"{name} is no HDF5 file, or is truncated: {error}.") from error
    groups, attributes = {"": {}}, {}

    def visit(path, item):
        if with_attributes and item.attrs:
            attributes[path] = dict(item.attrs)
        if isinstance(item, h5py.Dataset):
            group, _, key = path.rpartition("/")
            groups.setdefault(group, {})[key] = _read_array(item)
        else:
            groups.setdefault(path, {})

    with opened as file:
        try:
            if with_attributes:
                attributes[""] = dict(file.attrs)
            file.visititems(visit)
        except (OSError, RuntimeError, KeyError, TypeError, ValueError, MemoryError) as error:
            raise OSError(f"{name} is damaged: {error}") from error
    return groups, attributes


def _write_array(group, name, array):
    if array.dtype.name in _RAW_DTYPES:
        raw = np.array(array, order="C").view(np.dtype(f"V{array.dtype.itemsize}"))
        group.create_dataset(name, data=raw).attrs["dtype"] = array.dtype.name
    else:
        group.create_dataset(name, data=array)


def _read_array(dataset):
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"{dataset.name} has its values in another file, which is not read.")
    array = dataset[()]
    dtype = dataset.attrs.get("dtype") if array.dtype.kind == "V" else None
    if dtype in _RAW_DTYPES:
        import ml_dtypes

        array = np.asarray(array).view(getattr(ml_dtypes, dtype))
    return array
