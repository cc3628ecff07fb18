"""fit, evaluate, predict from Datasets: what arrays of the same batches give, to the last bit."""

import gc
import threading
import warnings

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras

Dataset = tf.data.Dataset
ROWS, BATCH = 20, 8  # the last batch is uneven
RNG = np.random.default_rng(0)
X = RNG.standard_normal((ROWS, 3)).astype("float32")
Y = (X.sum(1) > 0).astype("int64")
WEIGHTS = RNG.uniform(0.2, 3, ROWS).astype("float32")


def model(**options):
    keras.utils.set_random_seed(1)
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], **options)
    return made


def in_python(x, y):
    """A function that cannot be traced, and changes nothing."""
    return (x, y) if int(y) >= 0 else (x * 0, y)


def slices():
    return Dataset.from_tensor_slices((X, Y))


def by_generator():
    signature = (tf.TensorSpec((3,), "float32"), tf.TensorSpec((), "int64"))
    return Dataset.from_generator(lambda: zip(X, Y, strict=True), output_signature=signature)


FORMS = {  # Datasets whose batches are those of the arrays
    "batch": lambda: slices().batch(BATCH),
    "prefetch": lambda: slices().batch(BATCH).prefetch(2),
    "map before batch": lambda: slices().map(lambda x, y: (x * 2, y)).map(half).batch(BATCH),
    "map after batch": lambda: slices().batch(BATCH).map(lambda x, y: (x * 2, y)).map(half),
    "map in Python": lambda: slices().map(in_python).batch(BATCH),
    "map in threads": lambda: (
        slices().map(in_python, num_parallel_calls=3).batch(BATCH).prefetch(tf.data.AUTOTUNE)
    ),
    "generator": lambda: by_generator().batch(BATCH),
    "cache": lambda: slices().map(lambda x, y: (x * 2, y)).cache().map(half).batch(BATCH),
    "cache of batches": lambda: by_generator().batch(BATCH).cache(),
    "filter": lambda: slices().filter(lambda x, y: y >= 0).batch(BATCH),
    "one row after the other": lambda: slices().batch(3).unbatch().batch(BATCH),
    "another dtype": lambda: slices().map(lambda x, y: (tf.cast(x, "float64"), y)).batch(BATCH),
    "dtypes of labels": lambda: slices().map(lambda x, y: (x, tf.cast(y, "uint8"))).batch(BATCH),
}


def half(x, y):
    return x / 2, y


@pytest.fixture(scope="module")
def from_arrays():
    trained = model()
    history = trained.fit(X, Y, batch_size=BATCH, epochs=3, shuffle=False, verbose=0).history
    return history, trained.get_weights()


