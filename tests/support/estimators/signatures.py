"""The arguments of public names below `tf.estimator`."""

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


def of(name, tf):
    """Pairs of an argument and its default: a string, number or None, else what kind of thing."""
    parameters = inspect.signature(operator.attrgetter(name)(tf.estimator)).parameters
    return [[p.name, _default(p.default)] for p in parameters.values()]


def _default(value):
    if value is inspect.Parameter.empty:
        return "<none>"
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.name if hasattr(value, "as_numpy_dtype") else f"<{getattr(value, '__name__', '')}>"
