"""The table, and what a row gives as text that both have in common."""

import dataclasses
import os
from collections.abc import Callable

import numpy as np

from tests.support.keras_datasets import files

HOW = {"shuffle": False, "verbose": False}


@dataclasses.dataclass(frozen=True)
class Row:
    """One call: its name, and a function of `tf` that makes it where the files are."""

    name: str
    make: Callable
    in_order: bool = True


def _images(folder="images", **arguments):
    arguments = {**HOW, "image_size": (3, 4), **arguments}
    return lambda tf: tf.keras.utils.image_dataset_from_directory(folder, **arguments)


def _texts(folder="texts", **arguments):
    arguments = {**HOW, **arguments}
    return lambda tf: tf.keras.utils.text_dataset_from_directory(folder, **arguments)


def _series(*arguments, **options):
    return lambda tf: tf.keras.utils.timeseries_dataset_from_array(*arguments, **options)


def _split(data, **arguments):
    def make(tf):
        given = data(tf) if callable(data) else data
        return tf.keras.utils.split_dataset(given, **arguments)

    return make


SHUFFLED = {"shuffle": True, "seed": 3}
HALVES = {"validation_split": 0.4, **SHUFFLED}
ONES, MANY = np.arange(12.0), np.arange(40, dtype="int64").reshape(20, 2)
PAIR = (np.arange(8), np.arange(16.0).reshape(8, 2))
INTERPOLATIONS = (
    "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic",
)  # fmt: skip

ROWS = [
    Row("images", _images()),
    *[Row(f"images {mode}", _images(color_mode=mode, labels=None, folder="images/cats"))
      for mode in ("grayscale", "rgba")],
    *[Row(f"images {name} {size}", _images(interpolation=name, image_size=size, labels=None,
                                           folder="images/dogs"))
      for name in INTERPOLATIONS for size in ((3, 4), (7, 2))],
    *[Row(f"images {option} {size} {name}",
          _images(**{option: True}, image_size=size, interpolation=name, labels=None,
                  folder="images/dogs"))
      for option in ("crop_to_aspect_ratio", "pad_to_aspect_ratio")
      for size in ((3, 4), (7, 2)) for name in ("bilinear", "nearest")],
    Row("images categorical", _images(label_mode="categorical", batch_size=3)),
    Row("images binary", _images(label_mode="binary", class_names=["dogs", "cats"])),
    Row("images without labels", _images(labels=None, batch_size=None)),
    Row("images label_mode None", _images(label_mode=None)),
    Row("images explicit", _images(labels=[3, 1, 1, 0, 3, 1, 1, 0, 3, 3])),
    Row("images of some classes", _images(class_names=["dogs", "birds"])),
    Row("images channels_first", _images(data_format="channels_first", crop_to_aspect_ratio=True)),
    Row("images followed", _images(follow_links=True)),
    Row("images square", _images(image_size=2, labels=None)),
    Row("images photos", _images(folder="photos", image_size=(9, 12), labels=None)),
    Row("images photos grey", _images(folder="photos", color_mode="grayscale", labels=None)),
    Row("images shuffled", _images(**SHUFFLED), in_order=False),
    Row("images training", _images(subset="training", **HALVES), in_order=False),
    Row("images validation", _images(subset="validation", **HALVES), in_order=False),
    Row("images both", _images(subset="both", **HALVES), in_order=False),
    Row("images last", _images(subset="both", validation_split=0.3)),
    Row("texts", _texts()),
    Row("texts cut", _texts(max_length=3, batch_size=2)),
    Row("texts binary", _texts(label_mode="binary", batch_size=None)),
    Row("texts categorical", _texts(label_mode="categorical")),
    Row("texts without labels", _texts(labels=None)),
    Row("texts explicit", _texts(labels=[1, 0, 1, 0, 1])),
    Row("texts both", _texts(subset="both", **HALVES), in_order=False),
    Row("series", _series(ONES, None, 3)),
    Row("series with targets", _series(ONES[:-3], ONES[3:], sequence_length=3, batch_size=4)),
    Row("series far apart", _series(MANY, MANY[:, 0], 4, sequence_stride=3, sampling_rate=2)),
    Row("series alone", _series(MANY, None, 2, batch_size=None)),
    Row("series of a part", _series(MANY, MANY * 10, 3, start_index=4, end_index=11)),
    Row("series with few targets", _series(ONES, ONES[:4], 3)),
    Row("series shuffled", _series(ONES, ONES, 3, shuffle=True, seed=1), in_order=False),
    Row("series of a list", _series(list(range(6)), None, 2)),
    Row("split by a share", _split(ONES, left_size=0.7)),
    Row("split by counts", _split(ONES, left_size=3, right_size=4)),
    Row("split from the right", _split(list(PAIR), right_size=0.25)),
    Row("split tuple", _split(PAIR, left_size=2)),
    Row("split shuffled", _split(PAIR, left_size=0.5, shuffle=True, seed=4)),
    Row("split dataset", _split(lambda tf: tf.data.Dataset.range(10), left_size=0.45)),
    Row("split batches", _split(lambda tf: tf.data.Dataset.range(10).batch(4), left_size=0.5)),
    Row("split dataset of dicts",
        _split(lambda tf: tf.data.Dataset.from_tensor_slices({"a": PAIR[0], "b": PAIR[1]}),
               right_size=3, shuffle=True, seed=2)),
]  # fmt: skip

