"""The config of a layer whose author wrote no `get_config`: the arguments it was made with."""

import inspect

_PLAIN = (str, int, float, bool, type(None))


def capture(cls, args, kwargs):
    """The arguments of `cls(*args, **kwargs)` by name, defaults included; None if they cannot be
    told.

    Args:
        cls: the class.
        args: positional arguments.
        kwargs: keyword arguments.
    """
    try:
        bound = inspect.signature(cls.__init__).bind(None, *args, **kwargs)
    except TypeError:
        return None
    bound.apply_defaults()
    config = {}
    for parameter in list(inspect.signature(cls.__init__).parameters.values())[1:]:
        value = bound.arguments.get(parameter.name)
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            config.update(value)
        elif parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            if value:
                return None
        else:
            config[parameter.name] = value
    return config


def accepts(cls, name):
    """Whether `cls(name=...)` is possible."""
    parameters = inspect.signature(cls.__init__).parameters
    return name in parameters or any(
        p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()
    )


def is_plain(value):
    """Whether `value` is made of numbers, strings, None, lists, tuples and dicts only."""
    if isinstance(value, list | tuple):
        return all(is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    return isinstance(value, _PLAIN)


def config_of(layer, base):
    """The captured arguments over the base config.

    Args:
        layer: a layer made by a class without `get_config`.
        base: dict with name, trainable and dtype.

    Raises:
        NotImplementedError: if an argument cannot be written to a file.
    """
    captured = layer._captured_arguments
    own = {
        k: v
        for k, v in (captured or {}).items()
        if k not in ("name", "trainable", "dtype", "activity_regularizer")
    }
    bad = [name for name, value in own.items() if not is_plain(value)]
    if captured is None or bad:
        which = f"argument {bad[0]!r} is {own[bad[0]]!r}" if bad else "arguments have no names"
        raise NotImplementedError(
            f"{type(layer).__name__} needs a `get_config()` of its own to be saved: its "
            f"{which}. Return "
            "`{**super().get_config(), ...}` with all arguments of `__init__` as plain values."
        )
    return {**{k: v for k, v in base.items() if accepts(type(layer), k)}, **own}
