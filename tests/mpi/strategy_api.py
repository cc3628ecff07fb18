"""What a strategy is to code that asks it: scopes, contexts, sums, gatherings, variables. Run by
pytest on every rank.
"""

import numpy as np
import pytest

import estikeras as tf

keras = tf.keras
strategy = tf.distribute.MultiWorkerMirroredStrategy()
RANK, SIZE = strategy.cluster.rank, strategy.num_replicas_in_sync


def of_all(value):
    """What all ranks have, by rank."""
    return strategy.communicator.allgather(value)


def small():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def test_scopes_and_contexts_are_known():
    assert not tf.distribute.has_strategy()
    assert tf.distribute.get_strategy().num_replicas_in_sync == SIZE
    outside = tf.distribute.get_replica_context()
    assert outside.replica_id_in_sync_group == RANK
    assert not tf.distribute.in_cross_replica_context()
    with strategy.scope():
        assert tf.distribute.has_strategy()
        assert tf.distribute.get_strategy() is strategy
        assert tf.distribute.get_replica_context() is None
        assert tf.distribute.in_cross_replica_context()

        def inside():
            context = tf.distribute.get_replica_context()
            assert context.strategy is strategy
            assert not tf.distribute.in_cross_replica_context()
            return context.replica_id_in_sync_group

        assert strategy.run(inside) == RANK
    assert not tf.distribute.has_strategy()


def test_the_resolver_tells_chief_from_workers():
    resolver = strategy.cluster_resolver
    assert (resolver.task_type, resolver.task_id) == ("worker", RANK)
    assert strategy.extended.should_checkpoint == (RANK == 0)
    assert strategy.extended.should_save_summary == (RANK == 0)
    assert len(strategy.extended.worker_devices) == SIZE


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_values_are_reduced_over_replicas_and_along_an_axis(dtype):
    value = (np.arange(4) + RANK).astype(dtype)
    by_rank = np.stack([np.arange(4) + rank for rank in range(SIZE)])
    for own in (value, tf.constant(value)):
        total = strategy.reduce(tf.distribute.ReduceOp.SUM, own, axis=None)
        assert np.array_equal(total, by_rank.sum(0))
        mean = strategy.reduce("MEAN", own, axis=None)
        assert np.allclose(mean, by_rank.mean(0))
        assert np.allclose(strategy.reduce("MEAN", own, axis=0), by_rank.mean())
        assert np.allclose(strategy.reduce("SUM", own, axis=0), by_rank.sum())


def test_means_along_an_axis_count_rows_of_uneven_replicas():
    rows = np.full(RANK + 1, float(RANK), "float32")
    expected = sum(rank * (rank + 1) for rank in range(SIZE)) / sum(range(1, SIZE + 1))
    assert np.allclose(strategy.reduce("MEAN", rows, axis=0), expected)
    assert np.allclose(strategy.reduce("MEAN", tf.constant(rows), axis=0), expected)


def test_structures_and_numbers_are_reduced():
    got = strategy.reduce("SUM", {"a": 1.5, "b": (RANK, np.ones(2))}, axis=None)
    assert got["a"] == 1.5 * SIZE
    assert got["b"][0] == sum(range(SIZE))
    assert got["b"][1].tolist() == [SIZE, SIZE]
    with pytest.raises(ValueError, match="reduce_op"):
        strategy.reduce("MAX", 1.0, axis=None)


def test_values_of_uneven_lengths_are_gathered():
    own = np.full((RANK + 1, 2), RANK)
    expected = [rank for rank in range(SIZE) for _ in range(rank + 1)]
    assert strategy.gather(own, axis=0)[:, 0].tolist() == expected
    assert np.asarray(strategy.gather(tf.constant(own), axis=0))[:, 0].tolist() == expected
    assert np.asarray(strategy.gather(own.T, axis=1))[0].tolist() == expected
    empty = np.zeros((0 if RANK == 0 else 1, 2))
    assert strategy.gather(empty, axis=0).shape == (SIZE - 1, 2)


def test_local_results_are_those_of_this_process():
    assert strategy.experimental_local_results(RANK) == (RANK,)
    assert strategy.experimental_local_results(strategy.run(lambda: RANK + 1)) == (RANK + 1,)
    values = strategy.experimental_distribute_values_from_function(
        lambda context: context.replica_id_in_sync_group * 10
    )
    assert values == RANK * 10


