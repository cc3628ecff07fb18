"""How a layer learns of the state in its attributes: variables, layers, metrics and seeds, also in
lists and dicts.

`Tracker.track` is told of every attribute that is set. It files what is state, and returns
containers that tell it of what is put into them later. Knows nothing of calls and models.
"""

import functools

from estikeras.engine.variable import Variable


def is_metric(x):
    """Whether `x` is a metric: it can be updated, read and reset."""
    return all(hasattr(type(x), name) for name in ("update_state", "result", "reset_state"))


def is_seed_generator(x):
    """Whether `x` gives seeds from a state."""
    return hasattr(type(x), "next") and isinstance(getattr(x, "state", None), Variable)


def untracked(method):
    """Let a layer's method set attributes that are not the layer's state, such as what `compile`
    was given.
    """

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        tracker, before = self._tracker, self._tracker.paused
        tracker.paused = True
        try:
            return method(self, *args, **kwargs)
        finally:
            tracker.paused = before

    return wrapper


class Tracker:
    """Files the state that it is told of into a layer's lists.

    Args:
        is_layer: says whether a value is a layer.
    """

    def __init__(self, is_layer):
        self.is_layer = is_layer
        self.trainable_variables, self.non_trainable_variables = [], []
        self.layers, self.metrics, self.seed_generators = [], [], []
        self.locked = self.paused = False

    def _list_for(self, value):
        if isinstance(value, Variable):
            return self.trainable_variables if value.trainable else self.non_trainable_variables
        if is_metric(value):
            return self.metrics
        if self.is_layer(value):
            return self.layers
        return self.seed_generators if is_seed_generator(value) else None

    def track(self, value):
        """File `value`, and return it, or the container that takes its place.

        Raises:
            ValueError: if it is new state and the layer is built already.
        """
        kind = type(value)
        if self.paused or value is None or kind in (str, int, float, bool) or kind in _TRACKED:
            return value
        if kind is tuple:
            return tuple(self.track(item) for item in value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return kind(*(self.track(item) for item in value))
        if kind is list:
            return TrackedList(value, self)
        if kind is dict or (
            isinstance(value, dict) and kind.__name__ in ("OrderedDict", "defaultdict")
        ):
            return TrackedDict(value, self) if kind is dict else _track_in_place(value, self)
        if kind is set:
            return TrackedSet(value, self)
        self._file(value)
        return value

    def _file(self, value):
        target = self._list_for(value)
        if target is None or any(value is known for known in self._all_of_kind(value, target)):
            return
        if self.locked and target is not self.metrics and target is not self.seed_generators:
            raise ValueError(
                "You cannot add new elements of state (variables or sub-layers) to a layer "
                "that is already built: "
                f"got {value!r}. Make all state in `__init__()` or in `build()`."
            )
        target.append(value)

    def _all_of_kind(self, value, target):
        if isinstance(value, Variable):
            return (*self.trainable_variables, *self.non_trainable_variables)
        return target

    def untrack(self, value):
        """Forget `value`."""
        for target in (
            self.trainable_variables,
            self.non_trainable_variables,
            self.layers,
            self.metrics,
            self.seed_generators,
        ):
            target[:] = [known for known in target if known is not value]


def _track_in_place(mapping, tracker):
    for key, value in mapping.items():
        mapping[key] = tracker.track(value)
    return mapping


class TrackedList(list):
    """A list that tells a tracker what is put into it."""

    def __init__(self, values=(), tracker=None):
        self.tracker = tracker
        super().__init__(self._tracked(value) for value in values)

    def _tracked(self, value):
        return value if self.tracker is None else self.tracker.track(value)

    def _forget(self, value):
        if self.tracker is not None:
            self.tracker.untrack(value)

    def append(self, value):
        """Put `value` at the end."""
        super().append(self._tracked(value))

    def insert(self, index, value):
        """Put `value` before `index`."""
        super().insert(index, self._tracked(value))

    def extend(self, values):
        """Put all `values` at the end."""
        super().extend([self._tracked(value) for value in values])

    def __iadd__(self, values):
        self.extend(values)
        return self

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            super().__setitem__(index, [self._tracked(item) for item in value])
        else:
            super().__setitem__(index, self._tracked(value))

    def remove(self, value):
        """Take the first `value` out."""
        self._forget(value)
        index = next((i for i, item in enumerate(self) if item is value), None)
        if index is None:
            super().remove(value)
        else:
            super().__delitem__(index)

    def pop(self, index=-1):
        """Take an element out and return it."""
        value = super().pop(index)
        self._forget(value)
        return value

    def clear(self):
        """Take all out."""
        for value in self:
            self._forget(value)
        super().clear()

    def __delitem__(self, index):
        for value in self[index] if isinstance(index, slice) else [self[index]]:
            self._forget(value)
        super().__delitem__(index)

    def __reduce__(self):
        return list, (list(self),)


class TrackedDict(dict):
    """A dict that tells a tracker what is put into it."""

    def __init__(self, values=None, tracker=None):
        self.tracker = tracker
        super().__init__({key: self._tracked(value) for key, value in dict(values or {}).items()})

    _tracked = TrackedList._tracked
    _forget = TrackedList._forget

    def __setitem__(self, key, value):
        super().__setitem__(key, self._tracked(value))

    def update(self, mapping=(), **more):
        """Put all items of `mapping` in."""
        super().update({key: self._tracked(value) for key, value in dict(mapping, **more).items()})

    def setdefault(self, key, default=None):
        """The value of `key`, which becomes `default` if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key, *default):
        """Take a value out and return it."""
        value = super().pop(key, *default)
        self._forget(value)
        return value

    def popitem(self):
        """Take the last item out and return it."""
        key, value = super().popitem()
        self._forget(value)
        return key, value

    def clear(self):
        """Take all out."""
        for value in self.values():
            self._forget(value)
        super().clear()

    def __delitem__(self, key):
        self._forget(self[key])
        super().__delitem__(key)

    def __reduce__(self):
        return dict, (dict(self),)


class TrackedSet(set):
    """A set that tells a tracker what is put into it."""

    def __init__(self, values=(), tracker=None):
        self.tracker = tracker
        super().__init__(self._tracked(value) for value in values)

    _tracked = TrackedList._tracked
    _forget = TrackedList._forget

    def add(self, value):
        """Put `value` in."""
        super().add(self._tracked(value))

    def update(self, *others):
        """Put all values of `others` in."""
        super().update([self._tracked(value) for values in others for value in values])

    def remove(self, value):
        """Take `value` out."""
        self._forget(value)
        super().remove(value)

    def discard(self, value):
        """Take `value` out if it is there."""
        self._forget(value)
        super().discard(value)

    def pop(self):
        """Take any value out and return it."""
        value = super().pop()
        self._forget(value)
        return value

    def clear(self):
        """Take all out."""
        for value in self:
            self._forget(value)
        super().clear()

    def __reduce__(self):
        return set, (set(self),)


_TRACKED = (TrackedList, TrackedDict, TrackedSet)
