"""Texts of a folder as a data set."""

from pathlib import Path

from estikeras import errors
from estikeras.engine.specs import TensorSpec
from estikeras.keras.utils.directory_dataset import check_format, from_directory
from estikeras.public import public


@public(
    "keras.utils.text_dataset_from_directory", "keras.preprocessing.text_dataset_from_directory"
)
def text_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    max_length=None,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    format="tf",
    verbose=True,
):
    """A Dataset of the `.txt` files of a folder, with labels by the folders that they are in.

    Args:
        directory: path of a folder, with a folder for each class in it.
        labels: "inferred" by the folders; None for no labels; or a list of a label for each file,
            in the order of the files' paths, whatever the folders.
        label_mode: "int", "binary" for 0.0 and 1.0 of two classes, "categorical" for rows with a
            single one, or None for no labels.
        class_names: the folders to use, in the order of their labels; by default all by their
            names.
        batch_size: int; None for single texts.
        max_length: int, how many bytes of a text are kept; None for all.
        shuffle: whether the texts come in a random order, another one in each pass; else by their
            paths.
        seed: int of that order.
        validation_split: share of the files that is for validation.
        subset: "training", "validation", or "both" for a list of both, with `validation_split`.
        follow_links: whether links to folders are followed.
        format: "tf".
        verbose: whether to say how many files were found.

    Returns:
        A Dataset of texts (batch) string, or of pairs of them and labels, (batch) int32, (batch, 1)
        float32 or (batch, classes) float32; its `class_names` and `file_paths` say what they are.

    Raises:
        ValueError: for arguments that do not fit each other or the folder.
        OSError: when there is no such folder.
    """
    check_format(format)
    if max_length is not None and (not isinstance(max_length, int) or max_length < 0):
        raise errors.invalid("max_length", got=max_length, expected="an int of at least 0 or None")
    return from_directory(
        directory,
        "text files",
        (".txt",),
        lambda path: Path(path).read_bytes()[:max_length],
        TensorSpec((), "string"),
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )
