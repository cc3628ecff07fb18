"""Canned estimators with data, each made by a function of `tf` and a folder."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.support.estimators.heads import wave

ROWS, BATCH, STEPS = 24, 8, 50


@dataclass
class EstimatorCase:
    """An estimator, and what it learns.

    Attributes:
        name: of the case.
        make: function of `tf` and keyword arguments of every estimator, such as `model_dir`.
        labels: the labels, an array or a dict of them.
        features: names of features among `DATA`; the reference's baselines take only one.
        sparse: names of features that the reference wants as SparseTensors.
        predicts: whether predictions are compared.
        eval_batch: size of the batches in evaluation.
        batch: size of the batches in training.
        has_losses: whether the losses of steps are compared.
    """

    name: str
    make: object
    labels: object
    features: tuple = ("age", "pair", "word", "weight")
    sparse: tuple = ()
    predicts: bool = False
    eval_batch: int = ROWS
    batch: int = BATCH
    has_losses: bool = True

    def batches(self, tf, training):
        """A Dataset for training, without end, or one for evaluation."""
        features = {name: DATA[name] for name in self.features}
        rows = tf.data.Dataset.from_tensor_slices((features, self.labels))
        rows = rows.repeat().batch(self.batch) if training else rows.batch(self.eval_batch)
        if not self.sparse:
            return rows

        def as_sparse(features, labels):
            made = {name: tf.sparse.from_dense(features[name]) for name in self.sparse}
            return {**features, **made}, labels

        return rows.map(as_sparse)


_NUMBERS = np.arange(ROWS)
_WORDS = np.array([b"red", b"green", b"blue", b"grey"])
DATA = {
    "age": 40 + 20 * wave((ROWS, 1), "age"),
    "pair": wave((ROWS, 2), "pair"),
    "word": _WORDS[_NUMBERS * 5 % 7 % 4],
    "name": np.array([b"row %d" % number for number in _NUMBERS]),
    "weight": 1.25 + wave((ROWS, 1), "weight"),
    "importance": 1.5 + wave((ROWS, 4), "importance"),
    # Ends of sequences are 0 and "", and the numbers in them are never 0.
    "steps": np.where(np.arange(4) <= _NUMBERS[:, None] % 4, 1.5 + wave((ROWS, 4), "steps"), 0),
    "words": np.where(
        np.arange(4) <= _NUMBERS[:, None] % 4, _WORDS[(_NUMBERS[:, None] + np.arange(4)) % 4], b""
    ),
}
DATA["steps"] = DATA["steps"].astype("float32")
TWO = (_NUMBERS * 3 % 5 % 2).reshape(-1, 1)
THREE = (_NUMBERS * 5 % 7 % 3).reshape(-1, 1)
NAMES = np.array([b"x", b"y", b"z"])[THREE]
REAL = 2 * wave((ROWS, 1), "labels")
PAIRS = wave((ROWS, 2), "labels")
COUNTS = (_NUMBERS % 4).reshape(-1, 1)


def _numeric(tf):
    fc = tf.feature_column
    age = fc.numeric_column("age", normalizer_fn=lambda x: x / 50.0)
    return [age, fc.numeric_column("pair", shape=(2,))]


def _words(tf):
    fc = tf.feature_column
    return fc.categorical_column_with_vocabulary_list("word", ["red", "green"], num_oov_buckets=1)


def dense(tf):
    fc = tf.feature_column
    return [
        *_numeric(tf),
        fc.indicator_column(_words(tf)),
        fc.embedding_column(fc.categorical_column_with_hash_bucket("word", 5), 3),
    ]


def wide(tf):
    fc = tf.feature_column
    ages = fc.bucketized_column(fc.numeric_column("age"), [30.0, 45.0, 55.0])
    return [ages, _words(tf), fc.crossed_column([ages, "word"], 16)]


# The reference takes the examples of a batch in an order of chance, so there is one in each.
# Whether it gives the loss before or after a step is chance, too.
DUAL = {"features": ("name", "age", "pair", "word", "weight"), "batch": 1, "has_losses": False}


def dual(tf, **options):
    return tf.estimator.experimental.LinearSDCA("name", **options)


def _sequences(tf):
    fc = tf.feature_column
    words = fc.sequence_categorical_column_with_vocabulary_list("words", ["red", "green", "blue"])
    return [fc.sequence_numeric_column("steps"), fc.embedding_column(words, 2)]


_SEQUENCES = {"features": ("steps", "words", "age"), "sparse": ("steps", "words")}


CASES = [
    EstimatorCase(
        "deep, two classes",
        lambda tf, **kw: tf.estimator.DNNClassifier(
            [5, 3], dense(tf), weight_column="weight", **kw
        ),
        TWO,
        predicts=True,
        eval_batch=10,
    ),
    EstimatorCase(
        "deep, normalized, three named classes",
        lambda tf, **kw: tf.estimator.DNNClassifier(
            [4, 4],
            _numeric(tf),
            n_classes=3,
            label_vocabulary=["x", "y", "z"],
            batch_norm=True,
            optimizer="Adam",
            **kw,
        ),
        NAMES,
        predicts=True,
    ),
    EstimatorCase(
        "deep, pairs of numbers",
        lambda tf, **kw: tf.estimator.DNNRegressor(
            [4],
            _numeric(tf),
            label_dimension=2,
            activation_fn=tf.nn.tanh,
            optimizer="RMSProp",
            loss_reduction="sum",
            **kw,
        ),
        PAIRS,
        predicts=True,
    ),
    EstimatorCase(
        "deep, several heads",
        lambda tf, **kw: tf.estimator.DNNEstimator(
            tf.estimator.MultiHead(
                [
                    tf.estimator.BinaryClassHead(name="two"),
                    tf.estimator.PoissonRegressionHead(name="count"),
                ]
            ),
            [4],
            _numeric(tf),
            optimizer="SGD",
            **kw,
        ),
        {"two": TWO, "count": COUNTS.astype("float32")},
    ),
    EstimatorCase(
        "linear, two classes",
        lambda tf, **kw: tf.estimator.LinearClassifier([*_numeric(tf), *wide(tf)], **kw),
        TWO,
        predicts=True,
    ),
    EstimatorCase(
        "linear, three classes",
        lambda tf, **kw: tf.estimator.LinearClassifier(
            [*_numeric(tf), *wide(tf)], n_classes=3, optimizer=None, **kw
        ),
        THREE,
    ),
    EstimatorCase(
        "linear, numbers",
        lambda tf, **kw: tf.estimator.LinearRegressor(
            dense(tf),
            weight_column="weight",
            optimizer="Adagrad",
            sparse_combiner="mean",
            **kw,
        ),
        REAL,
    ),
    EstimatorCase(
        "linear, probabilities",
        lambda tf, **kw: tf.estimator.LinearEstimator(
            tf.estimator.LogisticRegressionHead(), wide(tf), **kw
        ),
        TWO * 0.75,
    ),
    EstimatorCase(
        "linear by its dual, two classes",
        lambda tf, **kw: tf.estimator.LinearClassifier(
            [*_numeric(tf), *wide(tf)],
            optimizer=dual(tf, symmetric_l1_regularization=0.1),
            weight_column="weight",
            **kw,
        ),
        TWO,
        predicts=True,
        **DUAL,
    ),
    EstimatorCase(
        "linear by its dual, numbers",
        lambda tf, **kw: tf.estimator.LinearRegressor(
            [*_numeric(tf), _words(tf)],
            optimizer=dual(tf, num_loss_partitions=2, num_table_shards=2, adaptive=True),
            **kw,
        ),
        REAL,
        **DUAL,
    ),
    EstimatorCase(
        "wide and deep, two classes",
        lambda tf, **kw: tf.estimator.DNNLinearCombinedClassifier(
            linear_feature_columns=wide(tf),
            dnn_feature_columns=dense(tf),
            dnn_hidden_units=[4, 3],
            **kw,
        ),
        TWO,
        predicts=True,
    ),
    EstimatorCase(
        "wide alone, numbers",
        lambda tf, **kw: tf.estimator.DNNLinearCombinedRegressor(
            linear_feature_columns=wide(tf), linear_optimizer="Adam", **kw
        ),
        REAL,
    ),
    EstimatorCase(
        "wide and deep, several labels",
        lambda tf, **kw: tf.estimator.DNNLinearCombinedEstimator(
            tf.estimator.MultiLabelHead(2),
            linear_feature_columns=wide(tf),
            dnn_feature_columns=_numeric(tf),
            dnn_hidden_units=[3],
            dnn_optimizer="Ftrl",
            batch_norm=True,
            **kw,
        ),
        np.concatenate([TWO, THREE % 2], 1),
    ),
    EstimatorCase(
        "baseline, three classes",
        lambda tf, **kw: tf.estimator.BaselineClassifier(n_classes=3, **kw),
        THREE,
        features=("age",),
        predicts=True,
    ),
    EstimatorCase(
        "baseline, numbers",
        lambda tf, **kw: tf.estimator.BaselineRegressor(optimizer="SGD", **kw),
        REAL,
        features=("age",),
    ),
    EstimatorCase(
        "deep in TensorFlow 1",
        lambda tf, **kw: tf.compat.v1.estimator.DNNClassifier(
            [5, 3], dense(tf), weight_column="weight", batch_norm=True, **kw
        ),
        TWO,
        predicts=True,
    ),
    EstimatorCase(
        "linear in TensorFlow 1",
        lambda tf, **kw: tf.compat.v1.estimator.LinearClassifier(
            [*_numeric(tf), *wide(tf)],
            n_classes=3,
            weight_column="weight",
            loss_reduction=tf.compat.v1.losses.Reduction.MEAN,
            optimizer="Adam",
            **kw,
        ),
        THREE,
    ),
    EstimatorCase(
        "wide and deep in TensorFlow 1",
        lambda tf, **kw: tf.compat.v1.estimator.DNNLinearCombinedRegressor(
            linear_feature_columns=wide(tf),
            linear_optimizer=tf.compat.v1.train.AdamOptimizer(0.01),
            dnn_feature_columns=_numeric(tf),
            dnn_hidden_units=[4],
            dnn_optimizer=lambda: tf.compat.v1.train.RMSPropOptimizer(0.01),
            label_dimension=2,
            **kw,
        ),
        PAIRS,
    ),
    EstimatorCase(
        "baseline in TensorFlow 1",
        lambda tf, **kw: tf.compat.v1.estimator.BaselineClassifier(**kw),
        TWO,
        features=("age",),
    ),
    EstimatorCase(
        "recurrent, two layers",
        lambda tf, **kw: tf.estimator.experimental.RNNClassifier(
            _sequences(tf), _numeric(tf)[:1], units=[3, 2], cell_type="lstm", n_classes=3, **kw
        ),
        THREE,
        predicts=True,
        **_SEQUENCES,
    ),
    EstimatorCase(
        "recurrent, one layer",
        lambda tf, **kw: tf.estimator.experimental.RNNEstimator(
            tf.estimator.RegressionHead(), _sequences(tf), units=3, cell_type="gru", **kw
        ),
        REAL,
        **_SEQUENCES,
    ),
    EstimatorCase(
        "recurrent, each step",
        lambda tf, **kw: tf.estimator.experimental.RNNClassifier(
            _sequences(tf),
            units=[3],
            return_sequences=True,
            n_classes=3,
            optimizer="Adam",
            weight_column="importance",
            label_vocabulary=["x", "y", "z"],
            **kw,
        ),
        np.array([b"x", b"y", b"z"])[(_NUMBERS[:, None] + np.arange(4)) % 3],
        predicts=True,
        features=("steps", "words", "importance"),
        sparse=("steps", "words"),
    ),
]


def losses_hook(tf):
    """A hook with the list `losses` of what each step lost."""

    class Losses(tf.compat.v1.train.SessionRunHook):
        """Fetches the loss of each step."""

        def __init__(self):
            self.losses = []

        def begin(self):
            """Find the loss of the graph."""
            keys = tf.compat.v1.GraphKeys
            self._loss = tf.compat.v1.get_collection(keys.LOSSES)[-1]

        def before_run(self, run_context):
            """Ask for it."""
            return tf.compat.v1.train.SessionRunArgs(self._loss)

        def after_run(self, run_context, run_values):
            """Keep it."""
            self.losses.append(float(run_values.results))

    return Losses()


def trained(case, tf, folder, steps=STEPS):
    """Train an estimator in a folder, evaluate it, and predict.

    Returns:
        A dict with `tags` of summaries, `losses`, and what `measured` gives.
    """
    estimator = case.make(tf, model_dir=str(folder))
    hook = losses_hook(tf)
    estimator.train(lambda: case.batches(tf, True), hooks=[hook], steps=steps)
    return {"tags": tags(tf, folder), "losses": hook.losses, **measured(case, tf, estimator)}


def measured(case, tf, estimator):
    """Evaluate an estimator, and predict.

    Returns:
        A dict with `metrics` and `predictions`.
    """
    metrics = estimator.evaluate(lambda: case.batches(tf, False))
    predictions = {}
    if case.predicts:
        made = list(estimator.predict(lambda: case.batches(tf, False)))
        for key in made[0]:
            predictions[key] = [_text(row[key]) for row in made[:6]]
    return {
        "metrics": {key: float(value) for key, value in sorted(metrics.items())},
        "predictions": predictions,
    }


def assert_as_recorded(made, recorded):
    """Fail unless metrics and predictions are those that were recorded."""
    assert made["metrics"] == pytest.approx(recorded["metrics"], rel=5e-5, abs=5e-6)
    assert list(made["predictions"]) == list(recorded["predictions"])
    for key, values in recorded["predictions"].items():
        if np.asarray(values).dtype.kind == "U":
            assert made["predictions"][key] == values
        else:
            np.testing.assert_allclose(made["predictions"][key], values, rtol=1e-4, atol=3e-5)


def sums(tf, folder):
    """The sum of each variable in the last checkpoint of a folder, by its name."""
    reader = tf.train.load_checkpoint(str(folder))
    names = sorted(reader.get_variable_to_shape_map())
    return {name: float(reader.get_tensor(name).astype("float64").sum()) for name in names}


def tags(tf, folder):
    """The sorted tags of summaries in the event files of a folder, without the measured speed."""
    found = set()
    for file in sorted(Path(folder).glob("*tfevents*")):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            found.update(value.tag for value in event.summary.value)
    return sorted(found - {"global_step/sec"})


def _text(array):
    array = np.asarray(array)
    if array.dtype.kind in "OS":
        return np.vectorize(bytes.decode, otypes=[object])(array).tolist()
    return array.tolist()
