"""A training that is cut off and started again comes to what it comes to without: bit for bit."""

import functools
import json
import random

import numpy as np
import pytest

from estikeras import keras
from estikeras.formats import atomic
from estikeras.keras import layers
from estikeras.keras.callbacks import BackupAndRestore, Callback

ROWS, BATCH, BATCHES, EPOCHS = 50, 8, 7, 3
_random = np.random.default_rng(5)
X = _random.normal(size=(ROWS, 6, 4)).astype("float32")
Y = (X[:, :, 0].sum(1) > 0).astype("int32")


class CutOff(Exception):
    pass


class Watch(Callback):
    """Notes the batches, and ends the training after one, or after an epoch (epoch, "end")."""

    def __init__(self, cut_off_at=None):
        self.cut_off_at, self.epoch, self.seen = cut_off_at, None, []

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append((self.epoch, batch))
        self.reached((self.epoch, batch))

    def on_epoch_end(self, epoch, logs=None):
        self.reached((epoch, "end"))

    def reached(self, place):
        if place == self.cut_off_at:
            raise CutOff


def dense():
    return [layers.Flatten(), layers.Dense(8, "relu"), layers.Dropout(0.5)]


def recurrent():
    return [layers.LSTM(5, dropout=0.2, recurrent_dropout=0.2), layers.BatchNormalization()]


class Noise(layers.Layer):
    """Adds noise from the generator that all layers without a seed share."""

    def call(self, x, training=False):
        return x + keras.random.normal((6, 4)) if training else x


def noisy():
    return [Noise(), *dense()]


class OwnStep(keras.Sequential):
    """A step that draws from NumPy and Python and logs what no metric holds."""

    def train_step(self, data):
        logs = super().train_step(data)
        return {**logs, "drawn": np.random.rand() + random.random()}


def adam():
    return keras.optimizers.Adam(0.01)


def averaging():
    return keras.optimizers.SGD(0.1, momentum=0.9, use_ema=True, gradient_accumulation_steps=2)


def built(kind=dense, seed=1, base=keras.Sequential, **options):
    keras.utils.set_random_seed(seed)
    model = base([keras.Input((6, 4)), *kind(), layers.Dense(2, activation="softmax")])
    metrics = ["accuracy", keras.metrics.SparseCategoricalCrossentropy(name="entropy")]
    options = {"optimizer": adam, "metrics": metrics, **options}
    optimizer = options.pop("optimizer")()
    model.compile(optimizer, "sparse_categorical_crossentropy", **options)
    return model


def arrays():
    return {"x": X, "y": Y, "batch_size": BATCH}


def train(model, *callbacks, data=arrays, **options):
    options = {"epochs": EPOCHS, "verbose": 0, **data(), **options}
    return model.fit(callbacks=list(callbacks), **options).history


def cut_off(make, place, folder, data=arrays, **backup):
    with pytest.raises(CutOff):
        train(make(), BackupAndRestore(folder, **backup), Watch(place), data=data)


def go_on(make, folder, data=arrays, **backup):
    """Start again with another seed; (model, history, first batch)."""
    model, watch = make(seed=2), Watch()
    history = train(model, BackupAndRestore(folder, **backup), watch, data=data)
    assert not folder.exists()
    return model, history, watch.seen[0] if watch.seen else None


def state(model):
    return [v.numpy() for v in (*model.variables, *model.optimizer.variables)]


def assert_as_undisturbed(model, history, make, data=arrays):
    """The same variables as without interruption, and the same logs of the epochs that ended."""
    whole = make()
    expected = train(whole, data=data)
    done = len(next(iter(history.values())))
    assert history == {name: values[-done:] for name, values in expected.items()}
    for ours, theirs in zip(state(model), state(whole), strict=True):
        assert np.array_equal(ours, theirs)


def check(make, place, first, folder, data=arrays, **backup):
    cut_off(make, place, folder, data, **backup)
    model, history, goes_on_at = go_on(make, folder, data, **backup)
    assert goes_on_at == first
    assert_as_undisturbed(model, history, make, data)


