"""Weights in several files of limited size, and the JSON file that says which array is where."""

import json
from pathlib import Path

from estikeras import errors
from estikeras.formats import atomic, hdf5

INDEX, SHARD = ".weights.json", ".weights.h5"
_BYTES_PER_GIGABYTE = 1_000_000_000


def write(path, groups, attributes, max_size):
    """Write the groups of a weights file to `NAME_00000.weights.h5`, ... and `NAME.weights.json`.

    Args:
        path: of the file that would hold all, or of the index.
        groups: dict from paths to dicts of arrays.
        attributes: dict from paths to dicts of attributes.
        max_size: limit of a file's arrays in gigabytes; an array that is larger has its own file.
    """
    if isinstance(max_size, bool) or not isinstance(max_size, (int, float)) or max_size <= 0:
        raise errors.invalid("max_shard_size", got=max_size, expected="a positive number of GB")
    path = Path(path)
    base = path.name.removesuffix(INDEX).removesuffix(SHARD)
    shards = _split(groups, max_size * _BYTES_PER_GIGABYTE)
    places = {}
    for number, shard in enumerate(shards):
        name = f"{base}_{number:05d}{SHARD}"
        for group in shard:
            places.setdefault(f"/{group}", []).append(name)
        own = {group: values for group, values in attributes.items() if group in shard}
        atomic.write_bytes(path.with_name(name), hdf5.write(shard, own))
    total = sum(array.nbytes for arrays in groups.values() for array in arrays.values())
    index = {"metadata": {"total_size": total}, "weight_map": places}
    atomic.write_text(path.with_name(f"{base}{INDEX}"), json.dumps(index, indent=4))


def read(path):
    """The groups of all files that an index names.

    Raises:
        OSError: if a file is missing or damaged.
        ValueError: if the index is damaged, or names files elsewhere.
    """
    path = Path(path)
    try:
        places = json.loads(path.read_text())["weight_map"]
        names = sorted({name for names in places.values() for name in names})
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"{str(path)!r} is no index of weights files, or is damaged.") from error
    groups = {}
    for name in names:
        if Path(name).name != name:
            raise ValueError(f"{str(path)!r} names {name!r}, which leads to another folder.")
        file = path.with_name(name)
        for group, arrays in hdf5.read(file, repr(str(file)))[0].items():
            groups.setdefault(group, {}).update(arrays)
    return groups


def _split(groups, limit_bytes):
    shards, size = [{}], 0
    for group, arrays in groups.items():
        for key, array in arrays.items():
            if size and size + array.nbytes > limit_bytes:
                shards.append({})
                size = 0
            shards[-1].setdefault(group, {})[key] = array
            size += array.nbytes
    return shards
