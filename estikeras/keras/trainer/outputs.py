"""Matches what `compile` and `fit` were given for several outputs (lists, dicts by name) with the
outputs of the model.
"""

from estikeras import errors
from estikeras.engine import tree


def names_of(y_pred, output_names):
    """One name for each output of the model.

    Args:
        y_pred: the model's outputs, a structure.
        output_names: names that the model gives its outputs, or None.
    """
    paths = tree.flatten_with_path(y_pred)
    if isinstance(y_pred, dict) and all(len(path) == 1 for path, _ in paths):
        return [str(path[0]) for path, _ in paths]
    if output_names and len(output_names) == len(paths):
        return list(output_names)
    return [f"output_{i}" for i in range(len(paths))]


def align(given, names, argument, several=False):
    """One entry for each output.

    Args:
        given: None, one entry for all outputs, a list with an entry for each, or a dict by output
            name.
        names: the outputs' names.
        argument: name of the argument, for errors.
        several: whether an entry may itself be a list.

    Returns:
        A list as long as `names`; None where nothing was given.

    Raises:
        ValueError: for unknown names or a list of the wrong length.
    """
    if isinstance(given, dict):
        for key in given:
            if key not in names:
                raise errors.unknown_name(f"output in `{argument}`", key, names)
        return [given.get(name) for name in names]
    if isinstance(given, list | tuple) and not (several and len(names) == 1):
        if len(given) != len(names):
            hint = f"The outputs are {', '.join(names)}."
            raise errors.invalid(
                argument,
                got=given,
                expected=f"{len(names)} entries, one for each output",
                hint=hint,
            )
        return list(given)
    if several and isinstance(given, list | tuple):
        nested = len(given) == 1 and isinstance(given[0], list | tuple)
        return [list(given[0]) if nested else list(given)]
    return [given] * len(names)


def flatten_like(values, y_pred, names, argument):
    """The leaves of targets or weights in the order of the model's outputs."""
    flat = tree.flatten(values)
    if isinstance(values, dict) and not isinstance(y_pred, dict):
        return align(values, names, argument)
    if isinstance(values, dict) and not set(values) <= set(y_pred):
        surplus = next(key for key in values if key not in y_pred)
        raise errors.unknown_name(f"output in `{argument}`", surplus, list(y_pred))
    if len(flat) == 1 and len(names) > 1 and argument == "sample_weight":
        return flat * len(names)
    if len(flat) != len(names):
        raise errors.invalid(
            argument,
            got=f"{len(flat)} arrays",
            expected=f"{len(names)}, one for each output of the model ({', '.join(names)})",
        )
    return flat
