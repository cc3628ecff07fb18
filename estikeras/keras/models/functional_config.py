"""The graph of a functional model as plain values, in the reference's form, and back.

Every operation is written with the calls of it that belong to the model; a tensor is written as the
operation, the number of its call and the number of the output.
"""

from estikeras import errors
from estikeras.engine import tree
from estikeras.engine.operation import FunctionOperation, KerasTensor
from estikeras.keras.layers.layer import Layer
from estikeras.keras.models import operation_config
from estikeras.keras.saving import deserialize_keras_object, serialize_keras_object


def functional_config(model):
    """The config of a functional model.

    Args:
        model: it.

    Returns:
        dict with name, trainable, layers, input_layers and output_layers.
    """
    places = {}
    in_model = {id(node) for node in model._nodes}
    for operation in model.operations:
        own = [node for node in operation._inbound_nodes if id(node) in in_model]
        places.update((id(node), place) for place, node in enumerate(own))
    layers = []
    for operation in model.operations:
        config = _operation(operation)
        nodes = [
            node for node in operation._inbound_nodes if id(node) in places and node.input_tensors
        ]
        config["name"] = operation.name
        config["inbound_nodes"] = [_node(node, places) for node in nodes]
        layers.append(config)
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": tree.map_structure(lambda x: _history(x, places), model._inputs_struct),
        "output_layers": tree.map_structure(lambda y: _history(y, places), model._outputs_struct),
    }


def _operation(operation):
    if isinstance(operation, FunctionOperation):
        return operation_config.to_config(operation)
    return serialize_keras_object(operation)


def _history(x, places):
    operation, node_index, tensor_index = x._keras_history
    return [operation.name, places[id(operation._inbound_nodes[node_index])], tensor_index]


def _node(node, places):
    args, kwargs = node.args, node.kwargs
    if isinstance(node.operation, FunctionOperation):
        args, kwargs = operation_config.call_arguments(node)

    def leaf(x):
        if isinstance(x, KerasTensor):
            config = {
                "shape": tuple(x.shape),
                "dtype": x.dtype,
                "keras_history": _history(x, places),
            }
            return {"class_name": "__keras_tensor__", "config": config}
        return serialize_keras_object(x)

    return {
        "args": list(tree.map_structure(leaf, tuple(args))),
        "kwargs": tree.map_structure(leaf, dict(kwargs)),
    }


def functional_from_config(cls, config, custom_objects=None):
    """The model of a config.

    Args:
        cls: Model, Functional, or a class that takes `inputs` and `outputs`.
        config: dict as `functional_config` gives it, or as Keras 2 wrote it.
        custom_objects: dict of further classes by name.

    Raises:
        ValueError: if a tensor is named that no layer makes.
    """
    made, waiting = {}, []
    for layer_config in config["layers"]:
        operation = _revive(layer_config, custom_objects)
        name = layer_config.get("name", layer_config["config"].get("name"))
        made[name] = operation
        for position, node in enumerate(layer_config.get("inbound_nodes") or ()):
            waiting.append((name, position, node, layer_config))
    calls_made = {name: (1 if _is_input(operation) else 0) for name, operation in made.items()}
    first_node = {name: len(op._inbound_nodes) - calls_made[name] for name, op in made.items()}

    def tensor_at(history):
        name, node_index, tensor_index = history[:3]
        if name not in made:
            raise errors.unknown_name("layer", name, list(made))
        if node_index >= calls_made[name]:
            return None
        return made[name]._inbound_nodes[first_node[name] + node_index].output_tensors[tensor_index]

    while waiting:
        later = []
        for name, position, node, layer_config in waiting:
            arguments = (
                _arguments(node, tensor_at, layer_config) if position == calls_made[name] else None
            )
            if arguments is None:
                later.append((name, position, node, layer_config))
                continue
            args, kwargs = arguments
            made[name](*args, **kwargs)
            calls_made[name] += 1
        if len(later) == len(waiting):
            raise errors.invalid(
                "config",
                got=[name for name, *_ in later],
                expected="layers whose inputs are all made",
            )
        waiting = later

    def ends(value):
        if _is_history(value):
            return tensor_at(value)
        if isinstance(value, dict):
            return {key: ends(item) for key, item in value.items()}
        found = [ends(item) for item in value]
        return tuple(found) if isinstance(value, tuple) else found

    inputs, outputs = ends(config["input_layers"]), ends(config["output_layers"])
    if "class_name" in config:
        raise errors.invalid(
            "config", got=config["class_name"], expected="the inner config of a model"
        )
    if _is_legacy(config):
        inputs, outputs = _single(inputs), _single(outputs)
    rest = {key: config[key] for key in ("trainable", "name") if config.get(key) is not None}
    return cls(inputs=inputs, outputs=outputs, **rest)


def _is_input(operation):
    return isinstance(operation, Layer) and type(operation).__name__ == "InputLayer"


def _revive(config, custom_objects):
    if operation_config.is_operation(config):
        return operation_config.from_config(config)
    config = {key: value for key, value in config.items() if key not in ("name", "inbound_nodes")}
    return deserialize_keras_object(config, custom_objects=custom_objects)


def _is_legacy(config):
    return any(
        isinstance(node, list)
        for layer in config["layers"]
        for node in layer.get("inbound_nodes") or ()
    )


def _single(tensors):
    return tensors[0] if isinstance(tensors, list) and len(tensors) == 1 else tensors


def _is_history(value):
    return (
        isinstance(value, list | tuple)
        and len(value) == 3
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


def _arguments(node, tensor_at, layer_config):
    """The arguments of a call with tensors in place of their names; None while one of them is not
    made yet.
    """
    missing = []

    def fill(value):
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            x = tensor_at(value["config"]["keras_history"])
            missing.extend([value] if x is None else [])
            return x
        if isinstance(value, dict) and "class_name" in value:
            return deserialize_keras_object(value)
        if isinstance(value, dict):
            return {key: fill(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(fill(item) for item in value)
        return value

    if isinstance(node, list):
        args, kwargs = _legacy_arguments(node, tensor_at, missing)
    else:
        args, kwargs = tuple(fill(list(node["args"]))), fill(dict(node["kwargs"]))
    if missing:
        return None
    if operation_config.is_operation(layer_config):
        return operation_config.revive_arguments(layer_config, args, kwargs)
    return args, kwargs


def _legacy_arguments(node, tensor_at, missing):
    """Keras 2 wrote `[[name, node, tensor, kwargs], ...]`, or one such entry bare."""
    entries = [node] if isinstance(node[0], str) else node
    tensors = [tensor_at(entry) for entry in entries]
    missing.extend(entry for entry, x in zip(entries, tensors, strict=True) if x is None)
    kwargs = entries[0][3] if len(entries[0]) > 3 else {}
    return (_single(tensors),), dict(kwargs)
