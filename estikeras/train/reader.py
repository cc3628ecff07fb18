"""Reading checkpoints by the names of their tensors."""

import os
from pathlib import Path

from estikeras import errors
from estikeras.formats import tensor_bundle
from estikeras.primitives.checksums import masked_crc32c
from estikeras.public import public
from estikeras.train.state import latest_checkpoint


class CheckpointReader:
    """The tensors of one checkpoint. Its index is read at once, tensors when they are asked for.

    Args:
        prefix: path without the files' endings.

    Raises:
        NotFoundError: if there is none.
        DataLossError: if its index is truncated or damaged.
    """

    def __init__(self, prefix):
        self._bundle = tensor_bundle.Reader(prefix, masked_crc32c)

    def has_tensor(self, tensor_str):
        """Whether there is a tensor of this name."""
        return tensor_str in self._bundle.entries

    def get_tensor(self, tensor_str):
        """The value of a tensor.

        Args:
            tensor_str: its name.

        Returns:
            Array, for scalars a NumPy scalar; strings are bytes.

        Raises:
            NotFoundError: if there is no such tensor.
            DataLossError: if its bytes are truncated or damaged.
        """
        return self._bundle.read(tensor_str)[()]

    def check(self):
        """Read all tensors, and keep none.

        Raises:
            NotFoundError: if a file is missing.
            DataLossError: if one is truncated or damaged.
        """
        for name, entry in self._bundle.entries.items():
            if entry.dtype is not None:
                self._bundle.read(name)

    def entry(self, tensor_str):
        """The dtype, shape and place of a tensor, as `tensor_bundle.Entry`."""
        return self._bundle.entries[tensor_str]

    def get_variable_to_shape_map(self):
        """The shapes by name, as a dict of lists."""
        return {name: list(entry.shape) for name, entry in self._bundle.entries.items()}

    def get_variable_to_dtype_map(self):
        """The names of the dtypes by name, as a dict."""
        return {name: _dtype_name(entry.dtype) for name, entry in self._bundle.entries.items()}

    def debug_string(self):
        """Name, dtype and shape of each tensor in a line of its own, as bytes."""
        lines = (
            f"{name} ({_dtype_name(entry.dtype)}) {list(entry.shape)}\n"
            for name, entry in self._bundle.entries.items()
        )
        return "".join(lines).encode()


@public("train.load_checkpoint")
def load_checkpoint(ckpt_dir_or_file):
    """A reader of a checkpoint.

    Args:
        ckpt_dir_or_file: path of a folder, whose last checkpoint is read, or of a checkpoint
            without the files' endings.

    Returns:
        A CheckpointReader with `has_tensor`, `get_tensor`, `get_variable_to_shape_map` and
        `get_variable_to_dtype_map`.

    Raises:
        ValueError: for a folder without checkpoints.
        NotFoundError: if there is no such checkpoint.
        DataLossError: if its index is truncated or damaged.
    """
    path = os.fspath(ckpt_dir_or_file)
    if Path(path).is_dir():
        latest = latest_checkpoint(path)
        if latest is None:
            raise errors.invalid(
                "ckpt_dir_or_file",
                got=path,
                expected="a folder with checkpoints and a file `checkpoint`",
                hint="Couldn't find 'checkpoint' file or checkpoints in given directory.",
            )
        path = latest
    return CheckpointReader(path)


@public("compat.v1.train.NewCheckpointReader")
def new_checkpoint_reader(filepattern):
    """A reader of a checkpoint.

    Args:
        filepattern: path without the files' endings.

    Returns:
        A CheckpointReader, as from `load_checkpoint`.

    Raises:
        NotFoundError: if there is no such checkpoint.
        DataLossError: if its index is truncated or damaged.
    """
    return CheckpointReader(filepattern)


@public("train.load_variable")
def load_variable(ckpt_dir_or_file, name):
    """The value of one tensor of a checkpoint.

    Args:
        ckpt_dir_or_file: as for `load_checkpoint`.
        name: str; what stands behind a colon is left out.

    Returns:
        Array, for scalars a NumPy scalar; strings are bytes.

    Raises:
        NotFoundError: if there is no such checkpoint or tensor.
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.partition(":")[0])


@public("train.list_variables")
def list_variables(ckpt_dir_or_file):
    """The names and shapes of all tensors of a checkpoint.

    Args:
        ckpt_dir_or_file: as for `load_checkpoint`.

    Returns:
        list of pairs of a name and a list of int, sorted by name.
    """
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def _dtype_name(dtype):
    """The public name; "variant" for what only the program that wrote it understands."""
    if dtype is None:
        return "variant"
    return "string" if dtype.kind == "O" else dtype.name