@pytest.mark.parametrize("traced", [False, True])
def test_a_replica_reduces_and_gathers_in_the_step(traced):
    def step(x):
        context = tf.distribute.get_replica_context()
        total = context.all_reduce(tf.distribute.ReduceOp.SUM, x)
        mean = context.all_reduce("mean", {"x": x})["x"]
        return total, mean

    def whole(x):
        return strategy.run(step, args=(x,))

    total, mean = (tf.function(whole) if traced else whole)(tf.constant([1.0, float(RANK)]))
    ranks = sum(range(SIZE))
    assert np.asarray(total).tolist() == [SIZE, ranks]
    assert np.allclose(mean, [1, ranks / SIZE])
    gathered = strategy.run(
        lambda: tf.distribute.get_replica_context().all_gather(tf.constant([RANK]), axis=0)
    )
    assert np.asarray(gathered).tolist() == list(range(SIZE))


def test_gradients_go_through_sums_over_replicas():
    x = tf.constant([1.0 + RANK])

    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.distribute.get_replica_context().all_reduce("SUM", x)
            loss = tf.reduce_sum(total * total) / SIZE
        return tape.gradient(loss, x)

    whole = sum(1.0 + rank for rank in range(SIZE))
    # d/dx of the replicas' losses, whose sum is whole ** 2.
    assert np.allclose(np.asarray(strategy.run(step)), 2 * whole)


def test_variables_start_equal_in_a_scope_and_differ_outside():
    keras.utils.set_random_seed(100 + RANK)
    with strategy.scope():
        model = small()
        variable = tf.Variable(tf.random.normal((3,)))
        unbuilt = keras.Sequential([keras.layers.Dense(2)])
        unbuilt(np.ones((1, 4), "float32"))
    own = small()
    for weights in (model.get_weights(), [variable.numpy()], unbuilt.get_weights()):
        assert all(
            np.array_equal(a, b)
            for other in of_all(weights)
            for a, b in zip(weights, other, strict=True)
        )
    kernels = of_all(own.get_weights()[0])
    assert SIZE == 1 or not np.array_equal(kernels[0], kernels[1])


def test_dropout_differs_by_rank_and_what_it_trains_does_not():
    keras.utils.set_random_seed(3)  # the same on all ranks
    with strategy.scope():
        dropout = keras.layers.Dropout(0.5)
        ones = np.ones((1, 64), "float32")
        masks = of_all(strategy.run(lambda: dropout(ones, training=True)).numpy())
        assert SIZE == 1 or not np.array_equal(masks[0], masks[1])
        model = keras.Sequential(
            [
                keras.Input((64,)),
                keras.layers.Dropout(0.5),
                keras.layers.GaussianNoise(0.1),
                keras.layers.Dense(1),
            ]
        )
        model.compile("sgd", "mse")
    seeds = [v.numpy() for v in model.non_trainable_variables]
    assert all(np.array_equal(a, b) for o in of_all(seeds) for a, b in zip(seeds, o, strict=True))
    x = np.ones((20, 64), "float32")
    model.fit(x, x[:, :1], batch_size=6, epochs=2, verbose=0)
    weights = model.get_weights()
    for other in of_all(weights):
        assert all(np.array_equal(a, b) for a, b in zip(weights, other, strict=True))


def test_in_fit_replicas_drop_different_values():
    seen = []

    class Model(keras.Model):
        def train_step(self, data):
            masks = self.dropout(data, training=True)
            seen.append(masks.numpy())
            return {"loss": tf.reduce_mean(masks)}

    keras.utils.set_random_seed(1)
    with strategy.scope():
        inputs = keras.Input((32,))
        model = Model(inputs, keras.layers.Dense(1)(inputs))
        model.dropout = keras.layers.Dropout(0.5)
        model.compile("sgd", run_eagerly=True)
    model.fit(np.ones((4 * SIZE, 32), "float32"), batch_size=2 * SIZE, verbose=0)
    firsts = of_all(seen[0])
    assert firsts[0].shape == (2, 32)
    assert SIZE == 1 or not np.array_equal(firsts[0], firsts[1])
    assert not np.array_equal(seen[0], seen[1])


