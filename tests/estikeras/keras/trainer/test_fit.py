"""fit, evaluate, predict: forms of data, weights, validation, stopping, and what bad input gets."""

import warnings

import numpy as np
import pytest

from estikeras import keras, ops


def data(rows=20, features=3, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, features)).astype(np.float32)
    return x, (x.sum(1) > 0).astype(np.int64) % classes


def classifier(features=3, classes=2, **compile_options):
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Input((features,)), keras.layers.Dense(classes, activation="softmax")]
    model = keras.Sequential(layers)
    options = {
        "optimizer": "sgd",
        "loss": "sparse_categorical_crossentropy",
        "metrics": ["accuracy"],
    }
    model.compile(**{**options, **compile_options})
    return model


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y, size, **options):
        super().__init__(**options)
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, index):
        rows = slice(index * self.size, (index + 1) * self.size)
        return self.x[rows], self.y[rows]


def generator(x, y, size):
    for start in range(0, len(x), size):
        yield x[start : start + size], y[start : start + size]


FORMS = {
    "arrays": lambda x, y: {"x": x, "y": y, "batch_size": 8, "shuffle": False},
    "lists": lambda x, y: {"x": [x], "y": [y], "batch_size": 8, "shuffle": False},
    "tensors": lambda x, y: {
        "x": ops.convert_to_tensor(x),
        "y": y,
        "batch_size": 8,
        "shuffle": False,
    },
    "float64": lambda x, y: {"x": x.astype(np.float64), "y": y, "batch_size": 8, "shuffle": False},
    "generator": lambda x, y: {"x": generator(x, y, 8)},
    "PyDataset": lambda x, y: {"x": Batches(x, y, 8), "shuffle": False},
    "PyDataset, 2 threads": lambda x, y: {"x": Batches(x, y, 8, workers=2), "shuffle": False},
    "list of batches": lambda x, y: {"x": iter(list(generator(x, y, 8)))},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_data_trains_the_same_model(form):
    x, y = data()
    model, expected = classifier(), classifier()
    if form == "lists":
        model = keras.Model(model.inputs, model.outputs)
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(**FORMS[form](x, y), verbose=0)
    for start in range(0, len(x), 8):
        expected.train_on_batch(x[start : start + 8], y[start : start + 8])
    for ours, theirs in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_eager_and_compiled_training_agree():
    x, y = data()
    compiled, eager = classifier(optimizer="adam"), classifier(optimizer="adam", run_eagerly=True)
    ours = compiled.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0).history
    theirs = eager.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0).history
    for name in theirs:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5)


def test_batch_hooks_see_every_batch_and_change_nothing():
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append((batch, logs["loss"]))
    )
    x, y = data()
    watched, quiet = classifier(), classifier()
    watched.fit(x, y, batch_size=8, shuffle=False, verbose=0, callbacks=[watch])
    quiet.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    assert [batch for batch, _ in seen] == [0, 1, 2]
    np.testing.assert_allclose(watched.get_weights()[0], quiet.get_weights()[0], rtol=1e-6)
    assert seen[-1][1] == pytest.approx(quiet.history.history["loss"][0], rel=1e-5)


def test_steps_per_execution_calls_hooks_once_for_several_batches():
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(batch)
    )
    x, y = data(40)
    classifier(steps_per_execution=2).fit(x, y, batch_size=10, verbose=0, callbacks=[watch])
    assert seen == [1, 3]


def test_a_class_weight_is_a_sample_weight():
    x, y = data()
    by_class, by_sample = classifier(), classifier()
    by_class.fit(x, y, class_weight={0: 1.0, 1: 3.0}, shuffle=False, verbose=0)
    by_sample.fit(x, y, sample_weight=np.where(y == 1, 3.0, 1.0), shuffle=False, verbose=0)
    np.testing.assert_array_equal(by_class.get_weights()[0], by_sample.get_weights()[0])


def test_validation_split_takes_the_last_samples():
    x, y = data()
    model = classifier()
    history = model.fit(x, y, validation_split=0.25, verbose=0).history
    scores = model.evaluate(x[15:], y[15:], verbose=0, return_dict=True)
    assert history["val_loss"][0] == pytest.approx(scores["loss"], rel=1e-6)


def test_validation_frequency():
    x, y = data()
    history = (
        classifier()
        .fit(x, y, epochs=4, validation_data=(x, y), validation_freq=2, verbose=0)
        .history
    )
    assert len(history["loss"]) == 4 and len(history["val_loss"]) == 2


def test_the_loss_of_an_epoch_is_the_mean_over_samples():
    x, y = data(20)
    model = classifier(optimizer=keras.optimizers.SGD(0.0))
    history = model.fit(x, y, batch_size=8, verbose=0).history
    assert history["loss"][0] == pytest.approx(
        model.evaluate(x, y, batch_size=20, verbose=0)[0], rel=1e-5
    )


def test_predict_joins_batches_in_order():
    x, _ = data()
    model = classifier()
    np.testing.assert_allclose(
        model.predict(x, batch_size=8, verbose=0), model(x).numpy(), rtol=1e-5
    )


