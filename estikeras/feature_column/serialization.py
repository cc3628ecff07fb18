"""Columns as plain values, for the files of layers, and back."""

import dataclasses

from estikeras import errors
from estikeras.feature_column import column as columns
from estikeras.feature_column.bucketized import BucketizedColumn
from estikeras.feature_column.crossed import CrossedColumn
from estikeras.feature_column.embedding import EmbeddingColumn
from estikeras.feature_column.hashed import HashedCategoricalColumn
from estikeras.feature_column.identity import IdentityCategoricalColumn
from estikeras.feature_column.indicator import IndicatorColumn
from estikeras.feature_column.numeric import NumericColumn
from estikeras.feature_column.sequence import SequenceCategoricalColumn, SequenceNumericColumn
from estikeras.feature_column.shared import SharedEmbeddingColumn
from estikeras.feature_column.vocabulary import (
    VocabularyFileCategoricalColumn,
    VocabularyListCategoricalColumn,
)
from estikeras.feature_column.weighted import WeightedCategoricalColumn
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object

_KINDS = {
    kind.__name__: kind
    for kind in (
        BucketizedColumn,
        CrossedColumn,
        EmbeddingColumn,
        HashedCategoricalColumn,
        IdentityCategoricalColumn,
        IndicatorColumn,
        NumericColumn,
        SequenceCategoricalColumn,
        SequenceNumericColumn,
        VocabularyFileCategoricalColumn,
        VocabularyListCategoricalColumn,
        WeightedCategoricalColumn,
    )
}

_FUNCTIONS = ("initializer", "normalizer_fn")


def serialized(column):
    """A column as `{"class_name": ..., "config": ...}`; the name of a feature stays.

    Args:
        column: a column, or str.
    """
    if isinstance(column, str):
        return column
    if isinstance(column, SharedEmbeddingColumn):
        raise errors.unsupported(
            "The configuration of a column of `shared_embeddings`",
            "Save the weights alone, or use `embedding_column`.",
        )
    names = [field.name for field in dataclasses.fields(column)]
    config = {name: _plain(name, getattr(column, name)) for name in names}
    return {"class_name": type(column).__name__, "config": config}


def _plain(name, value):
    if isinstance(value, columns.FeatureColumn):
        return serialized(value)
    if isinstance(value, tuple):
        return [_plain(name, one) for one in value]
    return serialize_keras_object(value) if name in _FUNCTIONS else value


def deserialized(config, custom_objects=None):
    """The column that `serialized` wrote.

    Args:
        config: the dict, or str.
        custom_objects: dict from names to functions and initializers of one's own.
    """
    if isinstance(config, str):
        return config
    kind = _KINDS.get(config.get("class_name"))
    if kind is None:
        raise errors.unknown_name("feature column", config.get("class_name"), _KINDS)
    names = [field.name for field in dataclasses.fields(kind)]
    if set(config["config"]) != set(names):
        raise errors.invalid("config", got=config["config"], expected=f"the keys {names}")
    return kind(**{name: _restored(name, config["config"][name], custom_objects) for name in names})


def _restored(name, value, custom_objects):
    if name in _FUNCTIONS and value is not None:
        function = deserialize_keras_object(value, custom_objects)
        if not callable(function):
            raise errors.invalid(
                name, got=value, expected="the name of something among the `custom_objects`"
            )
        return function
    if isinstance(value, dict):
        return deserialized(value, custom_objects)
    if isinstance(value, list | tuple):
        return tuple(_restored(None, one, custom_objects) for one in value)
    return value
