"""TensorFlow 1's functions that make the parts of its estimators for model functions."""

from estikeras import errors
from estikeras.engine import context
from estikeras.estimator.canned.dnn import network
from estikeras.estimator.canned.linear import sums_of_weights
from estikeras.estimator.canned.summaries import summarize_layer, summarize_linear
from estikeras.estimator.canned.v1.training import check_partitioner
from estikeras.public import public


@public("compat.v1.estimator.experimental.dnn_logit_fn_builder")
def dnn_logit_fn_builder(
    units,
    hidden_units,
    feature_columns,
    activation_fn,
    dropout,
    input_layer_partitioner,
    batch_norm,
):
    """A function that makes the network of `DNNEstimator` in a model function, with variables in
    the scope that is open there.

    Args:
        units: int, the size of the logits.
        hidden_units: list of int, the sizes of the hidden layers.
        feature_columns: iterable of dense columns.
        activation_fn: activation of the hidden layers, a function or its name.
        dropout: part of the hidden layers' values that training leaves out, or None.
        input_layer_partitioner: must be None.
        batch_norm: whether each hidden layer is normalized over the batch.

    Returns:
        A function of `features` and `mode` to logits.

    Raises:
        ValueError: for `units` that are no int.
    """
    _check_units(units)
    check_partitioner(input_layer_partitioner)
    options = (units, hidden_units, feature_columns, activation_fn, dropout, batch_norm)

    def dnn_logit_fn(features, mode):
        logits, _, activations = network(features, mode, *options)
        scope = context.current_path() or "dnn"
        for name, values in activations.items():
            summarize_layer(f"{scope}/{name}", values)
        return logits

    return dnn_logit_fn


@public("compat.v1.estimator.experimental.linear_logit_fn_builder")
def linear_logit_fn_builder(units, feature_columns, sparse_combiner="sum"):
    """A function that makes the model of `LinearEstimator` in a model function, with variables in
    the scope that is open there.

    Args:
        units: int, the size of the logits.
        feature_columns: iterable of dense and categorical columns.
        sparse_combiner: how the weights of an example's categories of a column are combined: "sum",
            "mean" or "sqrtn".

    Returns:
        A function of `features` to logits.

    Raises:
        ValueError: for `units` that are no int.
    """
    _check_units(units)

    def linear_logit_fn(features):
        logits, model = sums_of_weights(features, units, feature_columns, sparse_combiner)
        summarize_linear(model)
        return logits

    return linear_logit_fn


def _check_units(units):
    if not isinstance(units, int):
        raise errors.invalid("units", got=units, expected="an int")
