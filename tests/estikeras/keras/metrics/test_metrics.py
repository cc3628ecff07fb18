"""Every metric, by its result after several batches and its config, against the real Keras."""

import numpy as np
import pytest

from estikeras import keras, namespace
from tests.support.arrays import as_array, assert_close, random_array
from tests.support.oracle import real_keras

pytestmark = pytest.mark.oracle
BATCHES, SIZE, CLASSES = 3, 6, 4


def numbers(i):
    return random_array((SIZE, CLASSES), seed=i), random_array((SIZE, CLASSES), seed=i + 50)


def binary(i):
    y_true, y_pred = numbers(i)
    return (y_true > 0.1).astype("float32"), (y_pred + 1) / 2


def one_column(i):
    y_true, y_pred = binary(i)
    return y_true[:, 0], y_pred[:, :1]


def probabilities(i):
    y_true, y_pred = numbers(i)
    y_pred = np.exp(y_pred) / np.exp(y_pred).sum(-1, keepdims=True)
    return np.eye(CLASSES, dtype="float32")[y_true.argmax(-1)], y_pred


def sparse(i):
    y_true, y_pred = probabilities(i)
    return y_true.argmax(-1).astype("int32"), y_pred


def sparse_column(i):
    y_true, y_pred = sparse(i)
    return y_true[:, None], y_pred


def sequences(i):
    y_pred = random_array((SIZE, 5, CLASSES), "float32", seed=i)
    return random_array((SIZE, 5), "int32", seed=i), y_pred


def positive(i):
    return tuple(np.abs(x) + 0.1 for x in numbers(i))


def labels(i):
    return sparse(i)[0], random_array((SIZE,), "int32", seed=i + 9)


def sorted_ids(i):
    return sparse(i)[0], np.argsort(-numbers(i)[1], axis=-1).astype("int32")


# Class, its arguments, the batches' data.
ROWS = [
    ("Accuracy", {}, labels),
    ("BinaryAccuracy", {}, binary),
    ("BinaryAccuracy", {"threshold": 0.7}, one_column),
    ("CategoricalAccuracy", {}, probabilities),
    ("SparseCategoricalAccuracy", {}, sparse),
    ("SparseCategoricalAccuracy", {}, sparse_column),
    ("SparseCategoricalAccuracy", {}, sequences),
    ("TopKCategoricalAccuracy", {"k": 2}, probabilities),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, sparse),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, sequences),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, sorted_ids),
    ("MeanSquaredError", {}, numbers),
    ("MeanAbsoluteError", {}, numbers),
    ("MeanAbsolutePercentageError", {}, numbers),
    ("MeanSquaredLogarithmicError", {}, positive),
    ("RootMeanSquaredError", {}, numbers),
    ("CosineSimilarity", {}, numbers),
    ("LogCoshError", {}, numbers),
    ("R2Score", {}, numbers),
    ("R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 2}, numbers),
    ("R2Score", {"class_aggregation": None}, numbers),
    ("Hinge", {}, numbers),
    ("SquaredHinge", {}, binary),
    ("CategoricalHinge", {}, probabilities),
    ("KLDivergence", {}, binary),
    ("Poisson", {}, positive),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, binary),
    ("BinaryCrossentropy", {"from_logits": True}, lambda i: (binary(i)[0], numbers(i)[1])),
    ("CategoricalCrossentropy", {}, probabilities),
    ("SparseCategoricalCrossentropy", {}, sparse),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, sequences),
    ("PearsonCorrelation", {}, numbers),
    ("ConcordanceCorrelation", {}, numbers),
    ("TruePositives", {}, binary),
    ("FalsePositives", {"thresholds": [0.2, 0.6]}, binary),
    ("TrueNegatives", {}, one_column),
    ("FalseNegatives", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, binary),
    ("Precision", {}, binary),
    ("Precision", {"top_k": 2}, binary),
    ("Precision", {"thresholds": [0.1, 0.9], "class_id": 1}, binary),
    ("Recall", {}, one_column),
    ("Recall", {"thresholds": 0.3}, binary),
    ("Recall", {"top_k": 1, "class_id": 2}, binary),
    ("PrecisionAtRecall", {"recall": 0.5}, one_column),
    ("RecallAtPrecision", {"precision": 0.4, "num_thresholds": 50}, binary),
    ("SensitivityAtSpecificity", {"specificity": 0.5, "class_id": 1}, binary),
    ("SpecificityAtSensitivity", {"sensitivity": 0.5, "num_thresholds": 1}, binary),
    ("AUC", {}, one_column),
    ("AUC", {"curve": "PR"}, binary),
    ("AUC", {"curve": "PR", "summation_method": "majoring", "num_thresholds": 11}, binary),
    ("AUC", {"curve": "PRGAIN"}, binary),
    ("AUC", {"summation_method": "minoring", "thresholds": [0.2, 0.5, 0.6]}, binary),
    ("AUC", {"multi_label": True}, binary),
    ("AUC", {"multi_label": True, "num_labels": CLASSES, "thresholds": [0.1, 0.5]}, binary),
    ("AUC", {"multi_label": True, "curve": "PR", "label_weights": [1.0, 2.0, 0.5, 0.0]}, binary),
    ("AUC", {"from_logits": True}, lambda i: (binary(i)[0], numbers(i)[1])),
    ("F1Score", {}, probabilities),
    ("F1Score", {"average": "micro", "threshold": 0.3}, binary),
    ("F1Score", {"average": "macro"}, binary),
    ("FBetaScore", {"average": "weighted", "beta": 2.0, "threshold": 0.5}, binary),
    ("IoU", {"num_classes": CLASSES, "target_class_ids": [0, 2]}, labels),
    ("IoU", {"num_classes": CLASSES, "target_class_ids": [1], "sparse_y_pred": False}, sparse),
    ("MeanIoU", {"num_classes": CLASSES, "ignore_class": 1}, labels),
    ("MeanIoU", {"num_classes": 3}, labels),
    ("BinaryIoU", {"threshold": 0.6}, binary),
    ("OneHotIoU", {"num_classes": CLASSES, "target_class_ids": [0, 3]}, probabilities),
    ("OneHotMeanIoU", {"num_classes": CLASSES}, probabilities),
]
NAMES = [f"{name}-{number}" for number, (name, _, _) in enumerate(ROWS)]
rows = pytest.mark.parametrize(("name", "kwargs", "data"), ROWS, ids=NAMES)
# These count in integers, and take no weights.
UNWEIGHTED = ("IoU", "MeanIoU", "BinaryIoU", "OneHotIoU", "OneHotMeanIoU")


