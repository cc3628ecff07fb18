"""The parts of a FeatureSpace: features, crosses of features, and what passes a feature on."""

from estikeras import errors, ops
from estikeras.keras.layers.preprocessing.data_layer import DataLayer
from estikeras.keras.saving.deserialize import deserialize_keras_object


class Cross:
    """Several features that are encoded as one, by the hash of their values.

    Args:
        feature_names: names of features.
        crossing_dim: int, how many bins there are.
        output_mode: "one_hot" or "int".
    """

    def __init__(self, feature_names, crossing_dim, output_mode="one_hot"):
        if output_mode not in ("int", "one_hot"):
            raise errors.invalid("output_mode", got=output_mode, expected="'int' or 'one_hot'")
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = output_mode

    @property
    def name(self):
        """The names of the features, joined."""
        return "_X_".join(self.feature_names)

    def get_config(self):
        """The arguments as plain values, for files."""
        return {
            "feature_names": self.feature_names,
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        """A cross from what `get_config` gave."""
        return cls(**config)


class Feature:
    """One column of data, and the layer that prepares it.

    Args:
        dtype: name of the dtype of the column.
        preprocessor: a layer.
        output_mode: "one_hot", "int" or "float".
    """

    def __init__(self, dtype, preprocessor, output_mode):
        if output_mode not in ("int", "one_hot", "float"):
            expected = "'int', 'one_hot' or 'float'"
            raise errors.invalid("output_mode", got=output_mode, expected=expected)
        if isinstance(preprocessor, dict):
            preprocessor = deserialize_keras_object(preprocessor)
        self.dtype = dtype
        self.preprocessor = preprocessor
        self.output_mode = output_mode

    def get_config(self):
        """The arguments as plain values, for files."""
        return {
            "dtype": self.dtype,
            "preprocessor": self.preprocessor,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config):
        """A feature from what `get_config` gave."""
        return cls(**config)


class TFDIdentity(DataLayer):
    """A layer that gives its inputs back as floats; files of the reference know it by this name."""

    def call(self, inputs):
        return ops.cast(inputs, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)