def test_a_model_that_only_the_chief_loads_is_the_model_of_all(folder):
    x = np.linspace(-1, 1, 30).reshape(10, 3).astype("float32")
    path = f"{folder}/model.keras"
    if RANK == 0:
        with tf.distribute.OneDeviceStrategy().scope():
            keras.utils.set_random_seed(8)
            saved = small()
            saved.compile("adam", "mse")
            saved.fit(x, x[:, :2], epochs=1, verbose=0)
            saved.save(path)
    strategy.communicator.barrier()
    with tf.distribute.OneDeviceStrategy().scope():
        model = keras.models.load_model(path) if RANK == 0 else small()
    with strategy.scope():
        model.compile("adam", "mse")
    model.fit(x, x[:, :2], batch_size=4, epochs=1, verbose=0)
    weights = model.get_weights()
    for other in of_all(weights):
        assert all(np.array_equal(a, b) for a, b in zip(weights, other, strict=True))


def test_one_device_lets_every_rank_train_its_own_model():
    own = tf.distribute.OneDeviceStrategy()
    assert own.num_replicas_in_sync == 1
    keras.utils.set_random_seed(20 + RANK)
    rows = 5 + 3 * RANK  # as many steps as it likes
    x = np.random.default_rng(RANK).normal(size=(rows, 3)).astype("float32")
    with own.scope():
        model = small()
        model.compile("sgd", "mse")
        history = model.fit(x, x[:, :2], batch_size=1, epochs=RANK + 1, verbose=0)
        assert model.predict(x, verbose=0).shape == (rows, 2)
    assert len(history.history["loss"]) == RANK + 1
    assert model.distribute_strategy is own
    model.evaluate(x, x[:, :2], verbose=0)  # outside of the scope too
    kernels = of_all(model.get_weights()[0])
    assert SIZE == 1 or not np.array_equal(kernels[0], kernels[1])


def test_mirrored_replicas_are_the_ranks_of_this_machine():
    mirrored = tf.distribute.MirroredStrategy()
    assert mirrored.num_replicas_in_sync == SIZE
    assert tf.distribute.MirroredStrategy(num_replicas=SIZE).num_replicas_in_sync == SIZE
    devices = [f"/cpu:{rank}" for rank in range(SIZE)]
    assert tf.distribute.MirroredStrategy(devices).num_replicas_in_sync == SIZE
    with mirrored.scope():
        model = small()
        model.compile("sgd", "mse", metrics=["mae"])
    x = np.arange(21.0).reshape(7, 3).astype("float32") / 21
    losses = model.fit(x, x[:, :2], batch_size=3, verbose=0).history
    assert all(other == losses for other in of_all(losses))
    with pytest.raises(ValueError, match="CPUs"):
        tf.distribute.MirroredStrategy(["GPU:0"])


@pytest.mark.parametrize("aggregation", ["sum", "mean", "only_first_replica"])
def test_variables_that_replicas_write_are_aggregated(aggregation):
    with strategy.scope():
        variable = tf.Variable(1.0, aggregation=aggregation, trainable=False)

        def step():
            variable.assign_add(1.0 + RANK)

        strategy.run(step)
    ranks = [1.0 + rank for rank in range(SIZE)]
    expected = {"sum": sum(ranks), "mean": sum(ranks) / SIZE, "only_first_replica": ranks[0]}
    assert float(variable.numpy()) == pytest.approx(1 + expected[aggregation])


@pytest.mark.skipif(SIZE == 1, reason="one rank has nobody to differ from")
def test_training_variables_that_may_differ_between_ranks_is_refused():
    model, optimizer = small(), keras.optimizers.SGD()

    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(x))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    with pytest.raises(ValueError, match=r"made outside of the strategy's scope.*strategy.scope"):
        strategy.run(step, (tf.ones((2, 3)),))
    with strategy.scope():
        model, optimizer = small(), keras.optimizers.SGD()
    strategy.run(step, (tf.ones((2, 3)),))