def pair(name, kwargs):
    """The metric of ours and the real one, under one name."""
    return tuple(getattr(k.metrics, name)(name="metric", **kwargs) for k in (keras, real_keras()))


def test_every_metric_has_a_row():
    classes = {
        name
        for name in namespace.names("keras.metrics")
        if isinstance(getattr(keras.metrics, name), type)
    }
    others = {"Metric", "Mean", "Sum", "MeanMetricWrapper"}
    assert classes - {name for name, _, _ in ROWS} == others


@pytest.mark.parametrize(
    ("name", "kwargs", "data", "weighted"),
    [
        pytest.param(*row, weighted, id=f"{name}-{weighted}")
        for row, name in zip(ROWS, NAMES, strict=True)
        for weighted in (False, True)
        if not (weighted and row[0] in UNWEIGHTED)
    ],
)
def test_results(name, kwargs, data, weighted):
    metrics = pair(name, kwargs)
    for batches in (BATCHES, 1):
        for i in range(batches):
            weight = random_array((SIZE,), seed=i, low=0.2, high=2.0) if weighted else None
            results = [metric(*data(i), weight) for metric in metrics]
            assert_close(*results, tolerance=2e-5)
        for metric in metrics:
            metric.reset_state()


@rows
def test_configs(name, kwargs, data):
    ours, real = pair(name, kwargs)
    expected = real_keras().metrics.serialize(real)
    if isinstance(expected["config"].get("label_weights"), dict):
        expected["config"]["label_weights"] = kwargs["label_weights"]
    got = keras.metrics.serialize(ours)
    assert got == expected
    assert keras.metrics.deserialize(got).get_config() == ours.get_config()
    assert ours._direction == getattr(real, "_direction", None)


@rows
def test_variables(name, kwargs, data):
    ours, real = pair(name, kwargs)
    for metric in (ours, real):
        metric.update_state(*data(0))
    described = [[(v.path, tuple(v.shape), v.dtype) for v in m.variables] for m in (ours, real)]
    assert described[0] == described[1]


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@pytest.mark.parametrize(
    ("shape", "weight_shape"),
    [  # weights have no more axes than values
        (shape, weight_shape)
        for shape in [(), (4,), (4, 3), (4, 3, 2)]
        for weight_shape in [None, (), (4,), (4, 1), (4, 3)]
        if weight_shape is None or len(weight_shape) <= len(shape)
    ],
)
def test_reductions(name, shape, weight_shape):
    metrics = pair(name, {})
    for i in range(2):
        values = random_array(shape, seed=i)
        weight = (
            None if weight_shape is None else random_array(weight_shape, seed=i, low=0.1, high=1)
        )
        results = [metric(values, weight) for metric in metrics]
        assert_close(*results)


