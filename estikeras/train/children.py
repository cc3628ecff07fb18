"""What an object holds that a checkpoint keeps, by the names that the reference gives it.

Layers, models and optimizers stand above this room. They are known by what they have: a layer its
`_tracker`, a model of layers in order the name of its class, an optimizer its `_iterations`.
"""

from estikeras import errors
from estikeras.engine.variable import Variable
from estikeras.train.values import Constant


def children_of(obj):
    """The parts of an object, as a dict by name. One may come under several names; the first is
    the one that names its values.
    """
    if isinstance(obj, Variable | Constant) or is_iterator(obj):
        return {}
    if hasattr(obj, "checkpoint_children"):
        return obj.checkpoint_children()
    if isinstance(obj, dict):
        return {str(key): value for key, value in obj.items() if _holds_state(value)}
    if isinstance(obj, list | tuple):
        return {str(index): value for index, value in enumerate(obj) if _holds_state(value)}
    if is_optimizer(obj):
        return _of_optimizer(obj)
    return {**_layers_in_order(obj), **_attributes(obj)}


def legacy_children_of(obj):
    """The parts of an object, as a dict by name; of an optimizer those that Keras 2's has, beside
    its slots, and a list of what Keras 2 does not know.
    """
    if not (is_optimizer(obj) and obj.checkpoint_scalars()):
        return children_of(obj)
    known = {id(kept) for pairs in obj.checkpoint_slots().values() for _, kept in pairs}
    scalars = obj.checkpoint_scalars()
    known |= {id(value) for value in scalars.values()}
    found = {
        name: value if isinstance(value, Variable) else Constant(name, value)
        for name, value in scalars.items()
    }
    others = [v for v in obj._variables if id(v) not in known]
    return {**found, "others": others} if others else found


def also_called(obj, names):
    """The parts of an object by the names that Keras 2's legacy optimizers, and Keras 3 under
    TensorFlow, give them, as a dict.

    Args:
        obj: the object.
        names: those that a checkpoint has of it.
    """
    if is_optimizer(obj) and "_trainable_variables" in names:
        return {"_variables": obj._variables}  # the learning rate is number 1 there
    if is_optimizer(obj) and "decay" in names:
        return legacy_children_of(obj)
    if _is_in_order(obj) and "layer-0" not in names:
        found = {name: getattr(obj, name, None) for name in ("_functional", "_operations")}
        return {name: parts for name, parts in found.items() if parts and name in names}
    return {}


def is_trackable(obj):
    """Whether checkpoints can keep something of an object."""
    return (
        isinstance(obj, Variable | list | tuple | dict)
        or is_iterator(obj)
        or hasattr(obj, "checkpoint_children")
        or (hasattr(obj, "variables") and not isinstance(obj, type))
    )


def is_optimizer(obj):
    """Whether an object is an optimizer."""
    return hasattr(obj, "_iterations") and hasattr(obj, "apply_gradients")


def is_iterator(obj):
    """Whether an object is an iterator whose position can be saved."""
    return hasattr(obj, "__next__") and hasattr(obj, "save") and hasattr(obj, "restore")


def is_unbuilt(obj):
    """Whether an object will make variables, and has not yet."""
    return getattr(obj, "built", True) is False


def check_trackable(name, obj):
    """Refuse what no checkpoint can keep.

    Raises:
        ValueError: if it is none of what `is_trackable` knows.
    """
    if not is_trackable(obj):
        raise errors.invalid(
            name,
            got=obj,
            expected="a trackable object: a Variable, a model, layer, optimizer or metric, an "
            "iterator of a Dataset, a Checkpoint, or a list or dict of them",
            hint="Keep a number as `tf.Variable(number)`.",
        )


def _holds_state(value):
    """Whether a value is, or a container of any depth has, something with state."""
    if isinstance(value, dict):
        return any(map(_holds_state, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds_state, value))
    return is_trackable(value)


def _of_optimizer(optimizer):
    """Steps, learning rate, and the others numbered from 1, as steps are number 0 of them."""
    rate = getattr(optimizer, "_learning_rate", None)
    scalars = {"_iterations": optimizer._iterations}
    if isinstance(rate, Variable):
        scalars["_learning_rate"] = rate
    others = [v for v in optimizer._variables if v is not rate]
    inner = getattr(optimizer, "inner_optimizer", None)
    return {
        **scalars,
        "_variables": others,
        **({} if inner is None else {"inner_optimizer": inner}),
    }


def _layers_in_order(model):
    """The layers of a model that runs them in order, by their numbers."""
    if not _is_in_order(model):
        return {}
    found, weighted = {}, 0
    for index, layer in enumerate(model.layers):
        if layer.weights:
            found[f"layer_with_weights-{weighted}"] = layer
            weighted += 1
        found[f"layer-{index}"] = layer
    return found


def _is_in_order(model):
    return bool({"Functional", "Sequential"} & {cls.__name__ for cls in type(model).__mro__})


def _attributes(obj):
    """The parts that are attributes; variables and layers that are none go by their own names."""
    tracker = getattr(obj, "_tracker", None)
    in_order = _is_in_order(obj)
    found = {}
    for name, value in vars(obj).items():
        plain = name.removeprefix("_")
        if isinstance(value, Variable) and plain != name and hasattr(type(obj), plain):
            name = plain  # the property that shows it
        name = _RENAMED.get(name, name)
        hidden = name.startswith("_") and (tracker is None or in_order)
        if hidden or name in _NOT_PARTS or not _is_part(value, tracker):
            continue
        found[name] = value
    if tracker is None:
        return found
    own = (*tracker.trainable_variables, *tracker.non_trainable_variables)
    for part in own if in_order else (*own, *tracker.layers):
        if not _within(part, found):
            found.setdefault(part.name, part)
    return found


# A model's own ways to what is reached otherwise.
_NOT_PARTS = frozenset({"_captured_arguments", "_compile_config", "_layers", "_tracker"})
# Attributes of `MultiHeadAttention`, which the reference calls so.
_RENAMED = {f"{role}_dense": f"_{role}_dense" for role in ("query", "key", "value", "output")}


def _is_part(value, tracker):
    if isinstance(value, dict):
        return any(_is_part(item, tracker) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_is_part(item, tracker) for item in value)
    if isinstance(value, Variable) or is_optimizer(value):
        return True
    if tracker is None:
        return hasattr(value, "variables") and not isinstance(value, type)
    parts = (*tracker.layers, *tracker.seed_generators)
    return any(value is part for part in parts)


def _within(part, container):
    """Whether something is in a container of any depth."""
    items = container.values() if isinstance(container, dict) else container
    return any(
        part is item or (isinstance(item, dict | list | tuple) and _within(part, item))
        for item in items
    )
