"""What holds while one file is written or read: safe mode, and which objects share one config."""

import contextlib
import contextvars
from collections import Counter

from estikeras.public import public

_SAFE_MODE = contextvars.ContextVar("safe_mode", default=None)
_SHARED = contextvars.ContextVar("shared_objects", default=None)


def safe_mode():
    """The safe mode in force: True, False, or None outside of any scope."""
    return _SAFE_MODE.get()


@contextlib.contextmanager
def safe_mode_scope(enabled):
    """Within it, `safe_mode()` is `enabled`."""
    token = _SAFE_MODE.set(enabled)
    try:
        yield
    finally:
        _SAFE_MODE.reset(token)


def loading_scope(enabled):
    """The scope of loading one file with `safe_mode=enabled`; an outer scope goes first."""
    return safe_mode_scope(enabled if _SAFE_MODE.get() is None else _SAFE_MODE.get())


@public("keras.config.enable_unsafe_deserialization")
def enable_unsafe_deserialization():
    """Let every file loaded from now on run the Python code that it holds (lambdas).

    For trusted files only.
    """
    _SAFE_MODE.set(False)


@contextlib.contextmanager
def sharing_scope():
    """Within it, an object that is met twice is written once more with the same id, and read as one
    object.
    """
    token = _SHARED.set({})
    try:
        yield
    finally:
        _SHARED.reset(token)


def mark_shared(obj, config):
    """Note in `config` which object it is of, within a scope."""
    seen = _SHARED.get()
    if seen is not None:
        # The object is kept, so that its id is not used again.
        seen[id(obj)] = obj
        config["shared_object_id"] = id(obj)


def drop_single_ids(config):
    """Take away the ids that only one config inside `config` has: nothing is shared there."""
    counts = Counter(part["shared_object_id"] for part in _parts_with_id(config))
    for part in list(_parts_with_id(config)):
        if counts[part["shared_object_id"]] == 1:
            del part["shared_object_id"]


def _parts_with_id(config):
    if isinstance(config, dict):
        if "shared_object_id" in config:
            yield config
        config = list(config.values())
    if isinstance(config, (list, tuple)):
        for part in config:
            yield from _parts_with_id(part)


def shared_object(config):
    """The object already made from a config with the same `shared_object_id`, or None."""
    seen = _SHARED.get()
    return seen.get(config.get("shared_object_id")) if seen else None


def remember_shared(config, obj):
    """Keep `obj` for later configs with the same `shared_object_id`."""
    seen, key = _SHARED.get(), config.get("shared_object_id")
    if seen is not None and key is not None:
        seen[key] = obj