def test_wrapped_functions():
    def distance(y_true, y_pred, power):
        return abs(y_true - y_pred) ** power

    metric = keras.metrics.MeanMetricWrapper(distance, name="apart", power=2.0)
    y_true, y_pred = numbers(0)
    assert_close(metric(y_true, y_pred), ((y_true - y_pred) ** 2).mean(), dtype="float32")
    with keras.saving.custom_object_scope({"distance": distance}):
        again = keras.metrics.MeanMetricWrapper.from_config(metric.get_config())
    assert_close(again(y_true, y_pred), metric.result())


def test_masks_of_predictions():
    results = []
    y_true, y_pred = sequences(0)
    mask = np.arange(5) < np.arange(SIZE)[:, None]
    for k in (keras, real_keras()):
        prediction = k.ops.convert_to_tensor(y_pred)
        prediction._keras_mask = k.ops.convert_to_tensor(mask)
        results.append(k.metrics.SparseCategoricalAccuracy()(y_true, prediction))
    assert_close(*results)


def test_stateless_methods_leave_the_state():
    metric = keras.metrics.Mean()
    metric.update_state([1.0, 2.0])
    new = metric.stateless_update_state([10.0, 2.0], [4.0])
    assert [float(v) for v in new] == [14.0, 3.0]
    assert float(metric.stateless_result([6.0, 4.0])) == 1.5
    assert [float(v) for v in metric.stateless_reset_state()] == [0.0, 0.0]
    assert float(metric.result()) == 1.5


def test_own_metrics_and_their_parts():
    class Both(keras.metrics.Metric):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.mean = keras.metrics.Mean()
            self.seen = self.add_weight(name="seen")

        def update_state(self, values):
            self.mean.update_state(values)
            self.seen.assign_add(1.0)

        def result(self):
            return {"mean": self.mean.result(), "seen": self.seen.value}

    metric = Both(name="both")
    got = metric([1.0, 3.0])
    assert {key: float(value) for key, value in got.items()} == {"mean": 2.0, "seen": 1.0}
    assert [v.path for v in metric.variables] == ["both/seen", "mean/total", "mean/count"] or len(
        metric.variables
    ) == 3
    metric.reset_state()
    assert all(float(v) == 0 for v in metric.variables)


def test_traced_updates():
    metric, real = pair("AUC", {"num_thresholds": 20})
    update = keras_function(lambda y_true, y_pred: metric.update_state(y_true, y_pred))
    for i in range(BATCHES):
        update(*(keras.ops.convert_to_tensor(x) for x in binary(i)))
        real.update_state(*binary(i))
    assert_close(metric.result(), real.result())


def keras_function(python_function):
    import estikeras

    return estikeras.function(python_function)


@pytest.mark.parametrize(
    "name",
    [
        "mse",
        "MAE",
        "bce",
        "auc",
        "mean_squared_error",
        "SparseTopKCategoricalAccuracy",
        "io_u",
        "accuracy",
    ],
)
def test_get_as_the_reference(name):
    if name == "io_u":
        with pytest.raises(TypeError):
            keras.metrics.get(name)
        return
    ours, real = keras.metrics.get(name), real_keras().metrics.get(name)
    assert type(ours).__name__ == type(real).__name__


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: keras.metrics.get("presision"), "precision"),
        (lambda: keras.metrics.Precision(thresholds=1.5), "thresholds"),
        (lambda: keras.metrics.AUC(curve="X"), "curve"),
        (lambda: keras.metrics.AUC(num_thresholds=1), "num_thresholds"),
        (lambda: keras.metrics.AUC(num_labels=3), "multi_label"),
        (lambda: keras.metrics.F1Score(average="x"), "average"),
        (lambda: keras.metrics.PrecisionAtRecall(1.5), "recall"),
        (lambda: keras.metrics.IoU(2, [2]), "target_class_ids"),
        (lambda: keras.metrics.R2Score(num_regressors=-1), "num_regressors"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_float_weights_of_integer_counts_warn():
    metric = keras.metrics.MeanIoU(num_classes=CLASSES)
    with pytest.warns(UserWarning, match="integers"):
        metric.update_state(*labels(0), sample_weight=np.ones(SIZE))


def test_forgotten_super_call():
    class Wrong(keras.metrics.Metric):
        def __init__(self):
            self.total = self.add_variable((), "zeros")

    with pytest.raises(RuntimeError, match="super"):
        Wrong()


def test_function_results_have_the_shape_of_the_labels():
    assert as_array(keras.metrics.sparse_top_k_categorical_accuracy(*sequences(0))).shape == (
        SIZE,
        5,
    )
