"""What heads ask of labels, logits, weights and loss functions, and what is wrong with others."""

import inspect
import numbers

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import TracedTensor
from estikeras.feature_column import features as feature_dict
from estikeras.feature_column.numeric import NumericColumn
from estikeras.keras.losses.reduction import Reduction
from estikeras.ops.embedding import embedding_lookup


def dense_logits(logits, dimension):
    """Logits as float32.

    Raises:
        ValueError: unless they are `(batch, ..., dimension)`.
    """
    logits = ops.cast(ops.convert_to_tensor(logits), "float32")
    if len(logits.shape) < 2 or logits.shape[-1] != dimension:
        raise errors.shape_mismatch(
            "logits", got=logits.shape, expected=f"shape (batch, ..., {dimension})"
        )
    return logits


def require_labels(labels):
    """Labels that are there.

    Raises:
        ValueError: for None.
    """
    if labels is None:
        raise errors.invalid(
            "labels",
            got=None,
            expected="a tensor",
            hint="`input_fn` must give pairs of features and labels to train and to evaluate.",
        )
    return labels


def dense_labels(labels, logits, dimension, names=False):
    """Labels as a tensor `(batch, ..., dimension)`, with the first axes of the logits.

    Args:
        labels: tensor; a last axis of 1 may be missing.
        logits: tensor.
        dimension: size of the last axis.
        names: whether they are strings.

    Raises:
        ValueError: for None, sparse labels, other shapes, and strings where there should be numbers
            or the reverse.
        TypeError: for a dict.
    """
    if isinstance(labels, dict):
        raise errors.wrong_type(
            "labels", got=labels, expected="a tensor", hint="Several labels need a MultiHead."
        )
    if isinstance(require_labels(labels), SparseTensor):
        raise errors.invalid(
            "labels",
            got=labels,
            expected=f"a dense tensor (batch, ..., {dimension})",
            hint="Each example has that many values? Use `tf.sparse.to_dense` in `input_fn`.",
        )
    labels = ops.convert_to_tensor(labels)
    if (labels.dtype == "string") != names:
        raise errors.invalid(
            "labels",
            got=f"dtype {labels.dtype}",
            expected="strings, as there is a `label_vocabulary`" if names else "numbers",
            hint=None if names else "Names of classes need a classifier's `label_vocabulary`.",
        )
    if len(labels.shape) == len(logits.shape) - 1:
        labels = ops.expand_dims(labels, -1)
    expected = (*logits.shape[:-1], dimension)
    if tuple(labels.shape) != expected:
        raise errors.shape_mismatch(
            "labels",
            got=labels.shape,
            expected=expected,
            hint="Does the head's `n_classes` or `label_dimension` agree with the labels?",
        )
    return labels


def labels_in_range(labels, n_classes, what="labels"):
    """Labels, if they are all from 0 to `n_classes - 1`.

    Args:
        labels: tensor of numbers.
        n_classes: int.
        what: what they are, for the error.

    Raises:
        InvalidArgumentError: for others; of a traced step, when it runs.
    """
    if isinstance(labels, TracedTensor):
        # Programs check indices and nothing else, so what is out of range is made one. Others are
        # 0, in a table of zeros.
        right = ops.logical_and(labels >= 0, labels <= n_classes - 1)
        away_from_zero = ops.sign(labels) * ops.ceil(ops.abs(labels))
        index = ops.cast(ops.where(right, 0, away_from_zero), "int32")
        zeros = embedding_lookup(ops.zeros((n_classes, 1)), index)[..., 0]
        return labels + ops.cast(zeros, labels.dtype)
    low, high = float(ops.min(labels)), float(ops.max(labels))
    if not (low >= 0 and high <= n_classes - 1):
        raise errors.InvalidArgumentError(
            message=f"`{what}`: expected values from 0 to {n_classes - 1}, got values from "
            f"{low:g} to {high:g}."
        )
    return labels