def assert_like(trained, history, expected):
    assert history == expected[0]
    for ours, theirs in zip(trained.get_weights(), expected[1], strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("form", FORMS)
def test_fit_is_that_of_arrays(form, from_arrays):
    trained = model()
    history = trained.fit(FORMS[form](), epochs=3, verbose=0).history
    assert_like(trained, history, from_arrays)


@pytest.mark.parametrize("form", FORMS)
def test_evaluate_and_predict_are_those_of_arrays(form):
    made, dataset = model(), FORMS[form]()
    expected = made.evaluate(X, Y, batch_size=BATCH, verbose=0)
    assert made.evaluate(dataset, verbose=0) == expected
    outputs = made.predict(X, batch_size=BATCH, verbose=0)
    assert np.array_equal(made.predict(dataset, verbose=0), outputs)


OPTIONS = {
    "callbacks that listen to batches": {},
    "two steps in a call": {"steps_per_execution": 2},
    "eagerly": {"run_eagerly": True},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_ways_to_run_steps_are_those_of_arrays(name):
    def run(**data):
        seen = []
        watch = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: seen.append((batch, logs["loss"]))
        )
        trained = model(**OPTIONS[name])
        history = trained.fit(**data, epochs=2, verbose=0, callbacks=[watch]).history
        return seen, history, [w.tolist() for w in trained.get_weights()]

    expected = run(x=X, y=Y, batch_size=BATCH, shuffle=False)
    for form in ("batch", "map in threads"):
        assert run(x=FORMS[form]()) == expected


def test_class_weights_count_and_third_parts_are_sample_weights():
    by_class = {0: 1.0, 1: 3.0}
    expected = model().fit(X, Y, batch_size=BATCH, shuffle=False, class_weight=by_class, verbose=0)
    for form in ("batch", "generator"):
        got = model().fit(FORMS[form](), class_weight=by_class, verbose=0)
        assert got.history == expected.history
    trained = model()
    weighted = trained.fit(X, Y, BATCH, sample_weight=WEIGHTS, shuffle=False, verbose=0).history
    triples = Dataset.from_tensor_slices((X, Y, WEIGHTS))
    for dataset in (triples.batch(BATCH), triples.map(lambda x, y, w: (x, y, w)).batch(BATCH)):
        other = model()
        assert other.fit(dataset, verbose=0).history == weighted
        assert np.array_equal(other.get_weights()[0], trained.get_weights()[0])
        assert model().evaluate(dataset, verbose=0) == model().evaluate(
            X, Y, batch_size=BATCH, sample_weight=WEIGHTS, verbose=0
        )


def two_inputs():
    keras.utils.set_random_seed(1)
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    joined = keras.layers.Concatenate()([a, b])
    outputs = {
        "kind": keras.layers.Dense(2, activation="softmax", name="kind")(joined),
        "sum": keras.layers.Dense(1, name="sum")(joined),
    }
    made = keras.Model({"a": a, "b": b}, outputs)
    made.compile("sgd", {"kind": "sparse_categorical_crossentropy", "sum": "mse"})
    return made


def test_dicts_of_inputs_and_outputs_are_those_of_arrays():
    x, y = {"b": X * 2, "a": X}, {"sum": X.sum(1, keepdims=True), "kind": Y}
    arrays, datasets = two_inputs(), two_inputs()
    expected = arrays.fit(x, y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0).history
    dataset = Dataset.from_tensor_slices((x, y)).batch(BATCH)
    assert datasets.fit(dataset, epochs=2, verbose=0).history == expected
    ours, theirs = datasets.predict(dataset, verbose=0), arrays.predict(x, BATCH, verbose=0)
    assert all(np.array_equal(ours[name], theirs[name]) for name in ("kind", "sum"))


def test_predict_takes_inputs_alone():
    made = model()
    expected = made.predict(X, batch_size=BATCH, verbose=0)
    inputs = Dataset.from_tensor_slices(X).batch(BATCH)
    assert np.array_equal(made.predict(inputs, verbose=0), expected)
    assert np.array_equal(made.predict(inputs.repeat(), steps=2, verbose=0), expected[: 2 * BATCH])


def test_validation_data_may_be_a_dataset():
    expected = model().fit(X, Y, BATCH, epochs=2, shuffle=False, validation_data=(X, Y), verbose=0)
    dataset = slices().batch(BATCH)
    got = model().fit(dataset, epochs=2, validation_data=dataset, verbose=0)
    assert got.history == {
        name: pytest.approx(values, rel=1e-6) for name, values in expected.history.items()
    }
    part = model().fit(dataset, validation_data=dataset.repeat(), validation_steps=1, verbose=0)
    first = model()
    first.fit(dataset, verbose=0)
    scores = first.evaluate(X[:BATCH], Y[:BATCH], batch_size=BATCH, verbose=0)
    assert part.history["val_loss"][0] == pytest.approx(scores[0], rel=1e-6)


def test_steps_of_an_endless_dataset_go_on_from_epoch_to_epoch():
    trained, expected = model(), model()
    trained.fit(slices().batch(BATCH).repeat(), steps_per_epoch=2, epochs=3, verbose=0)
    expected.fit(X, Y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0)  # 2 * 3 batches
    assert np.array_equal(trained.get_weights()[0], expected.get_weights()[0])


def test_a_shuffled_dataset_has_another_order_in_every_epoch_and_every_sample_once():
    seen = []

    def note(x, y):
        seen.append(round(float(x[0]), 4))
        return x, y

    dataset = slices().shuffle(ROWS).map(note).batch(BATCH)
    model().fit(dataset, epochs=2, verbose=0)
    first, second = seen[:ROWS], seen[ROWS:]
    assert first != second
    assert sorted(first) == sorted(second) == sorted(round(float(x), 4) for x in X[:, 0])


ENDLESS = {
    "steps_per_epoch": lambda made, data: made.fit(data.repeat(), verbose=0),
    "steps": lambda made, data: made.evaluate(data.repeat(), verbose=0),
    "steps ": lambda made, data: made.predict(data.repeat(), verbose=0),
    "validation_steps": lambda made, data: made.fit(data, validation_data=data.repeat(), verbose=0),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_data_without_an_end_need_a_number_of_steps(name):
    with pytest.raises(ValueError, match=f"`{name.strip()}`.*repeated without end"):
        ENDLESS[name](model(), slices().batch(BATCH))


@pytest.mark.parametrize("call", ["fit", "evaluate", "predict"])
@pytest.mark.parametrize("empty", [lambda d: d.take(0), lambda d: d.filter(lambda x, y: y > 5)])
def test_data_without_batches_are_an_error(call, empty):
    with pytest.raises(ValueError, match=r"`x`.*no batch"):
        getattr(model(), call)(empty(slices()).batch(BATCH), verbose=0)


REFUSED = {
    "y": lambda made, data: made.fit(data, Y, verbose=0),
    "sample_weight": lambda made, data: made.fit(data, sample_weight=WEIGHTS, verbose=0),
    "validation_split": lambda made, data: made.fit(data, validation_split=0.2, verbose=0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_dataset_brings_itself_is_refused_beside_it(name):
    with pytest.raises(ValueError, match=f"`{name}`"):
        REFUSED[name](model(), slices().batch(BATCH))


def test_an_error_in_a_dataset_names_its_element():
    def fails(x, y):
        if np.array_equal(np.asarray(x), X[13]):
            raise OverflowError("too bright")
        return x, y

    with pytest.raises(OverflowError, match="too bright") as caught:
        model().fit(slices().map(fails).batch(BATCH), verbose=0)
    assert "This was element 13 for `map_func`: fails" in caught.value.__notes__[0]


class StopAt(keras.callbacks.Callback):
    """Ends training after a batch, or fails in it."""

    def __init__(self, error=None):
        super().__init__()
        self.error = error

    def on_train_batch_end(self, batch, logs=None):
        if self.error is not None:
            raise self.error("mine")
        self.model.stop_training = True


@pytest.mark.parametrize("error", [None, KeyError, KeyboardInterrupt])
def test_threads_and_generators_are_closed_when_an_epoch_stops_early(error):
    events = []

    def generate():
        events.append("open")
        try:
            while True:
                yield X[0], Y[0]
        finally:
            events.append("close")

    signature = (tf.TensorSpec((3,), "float32"), tf.TensorSpec((), "int64"))
    dataset = Dataset.from_generator(generate, output_signature=signature)
    dataset = dataset.map(in_python, num_parallel_calls=2).batch(2).prefetch(2)

    def run():
        model().fit(dataset, verbose=0, callbacks=[StopAt(error)])

    if error is None:
        run()
    else:
        with pytest.raises(error):
            run()
    gc.collect()
    assert events == ["open", "close"]
    assert [t for t in threading.enumerate() if t.name.startswith("estikeras-p")] == []
    assert [t for t in threading.enumerate() if t.name.startswith("estikeras-m")] == []


class Stop(keras.callbacks.Callback):
    """Cuts a training off when an epoch begins."""

    def __init__(self, epoch):
        super().__init__()
        self.at = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.at:
            raise KeyboardInterrupt


def weights_of_training(folder, stop=None):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.arange(96, dtype="float32").reshape(24, 4)
    rows = tf.data.Dataset.from_tensor_slices((x, x[:, :1]))
    backup = keras.callbacks.BackupAndRestore(folder)
    shuffled = rows.shuffle(9, seed=3).batch(4)
    model.fit(shuffled, epochs=4, verbose=0, callbacks=[Stop(stop), backup])
    return model.get_weights()


def test_a_training_that_goes_on_reads_the_epochs_in_the_order_they_would_have_had(tmp_path):
    whole = weights_of_training(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        weights_of_training(tmp_path / "cut", stop=2)
    for again, once in zip(weights_of_training(tmp_path / "cut"), whole, strict=True):
        np.testing.assert_array_equal(again, once)


class Counting(keras.callbacks.Callback):
    """Listens to batches, so that they run one by one."""

    def on_train_batch_end(self, batch, logs=None):
        self.last = batch


@pytest.mark.parametrize("callbacks", [[], [Counting()]], ids=["many at once", "one by one"])
@pytest.mark.parametrize(
    ("steps", "updates", "short"), [(10, 18, 3), (4, 10, 1), (3, 9, 0)], ids=str
)
def test_epochs_end_with_the_data_as_the_reference_has_it(steps, updates, short, callbacks):
    # The numbers are Keras 3.15's: 6 batches, 3 epochs.
    small = tf.data.Dataset.from_tensor_slices((X[:12], Y[:12])).batch(2)
    trained = model()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trained.fit(small, steps_per_epoch=steps, epochs=3, verbose=0, callbacks=callbacks)
    assert int(trained.optimizer.iterations) == updates
    assert [str(w.message).startswith("The data ran out") for w in caught] == [True] * short


@pytest.mark.parametrize(
    ("rows", "shape"),
    [
        ((np.ones((6, 4), "float32"), np.ones(6, "float32")), (4,)),
        ((np.ones((6, 4), "float32"), np.ones((6, 3), "float32")), (4,)),
        ((np.ones(6, "float32"), np.ones(6, "float32")), (1,)),  # a number is a row of one
    ],
    ids=["vectors and numbers", "vectors of two sizes", "numbers"],
)
def test_elements_that_are_no_batches_are_given_to_the_model_one_by_one(rows, shape):
    seen = []

    class Listening(keras.Model):
        def call(self, x):
            seen.append(x.shape)
            return x

    listening = Listening()
    listening.compile(loss=lambda y, prediction: tf.reduce_mean(prediction) + tf.reduce_mean(y))
    assert listening.evaluate(tf.data.Dataset.from_tensor_slices(rows), verbose=0) == 2
    assert set(map(tuple, seen)) == {shape}


def test_parts_of_a_batch_that_differ_in_rows_are_refused():
    uneven = slices().batch(BATCH).map(lambda x, y: (x, y[: tf.shape(y)[0] // 2]))
    with pytest.raises(ValueError, match="rows"):
        model().fit(uneven, verbose=0)


def test_generators_of_unknown_shapes_are_taken():
    def batches():
        yield X[:4], Y[:4]

    types = (X.dtype, Y.dtype)
    dataset = tf.data.Dataset.from_generator(batches, output_types=types)
    assert model().fit(dataset, verbose=0).history["loss"]
