"""The contract of initializers: called with a shape, they give the first value of a weight."""

from estikeras.public import public


@public("keras.Initializer", "keras.initializers.Initializer")
class Initializer:
    """The base of initializers: subclasses give a tensor for a shape and a dtype."""

    def __call__(self, shape, dtype=None):
        """The first value of a weight.

        Args:
            shape: tuple of int.
            dtype: name of a dtype, by default `keras.config.floatx()`.

        Returns:
            A tensor of the shape and dtype.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `__call__(shape, dtype)`.")

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {}

    @classmethod
    def from_config(cls, config):
        """An initializer from what `get_config` gave."""
        return cls(**config)

    def clone(self):
        """An initializer with the same arguments."""
        return self.__class__.from_config(self.get_config())
