"""User classes and functions under the names that files use. Knows nothing of configs or files."""

import contextlib
import contextvars

from estikeras import errors
from estikeras.public import public

_REGISTERED = {}
_SCOPE = contextvars.ContextVar("custom_objects", default=None)


@public("keras.saving.get_custom_objects", "keras.utils.get_custom_objects")
def get_custom_objects():
    """The registry itself: a dict from registered names (`"package>name"`) to classes and
    functions.

    Example:
    >>> get_custom_objects()["double"] = lambda x: 2 * x
    >>> del get_custom_objects()["double"]
    """
    return _REGISTERED


@public("keras.saving.register_keras_serializable", "keras.utils.register_keras_serializable")
def register_keras_serializable(package="Custom", name=None):
    """Register the decorated class or function, so that files that name it can be loaded.

    Args:
        package: str, keeps the names of different packages apart.
        name: str, or None for the object's own name.

    Returns:
        A decorator that returns its argument unchanged.

    Raises:
        ValueError: if a class has no `get_config` method.
    """

    def register(thing):
        if not hasattr(thing, "__name__"):
            raise errors.wrong_type(
                "register_keras_serializable", got=thing, expected="a class or function"
            )
        if isinstance(thing, type) and not hasattr(thing, "get_config"):
            raise errors.invalid(
                "register_keras_serializable",
                got=thing.__name__,
                expected="a class with a `get_config` method",
                hint="It returns the arguments from which `cls.from_config` makes an equal one.",
            )
        _REGISTERED[f"{package}>{name or thing.__name__}"] = thing
        return thing

    return register


@public("keras.saving.get_registered_name", "keras.utils.get_registered_name")
def get_registered_name(obj):
    """The name (`"package>name"`) under which a class or function is registered, else its own
    name.
    """
    for name, thing in _REGISTERED.items():
        if thing is obj:
            return name
    return obj.__name__


@public("keras.saving.get_registered_object", "keras.utils.get_registered_object")
def get_registered_object(name, custom_objects=None, module_objects=None):
    """What is registered under `name`: in the present scope, the registry, then the dicts that are
    given.

    Args:
        name: str, as `get_registered_name` gives it.
        custom_objects: dict of names to look in, or None.
        module_objects: dict of names to look in last, or None.

    Returns:
        The class or function; None if there is none.
    """
    for known in (_SCOPE.get(), _REGISTERED, custom_objects, module_objects):
        if known and name in known:
            return known[name]
    return None


@public(
    "keras.saving.CustomObjectScope",
    "keras.saving.custom_object_scope",
    "keras.utils.CustomObjectScope",
    "keras.utils.custom_object_scope",
)
class CustomObjectScope(contextlib.ContextDecorator):
    """A scope in which the given names stand for the given classes and functions; scopes nest.

    Args:
        custom_objects: dict from names to classes and functions.

    Example:
    >>> with CustomObjectScope({"double": lambda x: 2 * x}):
    ...     double = get_registered_object("double")
    >>> double(4)
    8
    """

    def __init__(self, custom_objects):
        self.custom_objects = dict(custom_objects or {})
        self._tokens = []

    def __enter__(self):
        self._tokens.append(_SCOPE.set({**(_SCOPE.get() or {}), **self.custom_objects}))
        return self

    def __exit__(self, *exc_info):
        _SCOPE.reset(self._tokens.pop())


def known_names(custom_objects=None):
    """All names that `get_registered_object` would find, for suggestions."""
    return [*(_SCOPE.get() or {}), *_REGISTERED, *(custom_objects or {})]