@pytest.mark.parametrize("hooks", [False, True])
def test_distributed_data_are_predicted_whole_and_in_order(hooks):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    x = np.arange(37, dtype="float32")[:, None]
    batches = [x[i : i + 8] for i in range(0, 37, 8)]
    seen = []
    watch = keras.callbacks.LambdaCallback()
    if hooks:
        watch.on_predict_batch_end = lambda batch, logs=None: seen.append(len(logs["outputs"]))
    distributed = strategy.experimental_distribute_dataset(batches)
    found = model.predict(distributed, verbose=0, callbacks=[watch])
    np.testing.assert_array_equal(found, x)
    assert seen == ([8, 8, 8, 8, 5] if hooks else [])
    # Data sets of the ranks' own, of which one ends before the others.
    own = strategy.distribute_datasets_from_function(lambda _: batches[: 3 - (RANK == 0)])
    found = model.predict(own, verbose=0, callbacks=[watch])
    assert len(found) == 8 * (3 * SIZE - 1)


def test_statistics_of_all_ranks_do_not_need_rows_on_each():
    with strategy.scope():
        layer = keras.layers.BatchNormalization(synchronized=True)
        layer.build((None, 3))
    x = tf.constant([[1.0, 2.0, 3.0], [3.0, 5.0, 7.0]])
    y = strategy.run(lambda x: layer(x, training=True), (x if RANK == 0 else x[:0],))
    assert y.shape == (2 if RANK == 0 else 0, 3)
    np.testing.assert_allclose(layer.moving_mean, [0.02, 0.035, 0.05], rtol=1e-5)


@pytest.mark.parametrize(
    ("dtype", "aggregation", "expected"),
    [
        ("int32", "mean", (SIZE - 1) // 2 if SIZE > 1 else 0),
        ("int64", "sum", sum(range(SIZE))),
        ("float64", "mean", (SIZE - 1) / 2),
        ("bool", "only_first_replica", False),
        ("int32", "only_first_replica", 0),
    ],
)
def test_variables_of_every_kind_are_combined(dtype, aggregation, expected):
    variable = keras.Variable(0, dtype=dtype, aggregation=aggregation, trainable=False)
    strategy.run(lambda: variable.assign(RANK))
    assert variable.numpy() == expected


@pytest.mark.skipif(SIZE == 1, reason="one rank goes on alone")
def test_ranks_do_not_go_on_a_step_apart():
    with strategy.scope():
        model = keras.Sequential([keras.Input((1,), dtype="int32"), keras.layers.Embedding(4, 2)])
        model.compile("sgd", "mse")
    x, y = np.zeros((2 * SIZE, 1), "int32"), np.zeros((2 * SIZE, 1, 2), "float32")
    model.train_on_batch(x, y)
    with pytest.raises((ValueError, tf.distribute.DisagreementError)):
        model.train_on_batch(np.full_like(x, 9 * (RANK == 1)), y)
    if RANK == 1:  # the others wait in the step that failed here
        with pytest.raises(tf.distribute.DisagreementError, match="a step that failed with"):
            model.train_on_batch(x, y)
    model.train_on_batch(x, y)


def test_logs_of_a_step_of_ones_own_are_those_of_all_ranks():
    class Own(keras.Sequential):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self(x) - y) ** 2)
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply(grads, self.trainable_variables)
            return {"own": loss}

    with strategy.scope():
        model = Own([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd")
    x = np.arange(10, dtype="float32")[:, None] / 10
    history = model.fit(x, x, batch_size=5, epochs=2, verbose=0).history["own"]
    assert len({tuple(logs) for logs in of_all(history)}) == 1


@pytest.mark.parametrize("wrong", [{"communicator": "ring"}, {"compression": "fp8"}])
def test_a_wrong_way_of_communication_is_refused_when_the_strategy_is_made(wrong):
    with pytest.raises(ValueError, match=r"ring|fp8"):
        tf.distribute.MultiWorkerMirroredStrategy(**wrong)


def test_the_less_known_parts_of_the_interface():
    def outside(given, number):
        return given is strategy, tf.distribute.get_replica_context(), number

    def replica_step():
        return tf.distribute.get_replica_context().merge_call(outside, (3,))

    assert strategy.run(replica_step) == (True, None, 3)
    assert strategy.extended.reduce_to("SUM", 1.0, destinations=None) == SIZE
    assert tf.distribute.ReduceOp.from_variable_aggregation("mean") is tf.distribute.ReduceOp.MEAN
