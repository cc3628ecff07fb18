"""What ranks read of `tf.data.Dataset`s: every element once where it is shared, by rows or by
files; and models that train on them. Run by pytest on every rank.
"""

import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf

keras, Dataset = tf.keras, tf.data.Dataset
Policy = tf.data.experimental.AutoShardPolicy
strategy = tf.distribute.MultiWorkerMirroredStrategy()
RANK, SIZE = strategy.cluster.rank, strategy.num_replicas_in_sync
LINES = 5  # in the first file; one more in every other


def with_policy(dataset, policy):
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = policy
    return dataset.with_options(options)


def steps_of(dataset):
    """What all ranks got, by step and rank."""
    own = [
        np.asarray(batch).tolist() for batch in strategy.experimental_distribute_dataset(dataset)
    ]
    parts = strategy.communicator.allgather(own)
    assert len({len(part) for part in parts}) == 1, "ranks made different numbers of steps"
    return list(zip(*parts, strict=True))


def joined(steps):
    return list(itertools.chain(*itertools.chain(*steps)))


def in_python(x):
    return int(x) + 0


SHARED_BY_ROWS = {  # datasets of the numbers from 0 to 24, in batches
    "slices": lambda: Dataset.from_tensor_slices(np.arange(25)).batch(4),
    "an unseeded shuffle": lambda: Dataset.from_tensor_slices(np.arange(25)).shuffle(25).batch(4),
    "two of them": lambda: Dataset.range(25).shuffle(7).batch(4).unbatch().shuffle(25).batch(4),
    "in threads": lambda: (
        Dataset.range(25).shuffle(25).map(in_python, num_parallel_calls=2).batch(4).prefetch(2)
    ),
    "a sample": lambda: Dataset.sample_from_datasets(
        [Dataset.range(10), Dataset.range(10, 25).shuffle(15)]
    ).batch(4),
    "shuffles in functions": lambda: (
        Dataset.range(5)
        .flat_map(lambda i: Dataset.range(5).shuffle(5).map(lambda x: x + 5 * i))
        .batch(4)
    ),
    "shuffles of what is interleaved": lambda: (
        Dataset.range(5)
        .interleave(lambda i: Dataset.range(5).shuffle(5).map(lambda x: x + 5 * i), cycle_length=3)
        .batch(4)
    ),
    "shuffles of groups": lambda: Dataset.range(25).group_by_window(
        lambda x: x % 3, lambda key, group: group.shuffle(9).batch(4), window_size=9
    ),
    "a cache": lambda: Dataset.range(25).shuffle(25).cache().shuffle(3).batch(4),
    "batches of one": lambda: Dataset.range(25).shuffle(25).batch(1),
}


@pytest.mark.parametrize("name", SHARED_BY_ROWS)
def test_every_element_is_seen_once_across_ranks(name):
    keras.utils.set_random_seed(100 + RANK)  # ranks that were seeded alike would prove nothing
    dataset = with_policy(SHARED_BY_ROWS[name](), Policy.DATA)
    first, second = steps_of(dataset), steps_of(dataset)
    for steps in (first, second):
        assert sorted(joined(steps)) == list(range(25))
    assert (first == second) is (name == "slices")


def test_a_cache_that_each_rank_filled_by_itself_is_not_shared():
    keras.utils.set_random_seed(100 + RANK)
    dataset = Dataset.range(25).shuffle(25).cache().batch(4)
    assert len(list(dataset)) == 7
    assert sorted(joined(steps_of(with_policy(dataset, Policy.DATA)))) == list(range(25))


