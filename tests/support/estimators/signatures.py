"""The arguments of public names below `tf.estimator` and `tf.compat.v1.estimator`."""

import inspect
import operator

NAMES = [
    "BinaryClassHead",
    "MultiClassHead",
    "MultiLabelHead",
    "RegressionHead",
    "PoissonRegressionHead",
    "LogisticRegressionHead",
    "MultiHead",
    "Head.create_estimator_spec",
    "Head.loss",
    "Head.predictions",
    "Head.metrics",
    "Head.update_metrics",
    "DNNClassifier",
    "DNNRegressor",
    "DNNEstimator",
    "LinearClassifier",
    "LinearRegressor",
    "LinearEstimator",
    "DNNLinearCombinedClassifier",
    "DNNLinearCombinedRegressor",
    "DNNLinearCombinedEstimator",
    "BaselineClassifier",
    "BaselineRegressor",
    "BaselineEstimator",
    "experimental.RNNClassifier",
    "experimental.RNNEstimator",
    "experimental.LinearSDCA",
    "add_metrics",
    "classifier_parse_example_spec",
    "regressor_parse_example_spec",
]
_CANNED = [name for name in NAMES if name.startswith(("DNN", "Linear", "Baseline"))]
NAMES = [f"estimator.{name}" for name in [*NAMES, "experimental.call_logit_fn"]]
NAMES += [f"compat.v1.estimator.{name}" for name in _CANNED]
NAMES += [
    "compat.v1.estimator.experimental.dnn_logit_fn_builder",
    "compat.v1.estimator.experimental.linear_logit_fn_builder",
    "compat.v1.feature_column.shared_embedding_columns",
]


def of(name, tf):
    """Pairs of an argument and its default: a string, number or None, else what kind of thing."""
    parameters = inspect.signature(operator.attrgetter(name)(tf)).parameters
    return [[p.name, _default(p.default)] for p in parameters.values()]


def _default(value):
    if value is inspect.Parameter.empty:
        return "<none>"
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.name if hasattr(value, "as_numpy_dtype") else f"<{getattr(value, '__name__', '')}>"
