"""The objects of one kind, such as losses, by every name that users and configs give them; files
load when asked for.
"""

import functools
from collections.abc import Mapping

from estikeras import errors, namespace
from estikeras.keras.saving.deserialize import deserialize_keras_object

_NOT_OBJECTS = ("get", "serialize", "deserialize")


class Family(Mapping):
    """A read-only mapping from names to the classes and functions of one namespace.

    Args:
        prefix: the namespace, such as `"keras.losses"`.
        kind: what one of them is called in messages, such as `"loss"`.
        spellings: function from a public name to the names under which it is found; an empty tuple
            leaves it out.
        aliases: dict from further names to public names, or None.
    """

    def __init__(self, prefix, kind, spellings, aliases=None):
        self.prefix, self.kind = prefix, kind
        self._spellings, self._aliases = spellings, aliases or {}

    @functools.cached_property
    def _table(self):
        names = [name for name in namespace.names(self.prefix) if name not in _NOT_OBJECTS]
        found = {spelling: name for name in names for spelling in self._spellings(name)}
        return {**found, **self._aliases}

    def __getitem__(self, name):
        return namespace.lookup(self.prefix, self._table[name])

    def __contains__(self, name):
        return name in self._table

    def __iter__(self):
        return iter(self._table)

    def __len__(self):
        return len(self._table)

    def resolve(self, identifier, expected=callable):
        """The object that a user means.

        Args:
            identifier: a name, a config, a class (of which one is made), an object, or None.
            expected: function that says whether an object is of this kind.

        Returns:
            The object, or None for None.

        Raises:
            ValueError: for an unknown name, the nearest ones are named, and for what is not of this
                kind.
        """
        if identifier is None:
            return None
        thing = identifier
        if isinstance(identifier, dict):
            thing = self.deserialize(identifier)
        elif isinstance(identifier, str):
            if identifier not in self:
                raise errors.unknown_name(self.kind, identifier, list(self))
            thing = self[identifier]
        if isinstance(thing, type):
            thing = thing()
        if not expected(thing):
            raise errors.invalid(
                "identifier", got=identifier, expected=f"a {self.kind}, its name or its config"
            )
        return thing

    def deserialize(self, config, custom_objects=None):
        """The object that a config describes, found by the names of this kind too."""
        return deserialize_keras_object(config, custom_objects=custom_objects, module_objects=self)