def test_predict_returns_the_structure_of_the_outputs():
    i = keras.Input((3,))
    model = keras.Model(i, {"a": keras.layers.Dense(1)(i), "b": [keras.layers.Dense(2)(i)]})
    out = model.predict(data()[0], batch_size=8, verbose=0)
    assert out["a"].shape == (20, 1) and out["b"][0].shape == (20, 2)


def test_two_outputs_with_losses_weights_and_metrics_by_name():
    i = keras.Input((3,))
    outputs = {
        "a": keras.layers.Dense(1, name="a")(i),
        "b": keras.layers.Dense(2, name="b", activation="softmax")(i),
    }
    model = keras.Model(i, outputs)
    model.compile(
        "sgd",
        {"a": "mse", "b": "sparse_categorical_crossentropy"},
        loss_weights={"a": 0.5, "b": 2.0},
        metrics={"b": ["accuracy"]},
    )
    x, y = data()
    logs = model.evaluate(
        x, {"a": y.astype("float32")[:, None], "b": y}, verbose=0, return_dict=True
    )
    assert set(logs) == {"loss", "a_loss", "b_loss", "b_accuracy"}
    assert logs["loss"] == pytest.approx(0.5 * logs["a_loss"] + 2 * logs["b_loss"], rel=1e-5)


def test_stop_training_ends_after_the_epoch():
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    x, y = data()
    assert len(classifier().fit(x, y, epochs=9, verbose=0, callbacks=[Stop()]).history["loss"]) == 2


def test_initial_epoch_counts_on():
    x, y = data()
    assert classifier().fit(x, y, epochs=5, initial_epoch=3, verbose=0).epoch == [3, 4]


