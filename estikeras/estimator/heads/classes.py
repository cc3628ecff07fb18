"""Classes by number and by name: what heads that classify predict, export and look up."""

from estikeras import errors, ops
from estikeras.compat.name_scopes import named
from estikeras.engine.tensor import TracedTensor
from estikeras.estimator.keys import PredictionKeys
from estikeras.ops import strings
from estikeras.ops.tables import KeyValueTensorInitializer, StaticHashTable


def class_ids_of(labels, vocabulary):
    """The numbers of labels that are names, int64; -1 in a traced step for what is not in the
    vocabulary.

    Raises:
        InvalidArgumentError: for labels with values, naming those that are not in the vocabulary.
    """
    names = ops.convert_to_tensor(list(vocabulary))
    ids = ops.arange(len(vocabulary), dtype="int64")
    found = StaticHashTable(KeyValueTensorInitializer(names, ids), -1).lookup(labels)
    if not isinstance(found, TracedTensor) and bool(ops.any(found < 0)):
        known = set(names.tolist())
        unknown = sorted({x for x in ops.reshape(labels, (-1,)).tolist() if x not in known})
        raise errors.InvalidArgumentError(
            message=f"`labels`: expected values of the label vocabulary {list(vocabulary)}, got "
            f"{unknown[:5]}."
        )
    return found


def labels_where(mask, labels, vocabulary):
    """Labels where a mask is true, elsewhere the first class."""
    return ops.where(mask, labels, 0 if vocabulary is None else vocabulary[0])


def class_names(class_ids, vocabulary):
    """The names of class numbers, strings of the same shape."""
    if vocabulary is None:
        return strings.as_string(class_ids)
    return ops.take(ops.convert_to_tensor(list(vocabulary)), class_ids, axis=0)


def all_class_ids(logits, n_classes):
    """The numbers of all classes for each example, `(batch, n_classes)` int32."""
    # Made of the logits, so that no size of a batch is in the graph.
    column = ops.reshape(logits, (logits.shape[0], -1))[:, :1]
    return ops.cast(column, "int32") * 0 + ops.arange(n_classes, dtype="int32")


def all_classes(logits, n_classes, vocabulary):
    """The names of all classes for each example, `(batch, n_classes)` strings."""
    return class_names(all_class_ids(logits, n_classes), vocabulary)


def class_predictions(keys, logits, class_ids, n_classes, vocabulary):
    """Those of four predictions that are wanted.

    Args:
        keys: names of predictions.
        logits: tensor `(batch, ..., logits)`.
        class_ids: tensor `(batch, ...)`, the most likely class.
        n_classes: int.
        vocabulary: list of names, or None.
    """
    class_ids = ops.expand_dims(named(ops.cast(class_ids, "int64"), "class_ids"), -1)
    makers = {
        PredictionKeys.CLASS_IDS: lambda: class_ids,
        PredictionKeys.CLASSES: lambda: class_names(class_ids, vocabulary),
        PredictionKeys.ALL_CLASS_IDS: lambda: all_class_ids(logits, n_classes),
        PredictionKeys.ALL_CLASSES: lambda: all_classes(logits, n_classes, vocabulary),
    }
    return {key: make() for key, make in makers.items() if key in keys}


def wanted(keys, known):
    """The names of predictions that are wanted, all that are known by default.

    Raises:
        ValueError: for names that are not known.
    """
    unknown = [key for key in keys or () if key not in known]
    if unknown:
        raise errors.invalid("keys", got=unknown, expected=f"names among {list(known)}")
    return keys or known
