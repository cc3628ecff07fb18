"""A warning for a frequent mistake: a cross-entropy of outputs that are no probabilities."""

import warnings

_NO_PROBABILITIES = (
    "linear",
    "relu",
    "relu6",
    "tanh",
    "elu",
    "selu",
    "gelu",
    "silu",
    "swish",
    "leaky_relu",
    "softplus",
)
_LOSSES = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "binary_crossentropy",
    "categoricalcrossentropy",
    "sparsecategoricalcrossentropy",
    "binarycrossentropy",
)


def warn_of_improbable_outputs(model):
    """Warn if the loss takes probabilities and the last layer's activation gives none."""
    loss, layer = model.loss, _last_layer(model)
    if loss is None or layer is None:
        return
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    from_logits = getattr(loss, "from_logits", False) or (
        getattr(loss, "_fn_kwargs", None) or {}
    ).get("from_logits")
    if name.lower() not in _LOSSES or from_logits:
        return
    activation = getattr(getattr(layer, "activation", None), "__name__", None)
    if activation in _NO_PROBABILITIES:
        right = "sigmoid" if "binary" in name else "softmax"
        warnings.warn(
            f"The loss {name!r} expects probabilities, and the last layer {layer.name!r} with "
            f"activation {activation!r} "
            f"gives none: training may stand still. Write activation={right!r} there, or leave "
            "the activation out and "
            "give the loss `from_logits=True`.",
            stacklevel=3,
        )


def _last_layer(model):
    """The layer that makes the one output, or None if that is not known."""
    outputs = getattr(model, "outputs", None)
    if isinstance(outputs, list) and outputs:  # of a class of the user's it may be anything
        return outputs[0]._keras_history.operation if len(outputs) == 1 else None
    is_sequential = hasattr(model, "add") and hasattr(model, "pop")
    return model.layers[-1] if is_sequential and model.layers else None
