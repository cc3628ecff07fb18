"""FeatureSpace."""

import itertools

from estikeras import errors, ops
from estikeras.data.dataset import Dataset
from estikeras.engine import dtypes, naming
from estikeras.keras.layers.core.input_layer import Input
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.preprocessing import data_layer
from estikeras.keras.layers.preprocessing.category_encoding import CategoryEncoding
from estikeras.keras.layers.preprocessing.discretization import Discretization
from estikeras.keras.layers.preprocessing.features import Cross, Feature, TFDIdentity
from estikeras.keras.layers.preprocessing.hashed_crossing import HashedCrossing
from estikeras.keras.layers.preprocessing.hashing import Hashing
from estikeras.keras.layers.preprocessing.integer_lookup import IntegerLookup
from estikeras.keras.layers.preprocessing.normalization import Normalization
from estikeras.keras.layers.preprocessing.rescaling import Rescaling
from estikeras.keras.layers.preprocessing.string_lookup import StringLookup
from estikeras.keras.saving import model_files
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.public import public

_BATCH = 32  # samples at once of what comes one by one, as the reference takes them
_KINDS = (
    *("float", "float_rescaled", "float_normalized", "float_discretized"),
    *("integer_categorical", "string_categorical", "integer_hashed", "string_hashed"),
)


