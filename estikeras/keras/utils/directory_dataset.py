"""Data sets of the files of a folder, whatever is in them: each is read when it is its turn, in
threads, ahead of its use.
"""

import os

import numpy as np

from estikeras import errors
from estikeras.data.arguments import AUTOTUNE
from estikeras.data.dataset import Dataset
from estikeras.data.mapping import Map
from estikeras.data.user_function import UserFunction
from estikeras.engine.specs import TensorSpec
from estikeras.keras.utils import directory_listing, messages

PREFETCHED = 2  # batches that are made ahead


class _MapToContents(Map):
    """A `map` with a function that reads files, and says beforehand what it gives."""

    def __init__(self, source, function, spec):
        super().__init__(source, UserFunction(function, "map_func"), AUTOTUNE)
        self.given = spec

    def infer_spec(self):
        return self.given


def check_format(format):
    """Refuse all kinds of data sets but those of this library.

    Raises:
        NotImplementedError: for "grain".
        ValueError: for anything but "tf".
    """
    if format == "grain":
        raise errors.unsupported(
            "format='grain'", "Leave it at 'tf', which gives an `estikeras.data.Dataset`."
        )
    if format != "tf":
        raise errors.invalid("format", got=format, expected="'tf'")


def from_directory(
    directory,
    what,
    formats,
    read,
    spec,
    *,
    labels,
    label_mode,
    class_names,
    batch_size,
    shuffle,
    seed,
    validation_split,
    subset,
    follow_links,
    verbose,
):
    """A Dataset of the files of a folder, or a list of two.

    Args:
        directory: path of the folder.
        what: what the files are, for messages.
        formats: endings of their names in lower case.
        read: function of a path, gives what is in the file as an array or bytes.
        spec: TensorSpec of that.
        labels: see `directory_listing.listed`.
        label_mode: how labels are given: "int", "binary", "categorical", None.
        class_names: see `directory_listing.listed`.
        batch_size: int; None for single samples.
        shuffle: whether in random order.
        seed: int of that order, or None.
        validation_split: share of the files for validation, or None.
        subset: "training", "validation", "both", or None for all.
        follow_links: whether links to folders are followed.
        verbose: whether to say what was found.

    Raises:
        ValueError: for arguments that do not fit each other or the folder.
        OSError: when there is no such folder.
    """
    directory_listing.check_labels(what, labels, label_mode, class_names)
    directory_listing.check_split(validation_split, subset, shuffle, seed)
    if batch_size is not None and (not isinstance(batch_size, int) or batch_size < 1):
        raise errors.invalid("batch_size", got=batch_size, expected="a positive int or None")
    if labels is None or label_mode is None:
        labels = label_mode = None
    listing = directory_listing.listed(
        directory, labels, class_names, formats, follow_links, verbose
    )
    if label_mode == "binary" and len(listing.class_names) != 2:
        raise errors.invalid(
            "label_mode",
            got=label_mode,
            expected=f"another one, as there are the classes {listing.class_names} and not two",
        )
    if not listing.paths:
        raise errors.invalid(
            "directory", got=directory, expected=f"a folder with {what} ({', '.join(formats)})"
        )
    if shuffle and seed is not None:
        listing = listing.shuffled(seed)

    def made(part, shuffle):
        dataset = _samples(part, label_mode)
        if shuffle:  # names are in memory, so that they are shuffled as a whole
            dataset = dataset.shuffle(len(part.paths), seed=seed)
        return _read(part, dataset, read, spec, label_mode, batch_size)

    if subset is None:
        return made(listing, shuffle)
    training, validation = listing.split(validation_split)
    chosen = {"training": (training,), "validation": (validation,)}.get(
        subset, (training, validation)
    )
    for part in chosen if verbose else ():
        use = "training" if part is training else "validation"
        messages.show(f"Using {len(part.paths)} files for {use}.")
    if subset == "both":
        return [made(training, shuffle), made(validation, False)]
    return made(chosen[0], shuffle)


def _samples(listing, label_mode):
    """A Dataset of the names of files, or of pairs of them and labels."""
    names = np.array([os.fsencode(path) for path in listing.paths], object)
    return Dataset.from_tensor_slices(names if label_mode is None else (names, listing.labels))


def _read(listing, dataset, read, spec, label_mode, batch_size):
    """The same with what is in the files, in batches."""
    if label_mode is None:

        def sample(name):
            return read(os.fsdecode(name.numpy()))
    else:
        encoded, label_spec = _encoding(listing, label_mode)
        spec = (spec, label_spec)

        def sample(name, label):
            return read(os.fsdecode(name.numpy())), encoded(label.numpy())

    dataset = dataset.with_plan(_MapToContents(dataset.plan, sample, spec))
    if batch_size is not None:
        dataset = dataset.batch(batch_size)
    dataset = dataset.prefetch(PREFETCHED)
    dataset.class_names, dataset.file_paths = listing.class_names, listing.paths
    return dataset


def _encoding(listing, label_mode):
    """A function of a label, and the spec of what it gives."""
    labels = listing.labels
    if label_mode == "int":
        kind = {"i": "int32", "f": "float32"}.get(labels.dtype.kind)
        if kind is None:
            raise errors.invalid("labels", got=labels.tolist(), expected="numbers")
        return np.dtype(kind).type, TensorSpec((), kind)
    if label_mode == "binary":
        return lambda label: np.array([label], "float32"), TensorSpec((1,), "float32")
    count = len(listing.class_names)
    if labels.dtype.kind != "i" or labels.min() < 0 or labels.max() >= count:
        raise errors.invalid(
            "labels", got=sorted(set(labels.tolist())), expected=f"ints from 0 to {count - 1}"
        )
    rows = np.eye(count, dtype="float32")
    return lambda label: rows[label], TensorSpec((count,), "float32")