@pytest.mark.parametrize("kind", [dense, recurrent, noisy])
@pytest.mark.parametrize(
    ("save_freq", "place", "first"),
    [
        ("epoch", (1, 2), (1, 0)),
        ("epoch", (1, "end"), (2, 0)),
        (1, (0, 0), (0, 1)),
        (1, (1, "end"), (2, 0)),
        (3, (1, 3), (1, 2)),  # kept after batches 2 and 5, then 1 and 4, then 0, 3 and 6
        (3, (1, 4), (1, 5)),
        (3, (2, 2), (2, 1)),
    ],
)
def test_training_goes_on_after_the_last_backup(kind, save_freq, place, first, tmp_path):
    make = functools.partial(built, kind)
    check(make, place, first, tmp_path / "backup", save_freq=save_freq)


@pytest.mark.parametrize(
    "options",
    [
        {"run_eagerly": True},
        {"run_eagerly": True, "base": OwnStep},
        {"steps_per_execution": 3},
        {"optimizer": averaging},
        {"metrics": None},
        {
            "metrics": ["accuracy"],
            "weighted_metrics": ["accuracy", "sparse_categorical_crossentropy"],
        },
    ],
)
def test_training_goes_on_with_every_kind_of_step(options, tmp_path):
    make = functools.partial(built, **options)
    several = "steps_per_execution" in options
    place, first = ((1, 5), (1, 6)) if several else ((1, 3), (1, 3))
    check(make, place, first, tmp_path / "backup", save_freq=2)


class Shuffled(keras.utils.PyDataset):
    """Shuffles its rows again and again, from NumPy's generator."""

    def __init__(self):
        super().__init__()
        self.order = np.arange(ROWS)

    def __len__(self):
        return BATCHES

    def __getitem__(self, index):
        rows = self.order[index * BATCH : (index + 1) * BATCH]
        return X[rows], Y[rows]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


class InNewOrder:
    """Can be read again and again, each time in another order."""

    def __iter__(self):
        order = np.random.permutation(ROWS)
        for k in range(BATCHES):
            rows = order[k * BATCH : (k + 1) * BATCH]
            yield X[rows], Y[rows]


def forever():
    """One stream of batches, no two of which are the same."""
    own = np.random.default_rng(3)
    while True:
        rows = own.permutation(ROWS)[:BATCH]
        yield X[rows], Y[rows]


class Few:
    """So many batches, and no length."""

    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return iter([(X[:BATCH], Y[:BATCH])] * self.count)


DATA = {
    "a PyDataset": lambda: {"x": Shuffled()},
    "an iterable": lambda: {"x": InNewOrder()},
    "a generator": lambda: {"x": forever(), "steps_per_epoch": BATCHES},
    "an iterable, cut": lambda: {"x": InNewOrder(), "steps_per_epoch": BATCHES - 2},
    "arrays, cut": lambda: {**arrays(), "steps_per_epoch": BATCHES - 1},
    "arrays, by batch": lambda: {**arrays(), "shuffle": "batch"},
    "validation": lambda: {**arrays(), "validation_data": (X[:20], Y[:20])},
}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("save_freq", ["epoch", 2])
def test_training_goes_on_with_every_kind_of_data(data, save_freq, tmp_path):
    steps = BATCHES - {"an iterable, cut": 2, "arrays, cut": 1}.get(data, 0)
    first = (1, 0) if save_freq == "epoch" else (1, 3 if steps % 2 else 4)
    check(built, (1, 3), first, tmp_path / "backup", DATA[data], save_freq=save_freq)


def test_what_comes_after_the_last_batch_of_an_epoch_is_made_up_for(tmp_path):
    data = DATA["validation"]
    check(built, (1, BATCHES - 1), (2, 0), tmp_path / "backup", data, save_freq=1)


def test_a_training_may_be_cut_off_again_and_again(tmp_path):
    folder = tmp_path / "backup"
    for place in [(0, 3), (0, 6), (1, 2), (2, 0), (2, 1)]:
        cut_off(functools.partial(built, seed=1), place, folder, save_freq=2)
    model, history, first = go_on(built, folder, save_freq=2)
    assert first == (2, 2)
    assert_as_undisturbed(model, history, built)


class Dying:
    """Stands for a function, and ends the process in its place when it is called for the 9th
    time.
    """

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *args):
        self.calls += 1
        if self.calls == 9:
            raise CutOff
        return self.function(*args)


