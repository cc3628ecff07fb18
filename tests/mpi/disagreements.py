"""Ranks that do not run the same program are told so, with the difference, before a step is done.
Run by pytest on every rank; rank 0 is the odd one.
"""

import numpy as np
import pytest

import estikeras as tf
from strategies import DisagreementError

keras = tf.keras
strategy = tf.distribute.MultiWorkerMirroredStrategy()
RANK, SIZE = strategy.cluster.rank, strategy.num_replicas_in_sync
IS_ODD = RANK == 0
X = np.ones((24, 3), "float32")
Y = np.ones((24, 1), "float32")


def model(units=(4, 1), optimizer="sgd", metrics=None, scope=None):
    """A small model; made outside of the scope it can differ as it likes."""
    with (scope or tf.distribute.OneDeviceStrategy()).scope():
        made = keras.Sequential([keras.Input((3,)), *[keras.layers.Dense(n) for n in units]])
    with strategy.scope():
        made.compile(optimizer, "mse", metrics=metrics)
    return made


def disagree(text):
    return pytest.raises(DisagreementError, match=text)


def fit(made, rows=24, **options):
    options = {"batch_size": 8, "epochs": 1, "verbose": 0, **options}
    made.fit(X[:rows], Y[:rows], **options)


def test_another_number_of_layers():
    with disagree(r"variables"):
        fit(model((4, 4, 1) if IS_ODD else (4, 1)))


def test_another_shape():
    with disagree(r"rank 0: .*\(3, 5\).*rank.* 1.*: .*\(3, 4\)"):
        fit(model((5, 1) if IS_ODD else (4, 1)))


def test_another_shape_in_the_scope_is_told_where_the_variable_is_made():
    with disagree(r"the variable that is made.*dense.*kernel"):
        model((5, 1) if IS_ODD else (4, 1), scope=strategy)


def test_another_dtype():
    def made():
        policy = "float64" if IS_ODD else "float32"
        with tf.distribute.OneDeviceStrategy().scope():
            net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, dtype=policy)])
        with strategy.scope():
            net.compile("sgd", "mse")
        return net

    with disagree(r"float64.*float32"):
        fit(made())


@pytest.mark.parametrize(
    ("mine", "theirs", "text"),
    [
        ("adam", "sgd", r"the optimizer\. rank 0: 'Adam'; rank.* 'SGD'"),
        (
            lambda: keras.optimizers.SGD(0.1),
            lambda: keras.optimizers.SGD(0.2),
            r"optimizer's `learning_rate`\. rank 0: 0\.1.*0\.2",
        ),
        (
            lambda: keras.optimizers.Adam(clipnorm=1.0),
            lambda: keras.optimizers.Adam(),
            r"optimizer's `clipnorm`\. rank 0: 1\.0.*None",
        ),
        (
            lambda: keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 5)),
            lambda: keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 6)),
            r"optimizer's `learning_rate`.*decay_steps",
        ),
    ],
)
def test_another_optimizer(mine, theirs, text):
    chosen = mine if IS_ODD else theirs
    with tf.distribute.OneDeviceStrategy().scope():
        optimizer = chosen() if callable(chosen) else keras.optimizers.get(chosen)
    with disagree(text):
        fit(model(optimizer=optimizer))


@pytest.mark.parametrize(
    ("option", "mine", "theirs", "text"),
    [
        ("batch_size", 8, 6, r"the batch size\. rank 0: 8; rank.*: 6"),
        ("epochs", 1, 2, r"the epochs"),
        ("steps_per_epoch", 1, 2, r"the steps per epoch"),
        ("validation_split", 0.5, 0.25, r"the number of samples"),
        ("rows", 24, 23, r"number of samples of the training data\. rank 0: 24; rank.*: 23"),
    ],
)
def test_another_argument_of_fit(option, mine, theirs, text):
    with disagree(text):
        fit(model(), **{option: mine if IS_ODD else theirs})


def test_other_validation_data():
    rows = 8 if IS_ODD else 9
    with disagree(r"number of samples of the validation data\. rank 0: 8"):
        fit(model(), validation_data=(X[:rows], Y[:rows]))


def test_other_metrics():
    with disagree("what to do next.*the variable that is made"):
        fit(model(metrics=["mae"] if IS_ODD else ["mae", "mape"]))


def test_a_callback_that_listens_to_batches_on_one_rank_alone():
    class Listener(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            pass

    with disagree("callbacks that listen to batches"):
        fit(model(), callbacks=[Listener()] if IS_ODD else [])


@pytest.mark.parametrize(
    "element",
    [
        (np.ones((8, 3), "int32"), np.ones((8, 1), "float32")),
        (np.ones((8, 4), "float32"), np.ones((8, 1), "float32")),
        (np.ones((8, 3), "float32"), np.ones((8, 1), "float32"), np.ones(8, "float32")),
        ({"x": np.ones((8, 3), "float32")}, np.ones((8, 1), "float32")),
    ],
    ids=["dtype", "shape", "sample weights", "structure"],
)
def test_batches_of_another_kind(element):
    usual = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")

    def batches():
        yield element if IS_ODD else usual

    with disagree("the kind of a batch"):
        model().fit(batches(), verbose=0)


def test_batches_of_another_kind_in_a_distributed_dataset():
    elements = [np.ones((4, 3)), np.ones((4, 2))] if IS_ODD else [np.ones((4, 2))] * 2
    with disagree("element|batch|kind|shape"):
        list(strategy.experimental_distribute_dataset(elements))


def test_another_length_of_a_sequence():
    class Sequence(keras.utils.PyDataset):
        def __len__(self):
            return 3 if IS_ODD else 2

        def __getitem__(self, k):
            return X[:8], Y[:8]

    with disagree(r"number of batches of the training data\. rank 0: 3"):
        model().fit(Sequence(), verbose=0)


def test_another_reduction_of_values():
    with disagree(r"array 0.*rank 0: \('sum', \(3,\), 'float64'\).*\(2,\)"):
        strategy.reduce("SUM", np.ones(3 if IS_ODD else 2), axis=None)


def test_evaluate_and_predict_on_other_rows():
    rows = 10 if IS_ODD else 11
    made = model()
    with disagree(r"number of samples of the data\. rank 0: 10"):
        made.evaluate(X[:rows], Y[:rows], verbose=0)
    with disagree(r"number of samples of the data\. rank 0: 10"):
        made.predict(X[:rows], verbose=0)


def test_after_all_this_the_ranks_still_train_together():
    made = model()
    fit(made)
    own = [weights.tolist() for weights in made.get_weights()]
    assert strategy.communicator.allgather(own) == [own] * SIZE