def test_steps_per_epoch_cuts_an_endless_generator():
    x, y = data(8)

    def endless():
        while True:
            yield x, y

    history = classifier().fit(endless(), steps_per_epoch=3, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2


def test_a_generator_that_runs_dry_is_named():
    x, y = data()
    with pytest.warns(UserWarning, match="ran out after 3 of 5 steps"):
        classifier().fit(generator(x, y, 8), steps_per_epoch=5, epochs=2, verbose=0)


def test_seeds_make_shuffled_training_repeatable():
    x, y = data()
    runs = []
    for _ in range(2):
        model = classifier()
        model.fit(x, y, epochs=2, batch_size=4, verbose=0)
        runs.append(model.get_weights()[0])
    np.testing.assert_array_equal(*runs)


def test_a_train_step_of_ones_own_is_compiled_too():
    class Doubled(keras.Model):
        def train_step(self, batch):
            logs = super().train_step(batch)
            return {"twice": logs["loss"] * 2, **logs}

    i = keras.Input((3,))
    model = Doubled(i, keras.layers.Dense(2, activation="softmax")(i))
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = model.fit(*data(), verbose=0).history
    assert history["twice"][0] == pytest.approx(2 * history["loss"][0])


@pytest.mark.parametrize(
    ("give", "kind"),
    [
        (lambda x: x, "array"),
        (lambda x: {"x": x}, "dict"),
        (lambda x: [x, x], "tuple"),
        (lambda x: iter([x[:5], x[5:]]), "array"),
        (lambda x: ((part,) for part in (x[:5], x[5:])), "tuple"),
    ],
    ids=["array", "dict", "list", "batches", "tuples"],
)
def test_inputs_alone_come_to_a_train_step_of_ones_own_as_they_are(give, kind):
    class Own(keras.Model):
        def train_step(self, batch):
            seen.append("array" if hasattr(batch, "shape") else type(batch).__name__)
            return {}

    seen = []
    model = Own()
    model.compile("sgd")
    model.built = True
    model.fit(give(data()[0]), verbose=0)
    assert set(seen) == {kind}


def test_inputs_of_several_lengths_without_targets_are_refused():
    x, _ = data()
    with pytest.raises(ValueError, match=r"x: \[19, 20\]\."):
        classifier().predict([x, x[1:]], verbose=0)
    with pytest.raises(ValueError, match=r"x: \[19, 20\]\."):
        classifier().predict({"a": x, "b": x[1:]}, verbose=0)


def test_the_summary_of_train_on_batch_is_a_list_or_a_dict():
    x, y = data()
    model = classifier()
    loss, accuracy = model.test_on_batch(x, y)
    assert model.test_on_batch(x, y, return_dict=True).keys() == {"loss", "accuracy"}
    assert 0 <= accuracy <= 1 and loss > 0


BAD = {
    "lengths differ": (
        lambda m, x, y: m.fit(x, y[:-1], verbose=0),
        ValueError,
        "same number of samples.*20.*19",
    ),
    "no samples": (
        lambda m, x, y: m.fit(x[:0], y[:0], verbose=0),
        ValueError,
        "at least one sample",
    ),
    "wrong features": (lambda m, x, y: m.fit(x[:, :2], y, verbose=0), ValueError, "shape"),
    "text": (
        lambda m, x, y: m.fit(np.full(x.shape, "a"), y, verbose=0),
        TypeError,
        "Strings and numbers",
    ),
    "text for labels": (
        lambda m, x, y: m.fit(x, np.array(["a"] * 20), verbose=0),
        TypeError,
        "`y`: expected an array of numbers",
    ),
    "no targets to evaluate with": (
        lambda m, x, y: m.evaluate(x, verbose=0),
        ValueError,
        "give `y`",
    ),
    "no targets to validate with": (
        lambda m, x, y: m.evaluate((x[k : k + 4] for k in (0, 4)), verbose=0),
        ValueError,
        "give `y`",
    ),
    "one-hot labels": (
        lambda m, x, y: m.fit(x, np.eye(2)[y], verbose=0),
        ValueError,
        "One-hot targets go with `categorical_crossentropy`",
    ),
    "class numbers for a loss of one-hot labels": (
        lambda m, x, y: (m.compile("sgd", "categorical_crossentropy"), m.fit(x, y, verbose=0)),
        ValueError,
        r"`y_true`.*\(20,\).*Class numbers go with `sparse_categorical_crossentropy`",
    ),
    "half a sample": (lambda m, x, y: m.fit(x, y, batch_size=2.5, verbose=0), ValueError, "2.5"),
    "half an epoch": (lambda m, x, y: m.fit(x, y, epochs=1.5, verbose=0), TypeError, "`epochs`"),
    "no steps": (
        lambda m, x, y: m.fit(x, y, steps_per_epoch=0, verbose=0),
        ValueError,
        "`steps_per_epoch`",
    ),
    "unknown verbosity": (lambda m, x, y: m.fit(x, y, verbose="x"), ValueError, "`verbose`"),
    "label out of range": (
        lambda m, x, y: m.fit(x, y + 5, verbose=0),
        ValueError,
        "index < 2|classes",
    ),
    "y beside a generator": (
        lambda m, x, y: m.fit(generator(x, y, 4), y, verbose=0),
        ValueError,
        "brings its own",
    ),
    "batch size": (lambda m, x, y: m.fit(x, y, batch_size=0, verbose=0), ValueError, "batch_size"),
    "split": (
        lambda m, x, y: m.fit(x, y, validation_split=1.5, verbose=0),
        ValueError,
        "between 0 and 1",
    ),
    "unknown argument": (lambda m, x, y: m.evaluate(x, y, verbose=0, step=3), TypeError, "step"),
    "unknown loss": (
        lambda m, x, y: m.compile("sgd", "mean_square_error"),
        ValueError,
        "mean_squared_error",
    ),
    "unknown optimizer": (lambda m, x, y: m.compile("adamm"), ValueError, "adam"),
    "unknown metric": (
        lambda m, x, y: (m.compile("sgd", "mse", metrics=["acuracy"]), m.fit(x, y, verbose=0)),
        ValueError,
        "ccuracy",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_named_and_leaves_the_weights(case):
    call, kind, message = BAD[case]
    model = classifier()
    before = model.get_weights()
    x, y = data()
    with pytest.raises(kind, match=message):
        call(model, x, y)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("wrong", ["q", "o"])
def test_targets_for_an_output_that_is_not_there_are_refused(wrong):
    i = keras.Input((3,))
    outputs = {"one": keras.layers.Dense(1)(i), "two": keras.layers.Dense(1)(i)}
    model = keras.Model(i, outputs)
    model.compile("sgd", "mse")
    x, y = data()
    with pytest.raises(ValueError, match=f"output in `y`: '{wrong}'"):
        model.fit(x, {"one": y, wrong: y}, verbose=0)


def test_training_needs_compile():
    i = keras.Input((3,))
    with pytest.raises(ValueError, match=r"compile\(\)"):
        keras.Model(i, keras.layers.Dense(1)(i)).fit(*data())


@pytest.mark.parametrize("activation", ["relu", None])
def test_a_crossentropy_of_no_probabilities_is_warned_of(activation):
    i = keras.Input((3,))
    model = keras.Model(i, keras.layers.Dense(2, activation=activation)(i))
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.warns(UserWarning, match="softmax"):
        model.fit(*data(), verbose=0)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(*data(), verbose=0)


def test_nothing_but_one_line_an_epoch_is_printed_where_there_is_no_terminal(capsys):
    x, y = data()
    classifier().fit(x, y, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" - ")[0] for line in lines] == ["Epoch 1/2", "1/1", "Epoch 2/2", "1/1"]


def test_the_bar_is_redrawn_in_place(capsys):
    x, y = data()
    classifier().fit(x, y, verbose=1)
    out = capsys.readouterr().out
    assert out.startswith("\r") and "━" in out and out.endswith("\n") and "accuracy:" in out


def test_a_model_class_may_call_a_layer_outputs():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.outputs = keras.layers.Dense(1)

        def call(self, x):
            return self.outputs(x)

    model = Own()
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2), "float32"), np.ones((4, 1), "float32"), verbose=0)
    assert model.outputs.units == 1
