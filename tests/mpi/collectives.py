"""How often ranks meet: once in a step, whatever it computes. Run by pytest on every rank."""

import numpy as np
import pytest

import estikeras as tf

keras = tf.keras
layers = keras.layers
strategy = tf.distribute.MultiWorkerMirroredStrategy()
RANK, SIZE = strategy.cluster.rank, strategy.num_replicas_in_sync
X = np.random.default_rng(0).normal(size=(48, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
IMAGES = np.random.default_rng(0).normal(size=(48, 6, 6, 2)).astype("float32")


def net(*inner, shape=(4,)):
    return keras.Sequential([keras.Input(shape), *inner, layers.Dense(1, "sigmoid")])


def images(*inner):
    return net(*inner, layers.GlobalAveragePooling2D(), shape=(6, 6, 2))


def compiled(model, optimizer="sgd", **options):
    model.compile(optimizer, options.pop("loss", "mse"), **options)
    return model


def collectives_of(do):
    before = strategy.reduction.count
    do()
    return strategy.reduction.count - before


def exchanges(model):
    """The nodes of the traced steps at which ranks meet."""
    return [
        node
        for concrete in model.train_function.function._traces.values()
        for node in concrete.program.graph.nodes
        if getattr(node.primitive, "name", None) == "exchange"
    ]


PLAIN = {
    "dense": lambda: compiled(net(layers.Dense(8, "tanh"), layers.Dense(8))),
    "metrics": lambda: compiled(net(), metrics=["accuracy", "mae", keras.metrics.AUC()]),
    "clipped by the norm of all": lambda: compiled(
        net(), keras.optimizers.Adam(global_clipnorm=1.0), metrics=["mae"]
    ),
    "weighted": lambda: compiled(net(), weighted_metrics=["mae"], metrics=["accuracy"]),
    "added losses": lambda: compiled(
        net(layers.Dense(4, activity_regularizer="l2", kernel_regularizer="l1"))
    ),
    "dropout": lambda: compiled(net(layers.Dropout(0.5)), "adam"),
    "normalization by replica, of two layers": lambda: compiled(
        net(layers.BatchNormalization(), layers.Dense(4), layers.BatchNormalization())
    ),
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_step_of_training_is_one_collective(name):
    with strategy.scope():
        model = PLAIN[name]()
    batch = 4 * SIZE
    model.train_on_batch(X[:batch], Y[:batch])
    assert collectives_of(lambda: model.train_on_batch(X[:batch], Y[:batch])) == 1
    model.train_on_batch(X[: batch + 1], Y[: batch + 1])
    assert collectives_of(lambda: model.train_on_batch(X[: batch + 1], Y[: batch + 1])) == 1
    model.test_on_batch(X[:batch], Y[:batch])
    assert collectives_of(lambda: model.test_on_batch(X[:batch], Y[:batch])) <= 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_step_of_fit_is_one_collective(stream):
    with strategy.scope():
        model = compiled(net(layers.Dense(4)), "adam", metrics=["accuracy"])

    def fit(rows):
        def batches():
            yield from ((X[k : k + 8], Y[k : k + 8]) for k in range(0, rows, 8))

        data = (batches(),) if stream else (X[:rows], Y[:rows])
        model.fit(*data, batch_size=None if stream else 8, verbose=0)

    fit(16)
    more = collectives_of(lambda: fit(40)) - collectives_of(lambda: fit(16))
    assert more == 3  # five steps, and two


def test_synchronized_normalization_is_one_more_in_each_direction():
    with strategy.scope():
        one = compiled(images(layers.Conv2D(3, 3), layers.BatchNormalization(synchronized=True)))
        two = compiled(
            images(
                layers.Conv2D(3, 3),
                layers.BatchNormalization(synchronized=True),
                layers.Conv2D(3, 3),
                layers.BatchNormalization(synchronized=True),
            )
        )
    batch = 4 * SIZE
    for model, expected in ((one, 3), (two, 5)):
        model.train_on_batch(IMAGES[:batch], Y[:batch])
        count = collectives_of(lambda model=model: model.train_on_batch(IMAGES[:batch], Y[:batch]))
        assert count == expected


def test_the_gradient_of_an_embedding_is_exchanged_by_rows():
    with strategy.scope():
        model = compiled(net(layers.Embedding(5000, 4), layers.GlobalAveragePooling1D()), "adagrad")
    ids = np.arange(4 * SIZE * 4).reshape(4 * SIZE, 4)
    for _ in range(2):
        model.train_on_batch(ids, Y[: 4 * SIZE])
    nodes = exchanges(model)
    assert nodes and all("gather" in node.params["kinds"] for node in nodes)
    exchanged = {tensor.shape for node in nodes for tensor in node.inputs}
    assert (4, 4, 4) in exchanged  # a rank's rows; of the table itself nothing
    assert not any(size >= 5000 for shape in exchanged for size in shape)
    assert collectives_of(lambda: model.train_on_batch(ids, Y[: 4 * SIZE])) == 1


def test_a_step_of_evaluation_is_at_most_one_collective():
    with strategy.scope():
        model = compiled(net(), metrics=["accuracy"])
    model.evaluate(X, Y, batch_size=8, verbose=0)
    six = collectives_of(lambda: model.evaluate(X, Y, batch_size=8, verbose=0))
    assert six <= 6 + 1
    three = collectives_of(lambda: model.evaluate(X[:24], Y[:24], batch_size=8, verbose=0))
    assert six - three <= 3