WRONG = [
    Row("images in no folder", _images(folder="nowhere")),
    Row("images labels", _images(labels="named")),
    Row("images labels and classes", _images(labels=[0, 1], class_names=["a", "b"])),
    Row("images number of labels", _images(labels=[0, 1])),
    Row("images label_mode", _images(label_mode="one-hot")),
    Row("images color_mode", _images(color_mode="cmyk")),
    Row("images image_size", _images(image_size=(3, 4, 3))),
    Row("images interpolation", _images(interpolation="cubic")),
    Row("images format", _images(format="torch")),
    Row("images validation_split", _images(validation_split=2, subset="training")),
    Row("images validation_split alone", _images(validation_split=0.2)),
    Row("images subset", _images(validation_split=0.2, subset="test")),
    Row("images without seed", _images(validation_split=0.2, subset="both", shuffle=True)),
    Row("images binary of three", _images(label_mode="binary")),
    Row("images class_names", _images(class_names=["cats", "cows"])),
    Row("images class_names without labels", _images(class_names=["cats"], labels=None)),
    Row("images where there are none", _images(folder="texts")),
    Row("images crop and pad", _images(crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)),
    Row("texts labels", _texts(labels="named")),
    Row("texts label_mode", _texts(label_mode="one-hot")),
    Row("texts format", _texts(format="torch")),
    Row("texts where there are none", _texts(folder="photos")),
    Row("texts binary of one", _texts(label_mode="binary", class_names=["bad"])),
    Row("series start below zero", _series(ONES, None, 3, start_index=-1)),
    Row("series start behind", _series(ONES, None, 3, start_index=12)),
    Row("series end before start", _series(ONES, None, 3, start_index=5, end_index=5)),
    Row("series end behind", _series(ONES, None, 3, end_index=12)),
    Row("series end below zero", _series(ONES, None, 3, end_index=-2)),
    Row("series sampling_rate", _series(ONES, None, 3, sampling_rate=0)),
    Row("series sampling_rate behind", _series(ONES, None, 3, sampling_rate=12)),
    Row("series sequence_stride", _series(ONES, None, 3, sequence_stride=0)),
    Row("series sequence_stride behind", _series(ONES, None, 3, sequence_stride=12)),
    Row("series format", _series(ONES, None, 3, format="torch")),
    Row("split without sizes", _split(ONES)),
    Row("split text", _split("abc", left_size=1)),
    Row("split lists of lists", _split([[1, 2], [3, 4]], left_size=1)),
    Row("split uneven", _split([ONES, ONES[:3]], left_size=1)),
    Row("split nothing", _split([], left_size=1)),
    Row("split empty", _split(np.zeros((0, 2)), left_size=0.5)),
    Row("split type of left_size", _split(ONES, left_size="3")),
    Row("split type of right_size", _split(ONES, right_size=[3])),
    Row("split zero", _split(ONES, left_size=0, right_size=0)),
    Row("split all", _split(ONES, left_size=12)),
    Row("split share", _split(ONES, right_size=1.5)),
    Row("split shares", _split(ONES, left_size=0.7, right_size=0.7)),
    Row("split counts", _split(ONES, left_size=7, right_size=7)),
    Row("split leaves nothing", _split(ONES, left_size=0.01)),
]


def outcome(row, tf):
    """What a row gives: for each dataset its spec, names, paths and elements.

    Args:
        row: a Row, run in a folder where `files.write_files` wrote.
        tf: TensorFlow or estikeras.
    """
    made = row.make(tf)
    parts = list(made) if isinstance(made, list | tuple) else [made]
    return [_dataset(part, row.in_order) for part in parts]


def _dataset(dataset, in_order):
    elements = [_value(element) for element in dataset]
    if not in_order:  # samples, wherever they are
        elements = sorted((_value(element) for element in dataset.unbatch()), key=str)
    said = {"spec": _spec(dataset.element_spec), "elements": elements}
    for name in ("class_names", "file_paths"):
        if hasattr(dataset, name):
            said[name] = [os.fspath(value) for value in getattr(dataset, name) or []]
    return said


def _spec(spec):
    if isinstance(spec, dict):
        return {key: _spec(spec[key]) for key in sorted(spec)}
    if isinstance(spec, list | tuple):
        return [_spec(part) for part in spec]
    name = getattr(spec.dtype, "name", spec.dtype)
    return f"{name}{list(spec.shape)}"


def _value(value):
    if isinstance(value, dict):
        return {key: _value(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_value(part) for part in value]
    array = np.asarray(value.numpy())
    if array.dtype.kind == "f":
        return np.round(array.astype("float64"), 3).tolist()
    if array.dtype.kind in "SO":
        return np.vectorize(repr, otypes=[object])(array.astype(object)).tolist()
    return array.tolist()


write_files = files.write_files