def weights_of(features, weight_column, logits, per_logit=False):
    """The weights of a batch, `(batch, ..., 1)` float32, or None without a weight column.

    Args:
        features: dict of tensors.
        weight_column: None, name of a feature, or a numeric column.
        logits: tensor `(batch, ..., dimension)`.
        per_logit: whether weights may have the logits' own shape.

    Raises:
        TypeError: for another weight column.
        ValueError: for a missing feature, and for weights of another shape or that are no numbers.
    """
    if weight_column is None:
        return None
    key, normalizer = weight_column, None
    if isinstance(weight_column, NumericColumn):
        key, normalizer = weight_column.key, weight_column.normalizer_fn
    elif not isinstance(weight_column, str):
        raise errors.wrong_type(
            "weight_column", got=weight_column, expected="the name of a feature or a numeric column"
        )
    weights = feature_dict.prepared(feature_dict.get(features or {}, key))
    weights = weights if normalizer is None else normalizer(weights)
    if weights.dtype == "string":
        raise errors.invalid(f"features[{key!r}]", got=weights.dtype, expected="numbers")
    weights = ops.cast(weights, "float32")
    if len(weights.shape) == len(logits.shape) - 1:
        weights = ops.expand_dims(weights, -1)
    expected = (*logits.shape[:-1], 1)
    if tuple(weights.shape) != expected and not (
        per_logit and tuple(weights.shape) == tuple(logits.shape)
    ):
        raise errors.shape_mismatch(
            f"features[{key!r}]",
            got=weights.shape,
            expected=f"{expected[:-1]} or {expected}" + (f" or {logits.shape}" * per_logit),
            hint="It is the weight column.",
        )
    return weights


def check_loss_fn(loss_fn):
    """Refuse a loss function that does not take `labels` and `logits`, or takes more than these,
    `features` and `loss_reduction`.
    """
    if loss_fn is None:
        return
    names = set(inspect.signature(loss_fn).parameters)
    if not {"labels", "logits"} <= names <= {"labels", "logits", "features", "loss_reduction"}:
        raise errors.invalid(
            "loss_fn",
            got=f"a function of {sorted(names)}",
            expected="a function of `labels`, `logits` and at most `features`, `loss_reduction`",
        )


def call_loss_fn(loss_fn, labels, logits, features, dimension):
    """The losses that a user's function gives, `(batch, ..., dimension)`.

    Raises:
        ValueError: for another shape.
    """
    takes = inspect.signature(loss_fn).parameters
    more = {"features": features} if "features" in takes else {}
    losses = loss_fn(labels=labels, logits=logits, **more)
    expected = (*logits.shape[:-1], dimension)
    if tuple(losses.shape) != expected:
        raise errors.shape_mismatch("what `loss_fn` gives", got=losses.shape, expected=expected)
    return losses


def check_reduction(loss_reduction):
    """Refuse what is no name of a reduction to one number."""
    known = [name for name in Reduction.all() if name != Reduction.NONE]
    if loss_reduction not in known:
        raise errors.invalid("loss_reduction", got=loss_reduction, expected=f"one of {known}")


def check_n_classes(n_classes, least, hint=None):
    """Refuse a number of classes that is no int, or too small for a head."""
    if not isinstance(n_classes, numbers.Integral) or n_classes < least:
        raise errors.invalid(
            "n_classes", got=n_classes, expected=f"an int, {least} or more", hint=hint
        )


def check_vocabulary(label_vocabulary, n_classes=None):
    """Refuse a vocabulary that is no list, or has not `n_classes` entries."""
    if label_vocabulary is None:
        return
    if not isinstance(label_vocabulary, list | tuple):
        raise errors.invalid("label_vocabulary", got=label_vocabulary, expected="a list")
    if n_classes is not None and len(label_vocabulary) != n_classes:
        raise errors.invalid(
            "label_vocabulary", got=label_vocabulary, expected=f"{n_classes} names, as `n_classes`"
        )


def thresholds_in_range(thresholds):
    """A tuple of thresholds.

    Raises:
        ValueError: unless they are between 0 and 1.
    """
    thresholds = tuple(thresholds or ())
    if not all(0 < threshold < 1 for threshold in thresholds):
        raise errors.invalid("thresholds", got=thresholds, expected="numbers between 0 and 1")
    return thresholds


def indicators(labels, n_classes, rows):
    """Sparse class ids as `(rows, n_classes)` int64: 1 where an example has the class."""
    ids = labels.values
    if not dtypes.is_int(ids.dtype):
        raise errors.wrong_type("labels", got=ids.dtype, expected="integers or strings")
    ids = labels_in_range(ids, n_classes)
    examples = ops.cast(labels.indices[:, 0], "int64")
    places = examples * n_classes + ops.cast(ids, "int64")
    counts = ops.segment_sum(ops.ones_like(places), places, num_segments=rows * n_classes)
    return ops.reshape(ops.minimum(counts, 1), (rows, n_classes))
