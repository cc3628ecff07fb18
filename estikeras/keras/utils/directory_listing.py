"""Which files a folder has, and of which class each is: for data sets of files.

Knows nothing of what is in the files, and of no data set.
"""

import dataclasses
import os
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.keras.utils import messages

_LABEL_MODES = ("int", "categorical", "binary", None)
_SUBSETS = ("training", "validation", "both", None)


@dataclasses.dataclass(frozen=True)
class Listing:
    """Files and their classes.

    Attributes:
        paths: list of str.
        labels: array with a label for each file, or None.
        class_names: list of str, or None.
    """

    paths: list
    labels: np.ndarray | None
    class_names: list | None

    def shuffled(self, seed):
        """The files in a random order that follows from an int."""
        order = np.arange(len(self.paths))
        np.random.RandomState(seed).shuffle(order)  # as Keras draws it
        return self._chosen(order)

    def split(self, fraction):
        """The files for training and the last ones, for validation.

        Raises:
            ValueError: when there are none for one of both.
        """
        whole = len(self.paths)
        last = int(fraction * whole)
        if not 0 < last < whole:
            raise errors.invalid(
                "validation_split",
                got=fraction,
                expected=f"a share that leaves some of {whole} files for both parts",
            )
        return self._chosen(slice(None, -last)), self._chosen(slice(-last, None))

    def _chosen(self, rows):
        paths = np.array(self.paths, object)[rows].tolist()
        labels = None if self.labels is None else self.labels[rows]
        return Listing(paths, labels, self.class_names)


def check_labels(what, labels, label_mode, class_names):
    """Refuse labels that fit no listing.

    Args:
        what: what the files are, such as "image files".
        labels: "inferred", None, or a list of a label for each file.
        label_mode: "int", "categorical", "binary" or None.
        class_names: list of names, or None.

    Raises:
        ValueError: naming the argument.
    """
    if label_mode not in _LABEL_MODES:
        raise errors.unknown_name("label_mode", label_mode, _LABEL_MODES[:-1])
    if isinstance(labels, str) and labels == "inferred":
        return
    if labels is not None and not isinstance(labels, list | tuple):
        expected = f"'inferred', None, or a list of a label for each of the {what}"
        raise errors.invalid("labels", got=labels, expected=expected)
    if class_names is not None:
        expected = "None, as only labels that are 'inferred' have names to choose from"
        raise errors.invalid("class_names", got=class_names, expected=expected)


def check_split(validation_split, subset, shuffle, seed):
    """Refuse a split that would mix up what is trained on and what is validated on.

    Raises:
        ValueError: naming the argument.
    """
    if subset not in _SUBSETS:
        raise errors.unknown_name("subset", subset, _SUBSETS[:-1])
    if validation_split and not 0 < validation_split < 1:
        raise errors.invalid(
            "validation_split", got=validation_split, expected="a number between 0 and 1"
        )
    if bool(validation_split) != bool(subset):
        raise errors.invalid(
            "subset",
            got=subset,
            expected="'training', 'validation' or 'both' with `validation_split`, and None "
            "without it",
        )
    if validation_split and shuffle and seed is None:
        raise errors.invalid(
            "seed",
            got=None,
            expected="an int, which both parts must have in common",
            hint="Without it, files could be in both.",
        )


def listed(directory, labels, class_names, formats, follow_links, verbose):
    """The files below a folder, in the order of their names.

    Args:
        directory: path of the folder.
        labels: "inferred" for the names of the folders in it; None; or a list of labels in the
            order of the files.
        class_names: the folders to list, in the order of their labels; None for all.
        formats: endings in lower case.
        follow_links: whether links to folders are followed.
        verbose: whether to say what was found.

    Raises:
        ValueError: when class names or labels do not fit the files.
        OSError: when there is no such folder.
    """
    directory = os.fspath(directory)
    if not Path(directory).is_dir():
        raise FileNotFoundError(f"`directory`: there is no folder {directory!r}.")
    inferred = isinstance(labels, str)
    folders = _classes(directory, class_names) if inferred else [""]
    found = [_files(directory, folder, formats, follow_links) for folder in folders]
    paths = [path for part in found for path in part]
    if inferred:
        labels = np.repeat(np.arange(len(folders), dtype="int32"), [len(part) for part in found])
        names = list(folders)
    elif labels is None:
        names = None
    else:
        if len(labels) != len(paths):
            raise errors.invalid(
                "labels",
                got=f"{len(labels)} labels",
                expected=f"one for each of the {len(paths)} files in {directory}",
            )
        names = [str(label) for label in sorted(set(labels))]
        labels = np.array(labels)
        labels = labels.astype("int32") if labels.dtype.kind == "i" else labels
    if verbose:
        classes = "" if names is None else f" belonging to {len(names)} classes"
        messages.show(f"Found {len(paths)} files{classes}.")
    return Listing(paths, labels, names)


def _classes(directory, class_names):
    folders = sorted(
        entry.name
        for entry in Path(directory).iterdir()
        if entry.is_dir() and not entry.name.startswith(".")
    )
    if class_names is None:
        return folders
    missing = set(class_names) - set(folders)
    if missing:
        hint = f"{sorted(missing)} are no folders in {directory}."
        raise errors.invalid(
            "class_names", got=class_names, expected=f"some of {folders}", hint=hint
        )
    return list(class_names)


def _files(directory, folder, formats, follow_links):
    top = os.path.join(directory, folder) if folder else directory  # noqa: PTH118  keeps "./"
    walk = os.walk(top, followlinks=follow_links)
    return [
        os.path.join(root, name)  # noqa: PTH118
        for root, _, names in sorted(walk, key=lambda step: step[0])
        for name in sorted(names)
        if name.lower().endswith(formats)
    ]