@public("keras.utils.FeatureSpace")
class FeatureSpace(Layer):
    """Tables with columns of all kinds as vectors of floats.

    Args:
        features: dict from the names of columns to kinds: what a class method gives, such as
            `FeatureSpace.string_hashed(num_bins=9)`, or the name of that method.
        output_mode: "concat" for one vector a row, "dict" for a dict of encoded columns.
        crosses: list of tuples of names (or `FeatureSpace.cross(...)`), columns that are also
            encoded together, by hash.
        crossing_dim: int, how many bins crosses have that are given by names.
        hashing_dim: int, how many bins hashed columns have that are given by their kind's name.
        num_discretization_bins: int, likewise for "float_discretized".
        name: name of the layer.

    Call arguments:
        data: dict from the names of columns to tensors (batch,) or (batch, 1), or single values.

    Returns:
        (batch, size) float32, or a dict of the columns and crosses; without the batch for single
        values.

    Raises:
        ValueError: for an unknown kind or column, or a column that cannot be part of a vector.

    Example:
        >>> space = FeatureSpace({"size": "float", "color": "string_categorical"})
        >>> space.adapt({"size": [1.0, 2.0], "color": ["red", "blue"]})
        >>> space({"size": 3.0, "color": "blue"}).numpy()
        array([0., 0., 1., 3.], dtype=float32)
    """

    def __init__(
        self,
        features,
        output_mode="concat",
        crosses=None,
        crossing_dim=32,
        hashing_dim=32,
        num_discretization_bins=32,
        name=None,
    ):
        super().__init__(name=name)
        if not features:
            raise errors.invalid("features", got=features, expected="a dict of at least one column")
        if output_mode not in ("dict", "concat"):
            raise errors.invalid("output_mode", got=output_mode, expected="'dict' or 'concat'")
        self.output_mode = output_mode
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {key: self._feature(key, value) for key, value in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.inputs = {
            key: Input((1,), dtype=feature.dtype, name=key)
            for key, feature in self.features.items()
        }
        self.preprocessors = {key: feature.preprocessor for key, feature in self.features.items()}
        self.crossers = {
            cross.name: HashedCrossing(cross.crossing_dim, name=cross.name)
            for cross in self.crosses
        }
        self.one_hot_encoders = {}
        self.encoded_features = None
        self._is_adapted = False

    # Kinds of columns

    @classmethod
    def cross(cls, feature_names, crossing_dim, output_mode="one_hot"):
        """Columns that are encoded together.

        Args:
            feature_names: their names.
            crossing_dim: int, how many bins there are.
            output_mode: "one_hot" or "int".
        """
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype, preprocessor, output_mode):
        """A column that a layer of your choice prepares.

        Args:
            dtype: name of its dtype.
            preprocessor: the layer.
            output_mode: "one_hot", "int" or "float".
        """
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name=None):
        """Numbers that stay as they are."""
        layer = TFDIdentity(dtype="float32", name=_layer_name(name, "float"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_rescaled(cls, scale=1.0, offset=0.0, name=None):
        """Numbers that `Rescaling` scales and shifts."""
        layer = Rescaling(scale, offset, name=_layer_name(name, "float_rescaled"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name=None):
        """Numbers that `Normalization` brings to mean 0 and variance 1."""
        layer = Normalization(axis=-1, name=_layer_name(name, "float_normalized"))
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(cls, num_bins, bin_boundaries=None, output_mode="one_hot", name=None):
        """Numbers to bins, by `Discretization`; one of `num_bins` and `bin_boundaries` is None."""
        layer = Discretization(
            num_bins=num_bins,
            bin_boundaries=bin_boundaries,
            name=_layer_name(name, "float_discretized"),
        )
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None
    ):
        """Integers to their indices, by `IntegerLookup`."""
        name = _layer_name(name, "integer_categorical")
        layer = IntegerLookup(max_tokens, num_oov_indices, name=name)
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None
    ):
        """Strings to their indices, by `StringLookup`."""
        name = _layer_name(name, "string_categorical")
        layer = StringLookup(max_tokens, num_oov_indices, name=name)
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins, output_mode="one_hot", name=None):
        """Strings to bins, by `Hashing`."""
        layer = Hashing(num_bins, name=_layer_name(name, "string_hashed"))
        return Feature("string", layer, output_mode)

    @classmethod
    def integer_hashed(cls, num_bins, output_mode="one_hot", name=None):
        """Integers to bins, by `Hashing`."""
        layer = Hashing(num_bins, name=_layer_name(name, "integer_hashed"))
        return Feature("int32", layer, output_mode)

    def _feature(self, name, kind):
        if isinstance(kind, dict):
            return deserialize_keras_object(kind)
        if isinstance(kind, Feature):
            return kind
        if kind not in _KINDS:
            raise errors.unknown_name("kind of feature", kind, _KINDS)
        size = {
            "float_discretized": (self.num_discretization_bins,),
            "integer_hashed": (self.hashing_dim,),
            "string_hashed": (self.hashing_dim,),
        }
        return getattr(self, kind)(*size.get(kind, ()), name=name)

    def _cross(self, cross):
        if isinstance(cross, dict):
            cross = deserialize_keras_object(cross)
        if not isinstance(cross, Cross):
            if not self.crossing_dim:
                raise errors.invalid(
                    "crossing_dim", got=self.crossing_dim, expected="an int, for the `crosses`"
                )
            cross = Cross(cross, self.crossing_dim)
        if not set(cross.feature_names) <= set(self.features):
            raise errors.invalid(
                "crosses", got=cross.feature_names, expected=f"names among {sorted(self.features)}"
            )
        return cross

    # Learning

    def adapt(self, dataset):
        """Let the layers of all columns learn.

        Args:
            dataset: a `tf.data.Dataset` of dicts, or a dict of arrays.
        """
        if not isinstance(dataset, Dataset | dict):
            raise errors.invalid(
                "dataset", got=type(dataset).__name__, expected="a tf.data.Dataset or a dict"
            )
        for name in self._learners():
            self.preprocessors[name].adapt(_column(dataset, name))
        self._is_adapted = True
        self.get_encoded_features()
        self.built = True

    def _learners(self):
        """The names of the columns whose layers have something to learn."""
        return [name for name, layer in self.preprocessors.items() if _learns(layer)]

    # Encoding

    def get_inputs(self):
        """The symbolic inputs of a model that takes the raw columns, by their names."""
        self.get_encoded_features()
        return self.inputs

    def get_encoded_features(self):
        """The symbolic outputs that belong to `get_inputs`: one, or a dict of them.

        Raises:
            ValueError: if there is something to learn, and `adapt` was not called.
        """
        if not self._is_adapted and self._learners():
            raise ValueError(f"Call `adapt(dataset)` on {self.name!r} before it is used.")
        if self.encoded_features is None:
            self.encoded_features = self._encoded(self.inputs)
        return self.encoded_features

    def __call__(self, data):
        if not isinstance(data, dict):
            raise errors.invalid("data", got=data, expected="a dict from columns to values")
        if set(data) != set(self.features):
            expected = f"the columns {sorted(self.features)}"
            raise errors.invalid("data", got=sorted(data), expected=expected)
        self.get_encoded_features()
        data = {name: data_layer.as_tensor(x) for name, x in data.items()}
        is_single = any(len(x.shape) == 0 for x in data.values())
        for name, x in data.items():
            if len(x.shape) == 0:
                data[name] = ops.reshape(x, (1, 1))
            elif len(x.shape) == 1:
                data[name] = ops.expand_dims(x, -1)
        encoded = self._encoded(data)
        if not is_single:
            return encoded
        if self.output_mode == "concat":
            return ops.squeeze(encoded, 0)
        return {
            name: ops.squeeze(x, 0) if x.ndim == 2 and x.shape[0] == 1 else x
            for name, x in encoded.items()
        }

    def _encoded(self, columns):
        prepared = {name: self.preprocessors[name](x) for name, x in columns.items()}
        crossed = {
            cross.name: self.crossers[cross.name]([prepared[name] for name in cross.feature_names])
            for cross in self.crosses
        }
        specs = {**self.features, **{cross.name: cross for cross in self.crosses}}
        encoded = {}
        for part in (prepared, crossed):
            for name in sorted(part):
                encoded[name] = self._encoded_one(name, part[name], specs[name].output_mode)
        if self.output_mode == "dict":
            return encoded
        return ops.concatenate(list(encoded.values()), axis=-1)

    def _encoded_one(self, name, x, mode):
        if mode == "one_hot":
            if name not in self.one_hot_encoders:
                self.one_hot_encoders[name] = self._new_encoder(name, x.dtype)
            x = self.one_hot_encoders[name](x)
        if self.output_mode == "concat" and not dtypes.is_float(x.dtype):
            raise ValueError(
                f"The column {name!r} of dtype {x.dtype} is not encoded, so it cannot be part of a "
                "vector. Set its `output_mode` to 'one_hot', or that of the space to 'dict'."
            )
        return x

    def _new_encoder(self, name, dtype):
        layer = self.preprocessors.get(name) or self.crossers.get(name)
        if hasattr(layer, "vocabulary_size"):
            size = layer.vocabulary_size()
        elif isinstance(layer, Discretization):
            size = layer.num_bins or len(layer.bin_boundaries) + 1
        else:
            size = getattr(layer, "num_tokens", getattr(layer, "num_bins", None))
        if not dtypes.is_int(dtype) or size is None:
            raise ValueError(
                f"The column {name!r} has `output_mode='one_hot'`, and its layer {layer!r} gives "
                f"{dtype}, not indices below a number that is known. Set `output_mode` to 'float' "
                "or 'int'."
            )
        return CategoryEncoding(size, "multi_hot")

    # Files

    def get_config(self):
        return {
            "features": dict(self.features),
            "output_mode": self.output_mode,
            "crosses": list(self.crosses),
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    def get_build_config(self):
        """With which shapes the layers of the columns were built."""
        return {name: layer.get_build_config() for name, layer in self.preprocessors.items()}

    def build_from_config(self, config):
        """Build the layers of the columns as `get_build_config` says, for what a file holds.

        Args:
            config: the dict.
        """
        for name, shapes in config.items():
            layer = self.preprocessors[name]
            if not layer.built:
                layer.build_from_config(shapes)
        self._is_adapted = True

    def save(self, filepath):
        """Write a file from which `keras.models.load_model` makes an equal space.

        Args:
            filepath: path that ends in `.keras`.
        """
        model_files.save_model(self, filepath)


def _layer_name(name, kind):
    return f"{name or naming.auto_name(kind)}_preprocessor"


def _learns(layer):
    """Whether there is something that a layer learns, and was not given."""
    return (
        hasattr(layer, "adapt")
        and getattr(layer, "input_mean", None) is None
        and not getattr(layer, "_has_input_vocabulary", False)
        and not (isinstance(layer, Discretization) and layer.num_bins is None)
    )


def _column(dataset, name):
    """The batches of a column: what comes one by one in batches, the rest with a last axis of 1."""
    if isinstance(dataset, dict):
        values = data_layer.as_tensor(dataset[name])
        if values.ndim == 1:
            for start in range(0, len(values), _BATCH):
                yield ops.expand_dims(values[start : start + _BATCH], -1)
            return
        values = iter(values)
    else:
        values = (data_layer.as_tensor(element[name]) for element in dataset)
    for value in values:
        if value.ndim == 0:
            value = ops.stack([value, *itertools.islice(values, _BATCH - 1)])
        yield ops.expand_dims(value, -1) if value.ndim == 1 else value
