"""Data sets of folders, series and splits against recordings of the real Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from tests.support.keras_datasets import ROWS, WRONG, outcome
from tests.support.keras_datasets.files import write_files

RECORDED = json.loads(Path(__file__).with_name("recorded_datasets.json").read_text())
by_name = {"ids": lambda row: row.name}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("files")
    write_files(path)
    return path


@pytest.fixture
def _there(folder, monkeypatch):
    monkeypatch.chdir(folder)


def _same(got, expected, apart):
    """Equal structures, whose numbers are not more than `apart`."""
    if isinstance(expected, dict):
        assert list(got) == list(expected)
        got, expected = list(got.values()), list(expected.values())
    if isinstance(expected, list):
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            _same(one, other, apart)
    elif isinstance(expected, float):
        assert abs(got - expected) <= apart
    else:
        assert got == expected


def _fits(spec, recorded):
    """Our spec is the recorded one, or knows sizes that it does not."""
    if not isinstance(recorded, str):
        parts = zip(*(p.values() if isinstance(p, dict) else p for p in (spec, recorded)),
                    strict=True)  # fmt: skip
        return all(_fits(*pair) for pair in parts)
    sizes, wanted = (text[:-1].split("[")[1].split(", ") for text in (spec, recorded))
    return (
        spec.split("[")[0] == recorded.split("[")[0]
        and len(sizes) == len(wanted)
        and all(w in (s, "None") for s, w in zip(sizes, wanted, strict=True))
    )


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize("row", ROWS, **by_name)
def test_datasets_are_the_reference_s(row):
    # The real one decodes JPEG files by a transform that is less exact than PIL's.
    got, expected = outcome(row, tf), RECORDED["rows"][row.name]
    assert len(got) == len(expected)
    apart = 8 if "photos" in row.name else 1 if "grayscale" in row.name else 0.2
    for one, other in zip(got, expected, strict=True):
        assert _fits(one.pop("spec"), other["spec"])
        for name in ("class_names", "file_paths"):
            if name in other:
                assert one.pop(name) == other[name]
            one.pop(name, None)
        _same(one["elements"], other["elements"], apart)


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize("row", WRONG, **by_name)
def test_what_the_reference_refuses_is_refused_with_an_error_of_its_kind(row):
    with pytest.raises((ValueError, TypeError, OSError), match=r"`|Unknown") as caught:
        row.make(tf)
    assert type(caught.value).__name__ == RECORDED["wrong"][row.name]


@pytest.fixture
def images(folder):
    how = {"image_size": (4, 4), "batch_size": 3, "verbose": False}
    return lambda **options: tf.keras.utils.image_dataset_from_directory(
        folder / "images", **{**how, **options}
    )


def test_each_pass_has_the_same_images_in_another_order(images):
    def labels(dataset):
        return [label for _, part in dataset.as_numpy_iterator() for label in part.tolist()]

    dataset = images(seed=1)
    passes = [labels(dataset) for _ in range(4)]
    assert [sorted(one) for one in passes] == [sorted(passes[0])] * 4
    assert passes.count(passes[0]) < 4
    again = images(seed=1)
    assert [labels(again) for _ in range(4)] == passes


def test_parts_have_no_image_in_common_and_miss_none(images):
    how = {"validation_split": 0.3, "seed": 5}
    parts = [set(images(subset=s, **how).file_paths) for s in ("training", "validation")]
    assert not parts[0] & parts[1]
    assert parts[0] | parts[1] == set(images().file_paths)
    assert [set(part.file_paths) for part in images(subset="both", **how)] == parts


def test_a_model_is_trained_on_images_of_a_folder(images):
    tf.keras.utils.set_random_seed(1)
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Rescaling(1 / 255),
            tf.keras.layers.RandomFlip("horizontal", seed=1),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(4),
        ]
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.Adam(0.01), loss)
    losses = model.fit(images(seed=1), epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert model.predict(images(labels=None), verbose=0).shape == (10, 4)


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no more")
    dataset = tf.keras.utils.image_dataset_from_directory(tmp_path, labels=None, verbose=False)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"broken\.png: no image"):
        list(dataset)


def test_what_was_found_is_said(images, capsys):
    images(verbose=True, validation_split=0.3, subset="training", shuffle=False)
    images(verbose=True, labels=None)
    assert capsys.readouterr().out.splitlines() == [
        "Found 8 files belonging to 4 classes.",
        "Using 6 files for training.",
        "Found 10 files.",
    ]


def test_labels_may_be_numbers_of_any_kind(images):
    dataset = images(labels=[i / 2 for i in range(10)], shuffle=False)
    labels = [part for _, part in dataset.as_numpy_iterator()]
    assert labels[0].dtype == "float32"
    assert [value for part in labels for value in part] == [i / 2 for i in range(10)]


def test_class_numbers_of_categorical_labels_are_checked(images):
    with pytest.raises(ValueError, match="`labels`: expected ints from 0 to 1"):
        images(labels=[0, 7] * 5, label_mode="categorical")


def test_a_split_that_leaves_a_part_empty_is_refused(images):
    with pytest.raises(ValueError, match="`validation_split`"):
        images(validation_split=0.01, subset="training", shuffle=False)


@pytest.mark.parametrize("format", ["grain"])
def test_other_libraries_data_sets_are_refused_with_the_alternative(images, format):
    with pytest.raises(NotImplementedError, match="Leave it at 'tf'"):
        images(format=format)


def test_windows_that_do_not_fit_are_refused():
    series = tf.keras.utils.timeseries_dataset_from_array
    with pytest.raises(ValueError, match=r"`sequence_length`.*spans 7 places of 5"):
        series([1.0] * 5, None, 4, sampling_rate=2)
    with pytest.raises(ValueError, match="`targets`"):
        series([1.0] * 9, [1.0] * 5, 3, start_index=3)


def test_a_random_order_of_windows_keeps_them_with_their_targets():
    series = np.arange(1000)
    dataset = tf.keras.utils.timeseries_dataset_from_array(
        series, series * 3, 5, sequence_stride=2, batch_size=7, shuffle=True, seed=3
    )
    first, second = ([*dataset.unbatch().as_numpy_iterator()] for _ in range(2))
    assert sorted(window[0] for window, _ in first) == list(range(0, 996, 2))
    assert all((window == window[0] + np.arange(5)).all() for window, _ in first)
    assert all(target == 3 * window[0] for window, target in first)
    assert [target for _, target in first] != [target for _, target in second]


def test_split_refuses_other_backends():
    with pytest.raises(NotImplementedError, match="Datasets"):
        tf.keras.utils.split_dataset(np.ones(4), 2, preferred_backend="torch")
