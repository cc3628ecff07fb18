"""What canned estimators write down of their layers."""

from estikeras import ops
from estikeras.compat.summary import histogram, scalar


def summarize_layer(name, values):
    """How many of a layer's values are 0, and how they are distributed."""
    scalar(f"{name}/fraction_of_zero_values", _zeros(values) / ops.size(values))
    histogram(f"{name}/activation", values)


def summarize_linear(model, scope=""):
    """A LinearModel's bias, and how many of its weights are 0; `scope` stands before the names."""
    bias = model.bias
    if bias.shape[0] > 1:
        histogram(f"{scope}bias", bias)
    else:
        scalar(f"{scope}bias", bias[0])
    weights = [v for v in model.variables if v is not bias]
    zeros = sum(_zeros(weight) for weight in weights)
    scalar(f"{scope}fraction_of_zero_weights", zeros / sum(weight.size for weight in weights))


def _zeros(x):
    return ops.sum(ops.cast(ops.equal(x, 0.0), "float32"))
