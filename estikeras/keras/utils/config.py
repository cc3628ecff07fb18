"""A dict whose entries are attributes too, and which can be frozen."""

import json

from estikeras.public import public


@public("keras.utils.Config")
class Config:
    """A dict with attributes, such as for the settings of an experiment.

    Args:
        **kwargs: the first entries.

    Raises:
        ValueError: on a change after `freeze()`.
        AttributeError: for an entry that is not there.

    Example:
        >>> config = Config(units=3)
        >>> config.units
        3
    """

    def __init__(self, **kwargs):
        object.__setattr__(self, "_config", kwargs)
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self):
        """Whether it can be changed no more."""
        return self._frozen

    def freeze(self):
        """Allow no changes from now on."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self):
        """Allow changes again."""
        object.__setattr__(self, "_frozen", False)

    def as_dict(self):
        """The entries as a new dict."""
        return dict(self._config)

    def to_json(self):
        """The entries as JSON."""
        return json.dumps(self._config)

    def keys(self):
        """The names."""
        return self._config.keys()

    def values(self):
        """The values."""
        return self._config.values()

    def items(self):
        """Pairs of name and value."""
        return self._config.items()

    def get(self, name, default=None):
        """The value of `name`, or `default`."""
        return self._config.get(name, default)

    def pop(self, *args):
        """Take an entry out and return its value."""
        self._check_not_frozen()
        return self._config.pop(*args)

    def update(self, *args, **kwargs):
        """Set several entries, as `dict.update`."""
        self._check_not_frozen()
        self._config.update(*args, **kwargs)

    def _check_not_frozen(self):
        if self._frozen:
            raise ValueError("The config is frozen. Call `unfreeze()` before changing it.")

    def __getattribute__(self, name):
        entries = object.__getattribute__(self, "_config") if not name.startswith("_") else {}
        return entries[name] if name in entries else object.__getattribute__(self, name)

    def __setattr__(self, name, value):
        self.update({name: value})

    def __delattr__(self, name):
        self.pop(name)

    def __getitem__(self, name):
        return self._config[name]

    def __setitem__(self, name, value):
        self.update({name: value})

    def __delitem__(self, name):
        self.pop(name)

    def __contains__(self, name):
        return name in self._config

    def __iter__(self):
        return iter(self._config)

    def __len__(self):
        return len(self._config)

    def __repr__(self):
        return f"<Config {self._config}>"
