"""Models of the same architecture with weights of their own."""

from estikeras import errors
from estikeras.engine import tree
from estikeras.engine.operation import FunctionOperation, KerasTensor, Operation
from estikeras.keras.layers.core.input_layer import InputLayer
from estikeras.keras.layers.layer import Layer
from estikeras.keras.models.functional import Functional, functional_like
from estikeras.keras.models.model import Model
from estikeras.keras.models.sequential import Sequential
from estikeras.public import public


@public("keras.models.clone_model")
def clone_model(
    model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs
):
    """A model with the same layers and fresh weights.

    Args:
        model: a functional, Sequential or subclassed model.
        input_tensors: KerasTensors to use as inputs, in the structure of the model's.
        clone_function: function from a layer to the layer that takes its place; by default the
            config is copied.
        call_function: function `(layer, *args, **kwargs)` that calls the new layers, for functional
            models.
        recursive: whether inner models are cloned layer by layer too.
        **kwargs: none.

    Returns:
        A model.

    Raises:
        ValueError: if an argument does not go with the kind of the model.
    """
    kwargs.pop("cache", None)
    if kwargs:
        raise errors.invalid("clone_model", got=list(kwargs), expected="no such argument")
    if not isinstance(model, Model):
        raise errors.wrong_type("model", got=model, expected="a keras.Model")
    clone = _cloner(clone_function, recursive)
    if isinstance(model, Sequential):
        if call_function is not None:
            raise errors.invalid(
                "call_function", got=call_function, expected="None for a Sequential model"
            )
        return _clone_sequential(model, clone, input_tensors)
    if isinstance(model, Functional) and functional_like(type(model)):
        return _clone_functional(model, clone, input_tensors, call_function)
    if clone_function is not None or input_tensors is not None or recursive:
        raise errors.invalid(
            "model",
            got=model,
            expected="a functional or Sequential model for `clone_function`, "
            "`input_tensors`, `recursive`",
        )
    return type(model).from_config(model.get_config())


def _cloner(clone_function, recursive):
    def clone(layer):
        if recursive and isinstance(layer, Functional | Sequential):
            return clone_model(layer, clone_function=clone_function, recursive=True)
        if clone_function is not None and not isinstance(layer, InputLayer):
            return clone_function(layer)
        return type(layer).from_config(layer.get_config())

    return clone


def _clone_sequential(model, clone, input_tensors):
    if input_tensors is not None:
        flat = tree.flatten(input_tensors)
        if len(flat) != 1 or not isinstance(flat[0], KerasTensor):
            raise errors.invalid("input_tensors", got=input_tensors, expected="one KerasTensor")
        x = flat[0]
        inputs = InputLayer(batch_shape=x.shape, dtype=x.dtype)
        return Sequential(
            [inputs, *(clone(layer) for layer in model.layers)],
            name=model.name,
            trainable=model.trainable,
        )
    layers = [clone(layer) for layer in model._layers]
    return Sequential(layers, name=model.name, trainable=model.trainable)


def _clone_functional(model, clone, input_tensors, call_function):
    if input_tensors is None:
        inputs = [clone(x._keras_history.operation).output for x in model.inputs]
    else:
        inputs = tree.flatten(input_tensors)
        if not all(isinstance(x, KerasTensor) for x in inputs):
            raise errors.invalid("input_tensors", got=input_tensors, expected="KerasTensors")
    values = {id(x): new for x, new in zip(model.inputs, inputs, strict=True)}
    copies = {}
    for node in model._nodes:
        if all(id(y) in values for y in node.output_tensors):
            continue
        if id(node.operation) not in copies:
            copies[id(node.operation)] = _copy(node.operation, clone)
        new = copies[id(node.operation)]
        args, kwargs = node.with_inputs(values)
        made = (
            new(*args, **kwargs) if call_function is None else call_function(new, *args, **kwargs)
        )
        values.update(
            (id(y), x) for y, x in zip(node.output_tensors, tree.flatten(made), strict=True)
        )
    outputs = [values[id(y)] for y in model.outputs]
    return type(model)(
        tree.pack_sequence_as(model._inputs_struct, inputs),
        tree.pack_sequence_as(model._outputs_struct, outputs),
        name=model.name,
    )


def _copy(operation, clone):
    if isinstance(operation, FunctionOperation):
        return FunctionOperation(operation.function, name=operation.name)
    if isinstance(operation, Layer):
        return clone(operation)
    return Operation.from_config(operation.get_config())
