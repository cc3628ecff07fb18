"""All of a model's state as nested dicts by the variables' paths, and back."""

from estikeras import errors

_KINDS = (
    "trainable_variables",
    "non_trainable_variables",
    "optimizer_variables",
    "metrics_variables",
)
_FORMATS = ("backend_tensor", "numpy_array")


def to_tree(model, value_format):
    """The state of a model.

    Args:
        model: a model.
        value_format: "backend_tensor" or "numpy_array".

    Returns:
        dict by kind ("trainable_variables", ...), in it nested dicts by the parts of the paths.

    Raises:
        ValueError: for another format.
    """
    if value_format not in _FORMATS:
        raise errors.unknown_name("value_format", value_format, _FORMATS)
    found = {}
    for kind, variables in _variables(model).items():
        branch = found[kind] = {}
        for variable in variables:
            *folders, name = variable.path.split("/")
            inner = branch
            for folder in folders:
                inner = inner.setdefault(folder, {})
            inner[name] = variable.numpy() if value_format == "numpy_array" else variable.value
    return found


def from_tree(model, tree):
    """Set the state of a model; what `tree` does not name stays.

    Args:
        model: a model.
        tree: dict as `to_tree` gives it.

    Raises:
        ValueError: if it names what the model does not have; then nothing is set.
    """
    known = _variables(model)
    pairs = []
    for kind, branch in tree.items():
        if kind not in known:
            raise errors.unknown_name("kind of state", kind, known)
        by_path = {variable.path: variable for variable in known[kind]}
        for path, value in _leaves(branch):
            if path not in by_path:
                raise errors.unknown_name(f"path in {kind}", path, by_path)
            pairs.append((by_path[path], value))
    for variable, value in pairs:
        variable.assign(value)


def _variables(model):
    optimizer = getattr(model, "optimizer", None)
    optimizer_variables = optimizer.variables if optimizer is not None else []
    lists = (
        model.trainable_variables,
        model.non_trainable_variables,
        optimizer_variables,
        model.metrics_variables,
    )
    return dict(zip(_KINDS, lists, strict=True))


def _leaves(branch, path=""):
    for name, value in branch.items():
        full = f"{path}/{name}" if path else name
        if isinstance(value, dict):
            yield from _leaves(value, full)
        else:
            yield full, value
