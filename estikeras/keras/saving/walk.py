"""The way from a model to everything that holds state in it, and the path of each in a weights
file.

Paths follow the reference: attributes in sorted order with private ones last, items of lists and
dicts by the snake case of their class and a count. What is reached twice keeps its first path.
"""

import functools

from estikeras import namespace
from estikeras.engine import naming
from strategies import context


def saveables(model):
    """All objects with state in a model, itself first, as a list of pairs (path, object)."""
    # By id, and kept: a list that a property made is gone when the next one is made in its place.
    found, visited = [], {}
    _visit(model, "", found, visited)
    return found


def is_saveable(obj):
    """Whether an object holds state that goes into a weights file."""
    return hasattr(obj, "save_own_variables") and not isinstance(obj, type)


def _visit(obj, path, found, visited):
    if id(obj) in visited:
        return
    visited[id(obj)] = obj
    found.append((path, obj))
    for name, child in _children(obj):
        child_path = f"{path}/{name}" if path else name
        if is_saveable(child):
            _visit(child, child_path, found, visited)
        elif isinstance(child, (list, tuple, dict)):
            _visit_container(child, child_path, found, visited)


def _visit_container(container, path, found, visited):
    if id(container) in visited:
        return
    visited[id(container)] = container
    counts = {}
    for item in list(container.values()) if isinstance(container, dict) else container:
        if is_saveable(item):
            name = _counted(naming.to_snake_case(type(item).__name__), counts)
            _visit(item, f"{path}/{name}", found, visited)
        elif isinstance(item, (list, tuple, dict)):
            _visit_container(item, f"{path}/{_counted('container', counts)}", found, visited)


def _counted(name, counts):
    counts[name] = counts.get(name, -1) + 1
    return f"{name}_{counts[name]}" if counts[name] else name


def _children(obj):
    """Pairs (attribute, value) that may hold state, in the order of the files."""
    skipped = _base_attributes(_base_of(obj))
    if {"Functional", "Sequential"} & {cls.__name__ for cls in type(obj).__mro__}:
        # What the user adds to such a model must not rename its layers.
        skipped |= {"_functional", "operations", "_operations"}
        yield "layers", obj.layers
    properties = {
        name
        for cls in type(obj).__mro__
        for name, value in vars(cls).items()
        if isinstance(value, (property, functools.cached_property))
    }
    names = {n for n in {*vars(obj), *properties} if not n.startswith("__") and n not in skipped}
    for name in sorted(names, key=lambda name: f"~{name}" if name.startswith("_") else name):
        try:
            value = getattr(obj, name)
        except Exception:  # noqa: BLE001 a property of the user's may fail in any way
            continue
        yield name, value


def _base_of(obj):
    for prefix, name in (("keras.layers", "Layer"), ("keras.optimizers", "Optimizer")):
        base = namespace.lookup(prefix, name)
        if isinstance(obj, base):
            return base
    return object


@functools.cache
def _base_attributes(base):
    """Attributes that every layer (or optimizer) has: never the way to a part of its own."""
    with context.scope(None):  # one rank alone may save
        reference = base(1.0) if base.__name__ == "Optimizer" else base()
    return frozenset({*dir(reference), *getattr(reference, "__dict__", {})})