@pytest.mark.parametrize(
    ("function", "first"),
    [
        ("write_text", (1, 2)),  # the 9th backup has its weights, and no metadata
        ("_flush", (0, 4)),  # two files for each backup
    ],
)
def test_death_at_a_backup_leaves_this_one_or_the_one_before(
    function, first, tmp_path, monkeypatch
):
    folder = tmp_path / "backup"
    monkeypatch.setattr(atomic, function, Dying(getattr(atomic, function)))
    cut_off(built, None, folder, save_freq=1)
    model, history, goes_on_at = go_on(built, folder, save_freq=1)
    assert goes_on_at == first
    assert_as_undisturbed(model, history, built)


@pytest.mark.parametrize("damage", ["cut short", "no such format", "missing"])
def test_a_damaged_backup_gives_way_to_the_one_before(damage, tmp_path):
    folder = tmp_path / "backup"
    cut_off(built, (1, 3), folder, save_freq=1, double_checkpoint=True)
    file = folder / "latest.weights.h5"
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1000] if damage == "cut short" else b"nothing")
    model, history, first = go_on(built, folder, save_freq=1, double_checkpoint=True)
    assert first == (1, 3)
    assert_as_undisturbed(model, history, built)


def test_a_damaged_backup_is_an_error_when_it_is_the_only_one(tmp_path):
    cut_off(built, (1, 3), tmp_path, save_freq=1)
    (tmp_path / "latest.weights.h5").write_bytes(b"nothing")
    with pytest.raises(OSError, match=r"latest\.weights\.h5"):
        train(built(), BackupAndRestore(tmp_path))


def test_backups_of_the_reference_go_on_at_the_beginning_of_their_epoch(tmp_path):
    model = built()
    train(model, epochs=1)
    model.save_weights(tmp_path / "latest.weights.h5")
    (tmp_path / "training_metadata.json").write_text(json.dumps({"epoch": 1, "batch": 4}))
    again, watch = built(seed=2), Watch()
    history = train(again, BackupAndRestore(tmp_path, save_freq=2), watch)
    assert watch.seen[0] == (1, 0)
    assert len(history["loss"]) == EPOCHS - 1


def test_what_death_left_of_unfinished_files_is_removed(tmp_path):
    (tmp_path / ".latest.weights.h5.01234567.partial").write_bytes(b"begun")
    train(built(), BackupAndRestore(tmp_path, delete_checkpoint=False))
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "latest.weights.h5",
        "training_metadata.json",
    ]


def test_an_epoch_without_its_weights_counts_for_nothing(tmp_path):
    (tmp_path / "training_metadata.json").write_text(json.dumps({"epoch": 2, "batch": 0}))
    watch = Watch()
    train(built(), BackupAndRestore(tmp_path), watch)
    assert watch.seen[0] == (0, 0)


def test_the_next_training_of_the_model_begins_at_the_beginning(tmp_path):
    cut_off(built, (1, "end"), tmp_path / "backup")
    model, _, _ = go_on(built, tmp_path / "backup")
    watch = Watch()
    train(model, watch)
    assert watch.seen[0] == (0, 0)


def test_other_batches_are_taken_from_the_beginning_of_the_epoch(tmp_path):
    cut_off(built, (1, 3), tmp_path, save_freq=1)
    watch = Watch()
    with pytest.warns(UserWarning, match="4 batches, and had 7"):
        train(built(), BackupAndRestore(tmp_path), watch, batch_size=2 * BATCH)
    assert watch.seen[0] == (1, 0)


def test_data_that_end_before_the_backup_are_an_error(tmp_path):
    cut_off(built, (1, 3), tmp_path, lambda: {"x": Few(4)}, save_freq=1)
    with pytest.raises(ValueError, match="gave 2 batches"):
        train(built(), BackupAndRestore(tmp_path), data=lambda: {"x": Few(2)})


def test_other_metrics_begin_anew(tmp_path):
    cut_off(built, (1, 3), tmp_path, save_freq=1)
    history = train(built(metrics=["accuracy"]), BackupAndRestore(tmp_path))
    assert set(history) == {"loss", "accuracy"}
