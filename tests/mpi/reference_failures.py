"""What hung, broke or had to be avoided under the strategies of the reference, one test for each of
its issues. Run by pytest on every rank.
"""

import numpy as np
import pytest

import estikeras as tf

keras = tf.keras
strategy = tf.distribute.MultiWorkerMirroredStrategy()
RANK, SIZE = strategy.cluster.rank, strategy.num_replicas_in_sync
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def build():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


def distributed():
    with strategy.scope():
        return build()


def alone():
    with tf.distribute.OneDeviceStrategy().scope():
        return build()


class Dataset:
    """Batches of rows, with the few methods of a tf.data.Dataset that the issues use."""

    def __init__(self, rows, batch, repeats=1, files=()):
        self.rows, self.size, self.repeats, self.files = rows, batch, repeats, list(files)

    def repeat(self, count=None):
        return Dataset(self.rows, self.size, count or 10**6)

    def cardinality(self):
        return -1 if self.repeats > 1000 else self.repeats * -(-self.rows // self.size)

    def __iter__(self):
        for _ in range(self.repeats):
            for start in range(0, self.rows, self.size):
                stop = min(start + self.size, self.rows)
                yield X[start:stop], Y[start:stop]


def assert_same_weights(model, other=None):
    weights = model.get_weights()
    for theirs in strategy.communicator.allgather((other or model).get_weights()):
        for a, b in zip(weights, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-5)


@pytest.mark.parametrize("rows", [8 * SIZE + more for more in (0, 1, SIZE - 1, SIZE + 1)])
def test_26222_the_last_batch_may_be_too_small_for_every_worker(rows):
    keras.utils.set_random_seed(1)
    model = distributed()
    model.fit(Dataset(rows, 4 * SIZE), epochs=2, verbose=0)
    keras.utils.set_random_seed(1)
    one = alone()
    one.fit(Dataset(rows, 4 * SIZE), epochs=2, verbose=0)
    assert_same_weights(model, one)


def test_37112_a_custom_loop_over_epochs_and_batches_ends():
    model = distributed()
    loss_fn = keras.losses.BinaryCrossentropy(reduction="none")
    dataset = strategy.experimental_distribute_dataset(Dataset(7 * SIZE + 1, 2 * SIZE))

    @tf.function
    def train_step(batch):
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = tf.nn.compute_average_loss(
                    loss_fn(y, model(x, training=True)), global_batch_size=2 * SIZE
                )
            gradients = tape.gradient(loss, model.trainable_variables)
            model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            return loss

        return strategy.reduce("SUM", strategy.run(step, args=batch), axis=None)

    steps = [[float(train_step(batch)) for batch in dataset] for _ in range(3)]
    assert [len(epoch) for epoch in steps] == [4, 4, 4]
    assert strategy.communicator.allgather(steps) == [steps] * SIZE
    assert_same_weights(model)


@pytest.mark.parametrize("batches", [lambda rank: rank, lambda rank: 3 - rank, lambda rank: 2])
def test_35878_epochs_end_for_all_whatever_shard_each_worker_has(batches):
    model = distributed()
    own = Dataset(0, 4) if batches(RANK) == 0 else Dataset(4 * batches(RANK) - 1, 4)
    seen = []

    class Count(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

    shards = strategy.distribute_datasets_from_function(lambda context: own)
    history = model.fit(shards, epochs=2, verbose=0, callbacks=[Count()])
    most = max(batches(rank) for rank in range(SIZE))
    assert seen == [*range(most)] * 2
    assert np.isfinite(history.history["loss"]).all()
    assert_same_weights(model)


def test_36153_several_epochs_need_no_steps_per_epoch():
    model = distributed()
    history = model.fit(Dataset(5 * SIZE + 1, 3), epochs=4, verbose=0)
    assert len(history.history["loss"]) == 4
    assert_same_weights(model)


def test_45178_data_much_larger_than_a_batch_start_at_once():
    x = np.repeat(X, 4000, axis=0)
    y = np.repeat(Y, 4000, axis=0)
    with tf.distribute.MirroredStrategy().scope():
        model = build()
    history = model.fit(x, y, batch_size=4096, epochs=1, verbose=0, validation_data=(x, y))
    assert history.history["val_accuracy"][0] > 0
    assert_same_weights(model)


def test_31252_every_worker_may_have_model_checkpoint_and_tensorboard(folder):
    model = distributed()
    model.fit(
        X,
        Y,
        batch_size=16,
        epochs=3,
        verbose=0,
        validation_split=0.25,
        callbacks=[
            keras.callbacks.ModelCheckpoint(str(folder / "all-{epoch}.keras")),
            keras.callbacks.ModelCheckpoint(
                str(folder / "best.keras"), monitor="val_loss", save_best_only=True
            ),
            keras.callbacks.ModelCheckpoint(
                str(folder / "batch.weights.h5"), save_weights_only=True, save_freq=2
            ),
            keras.callbacks.TensorBoard(str(folder / "logs"), update_freq=1),
            keras.callbacks.CSVLogger(str(folder / "log.csv")),
            keras.callbacks.BackupAndRestore(str(folder / "backup")),
        ],
    )
    strategy.communicator.barrier()
    names = sorted(path.name for path in folder.iterdir())
    expected = ["all-1.keras", "all-2.keras", "all-3.keras", "batch.weights.h5", "best.keras"]
    assert names == [*expected, "log.csv", "logs"]
    assert len((folder / "log.csv").read_text().splitlines()) == 4
    assert len(list((folder / "logs" / "train").iterdir())) == 1
    with strategy.scope():
        loaded = keras.models.load_model(str(folder / "all-3.keras"))
    assert_same_weights(model, loaded)
    loaded.fit(X, Y, batch_size=16, epochs=1, verbose=0)
    assert_same_weights(loaded)


def test_31252_a_checkpoint_of_each_worker_for_itself_may_stand_beside_it(folder):
    own = folder / f"worker-{RANK}"
    own.mkdir()
    model = distributed()
    model.fit(X, Y, epochs=1, verbose=0)
    model.save(own / "model.keras")
    model.save_weights(own / "model.weights.h5")
    assert sorted(path.name for path in own.iterdir()) == ["model.keras", "model.weights.h5"]


def test_20585_the_tutorial_fits_a_repeated_dataset_with_steps_per_epoch():
    per_worker_batch_size = 4
    dataset = Dataset(61, per_worker_batch_size * SIZE).repeat()
    model = distributed()
    history = model.fit(dataset, epochs=3, steps_per_epoch=7, verbose=0)
    assert len(history.history["accuracy"]) == 3
    assert_same_weights(model)
    again = strategy.experimental_distribute_dataset(dataset)
    model.fit(again, epochs=2, steps_per_epoch=3, verbose=0)
    assert_same_weights(model)


def test_33531_accuracy_works_in_every_spelling():
    with strategy.scope():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy", "acc"])
    history = model.fit(X, Y, batch_size=10, epochs=1, verbose=0).history
    assert set(history) == {"accuracy", "acc", "loss"}