def test_without_shards_every_rank_sees_every_element():
    steps = steps_of(with_policy(Dataset.range(10).batch(4), Policy.OFF))
    assert sorted(joined(steps)) == sorted(SIZE * list(range(10)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that all ranks see, with two files for each: line K of file F is 100 * F + K."""
    path = None
    if RANK == 0:
        path = tmp_path_factory.mktemp("files")
        for number in range(2 * SIZE):
            lines = [str(100 * number + line) for line in range(LINES + number)]
            (path / f"{number}.txt").write_text("\n".join(lines))
            (path / f"{number}.txt.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
            with tf.io.TFRecordWriter(str(path / f"{number}.tfrecord")) as writer:
                for line in lines:
                    writer.write(line.encode())
    path = strategy.bcast(path)
    return Path(path)


def names(folder, ending):
    return sorted(str(path) for path in folder.iterdir() if path.name.endswith(ending))


def number(line):
    return tf.strings.to_number(line, "int32")


OF_FILES = {
    "lines": lambda f: tf.data.TextLineDataset(names(f, ".txt")),
    "compressed lines": lambda f: tf.data.TextLineDataset(names(f, ".gz"), "GZIP"),
    "records": lambda f: tf.data.TFRecordDataset(names(f, ".tfrecord")),
    "interleaved": lambda f: Dataset.from_tensor_slices(names(f, ".txt")).interleave(
        tf.data.TextLineDataset, cycle_length=2
    ),
    "interleaved in threads": lambda f: Dataset.list_files(str(f / "*.txt"), seed=3).interleave(
        tf.data.TextLineDataset, cycle_length=2, num_parallel_calls=2
    ),
    "one after the other": lambda f: Dataset.list_files(
        str(f / "*.tfrecord"), shuffle=False
    ).flat_map(tf.data.TFRecordDataset),
}


@pytest.mark.parametrize("policy", [Policy.AUTO, Policy.FILE, None])
@pytest.mark.parametrize("name", OF_FILES)
def test_every_file_is_read_by_one_rank(name, policy, folder):
    dataset = OF_FILES[name](folder).map(number).batch(4)
    dataset = dataset if policy is None else with_policy(dataset, policy)
    distributed = strategy.experimental_distribute_dataset(dataset)
    assert distributed.policy is Policy.FILE
    own = [np.asarray(batch) for batch in distributed]
    files = {int(x) // 100 for x in np.concatenate(own)}
    of_all = strategy.communicator.allgather((files, np.concatenate(own).tolist()))
    assert sorted(itertools.chain(*(files for files, _ in of_all))) == list(range(2 * SIZE))
    expected = [100 * k + line for k in range(2 * SIZE) for line in range(LINES + k)]
    assert sorted(itertools.chain(*(rows for _, rows in of_all))) == expected


def test_files_may_be_read_by_rows_too(folder):
    dataset = tf.data.TextLineDataset(names(folder, ".txt")).map(number).shuffle(9).batch(4)
    rows = joined(steps_of(with_policy(dataset, Policy.DATA)))
    assert sorted(rows) == [100 * k + line for k in range(2 * SIZE) for line in range(LINES + k)]


def test_too_few_files_are_named_and_shared_by_rows_where_that_is_left_open(folder):
    few = tf.data.TextLineDataset(names(folder, ".txt")[: SIZE - 1]).map(number).batch(4)
    with pytest.raises(ValueError, match=rf"FILE needs a file for each of the {SIZE} ranks"):
        strategy.experimental_distribute_dataset(with_policy(few, Policy.FILE))
    with pytest.raises(ValueError, match=r"FILE.*no files"):
        strategy.experimental_distribute_dataset(
            with_policy(Dataset.range(9).batch(3), Policy.FILE)
        )
    rows = joined(steps_of(few))
    assert sorted(rows) == [100 * k + n for k in range(SIZE - 1) for n in range(LINES + k)]


ROWS = 45
X = np.random.default_rng(0).standard_normal((ROWS, 3)).astype("float32")
Y = X.sum(1, keepdims=True) + 1
WEIGHTS = np.random.default_rng(1).uniform(0.2, 3, ROWS).astype("float32")
TRAIN = {"epochs": 2, "verbose": 0}


def model_of_all():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
    return model


def same(x, y, *weights):
    """A function that cannot be traced, and changes nothing."""
    return (x, y, *weights) if float(x[0]) < 1e9 else (y, x, *weights)


def slices(*arrays):
    return Dataset.from_tensor_slices(arrays or (X, Y))


TRAINED = {  # datasets, and what else `fit` is given
    "from memory": (lambda: slices().shuffle(ROWS, 3).batch(8).prefetch(2), {}),
    "one by one": (
        lambda: slices(X, Y, WEIGHTS).map(same, num_parallel_calls=2).batch(8),
        {},
    ),
    "without end": (
        lambda: slices().shuffle(9, 1).repeat().batch(8),
        {"steps_per_epoch": 3, "validation_data": slices().batch(7)},
    ),
}


@pytest.mark.parametrize("name", TRAINED)
def test_ranks_train_the_model_of_one_process(name):
    make, options = TRAINED[name]
    alone = model_of_all()
    expected = alone.fit(make(), **options, **TRAIN).history
    with strategy.scope():
        model = model_of_all()
    history = model.fit(make(), **options, **TRAIN).history
    assert history == {key: pytest.approx(values, rel=1e-4) for key, values in expected.items()}
    for ours, theirs in zip(model.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_an_unseeded_shuffle_trains_one_model():
    keras.utils.set_random_seed(100 + RANK)
    dataset = slices().shuffle(ROWS).batch(8)
    with strategy.scope():
        model = model_of_all()
    model.fit(dataset, **TRAIN)
    weights = strategy.communicator.allgather(model.get_weights())
    assert all(
        np.array_equal(a, b) for other in weights for a, b in zip(weights[0], other, strict=True)
    )


def test_a_model_scores_files_by_all_their_lines(folder):
    def pair(line):
        x = tf.reshape(tf.strings.to_number(line), (1,)) / 1000
        return tf.tile(x, [3]), x

    dataset = tf.data.TextLineDataset(names(folder, ".txt")).map(pair).batch(4)
    alone = model_of_all()
    with strategy.scope():
        model = model_of_all()
    expected = alone.evaluate(dataset, verbose=0)
    assert model.evaluate(dataset, verbose=0) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(
        model.predict(dataset, verbose=0), alone.predict(dataset, verbose=0), rtol=1e-5
    )
    history = model.fit(dataset, **TRAIN).history
    assert np.isfinite(history["loss"]).all() and history["loss"][1] < history["loss"][0]
    weights = strategy.communicator.allgather(model.get_weights())
    assert all(
        np.array_equal(a, b) for other in weights for a, b in zip(weights[0], other, strict=True)
    )
