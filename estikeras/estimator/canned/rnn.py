"""Recurrent networks over columns of sequences."""

from estikeras import errors
from estikeras.compat.summary import histogram
from estikeras.engine import context
from estikeras.estimator.canned.features import check_features
from estikeras.estimator.canned.optimizers import optimizer_of
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.heads.classifier_head import classifier_head
from estikeras.estimator.heads.sequential_head import SequentialHead
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.feature_column.dense_features import DenseFeatures
from estikeras.feature_column.sequence_features import (
    SequenceFeatures,
    concatenate_context_input,
)
from estikeras.keras.layers import (
    GRU,
    LSTM,
    RNN,
    Dense,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
)
from estikeras.ops import tf_arrays
from estikeras.public import public

_LEARNING_RATE = 0.05
_CLIP_NORM = 5.0
_LAYERS = {"simple_rnn": SimpleRNN, "lstm": LSTM, "gru": GRU}
_CELLS = {"simple_rnn": SimpleRNNCell, "lstm": LSTMCell, "gru": GRUCell}


@public("estimator.experimental.RNNEstimator")
class RNNEstimator(Estimator):
    """A recurrent network with a head of one's own.

    Args:
        head: a `Head`.
        sequence_feature_columns: iterable of columns of sequences.
        context_feature_columns: iterable of dense columns, whose numbers are given at each step, or
            None.
        units: int, or list of int for cells above one another.
        cell_type: "simple_rnn" (the default), "lstm", "gru", or a class of cells that takes
            `units`.
        rnn_cell_fn: in place of `units` and `cell_type`, function that gives a cell or a list of
            cells.
        return_sequences: whether each step is predicted; only `RNNClassifier` has heads for that.
        model_dir: folder for checkpoints and summaries.
        optimizer: name ("Adagrad", "Adam", "Ftrl", "RMSProp", "SGD"; all with the rate 0.05 and
            gradients clipped to the norm 5), Keras optimizer, or function that gives one.
        config: a `RunConfig`.

    Raises:
        ValueError: for `rnn_cell_fn` together with what it is in place of, and `return_sequences`
            with a head of single labels.
    """

    def __init__(
        self,
        head,
        sequence_feature_columns,
        context_feature_columns=None,
        units=None,
        cell_type=None,
        rnn_cell_fn=None,
        return_sequences=False,
        model_dir=None,
        optimizer="Adagrad",
        config=None,
    ):
        if return_sequences and not isinstance(head, SequentialHead):
            raise errors.invalid(
                "head",
                got=head,
                expected="the head of `RNNClassifier`, since `return_sequences` is True",
            )
        if rnn_cell_fn is not None and (units is not None or cell_type is not None):
            raise errors.invalid(
                "rnn_cell_fn",
                got=f"units={units!r}, cell_type={cell_type!r}",
                expected="none of both, since it gives the cells",
            )
        sequence_columns = tuple(sequence_feature_columns)
        context_columns = tuple(context_feature_columns or ())

        def model_fn(features, labels, mode, config):
            check_features(features)
            rnn = _rnn_layer(units, cell_type, rnn_cell_fn, return_sequences)
            logits, mask, variables = rnn_logits(
                features, mode, head.logits_dimension, rnn, sequence_columns, context_columns
            )
            if return_sequences:
                features = {head.mask_key: mask, **features}
            return head.create_estimator_spec(
                features=features,
                mode=mode,
                logits=logits,
                labels=labels,
                optimizer=_optimizer(optimizer) if mode == ModeKeys.TRAIN else None,
                trainable_variables=variables,
            )

        super().__init__(model_fn, model_dir, config)


@public("estimator.experimental.RNNClassifier")
class RNNClassifier(RNNEstimator):
    """A recurrent network that tells classes of sequences apart, or of their steps.

    Args:
        sequence_feature_columns: iterable of columns of sequences.
        context_feature_columns: as in `RNNEstimator`.
        units: int, or list of int for cells above one another.
        cell_type: as in `RNNEstimator`.
        rnn_cell_fn: as in `RNNEstimator`.
        return_sequences: whether each step has a label.
        model_dir: folder for checkpoints and summaries.
        n_classes: int, how many classes there are.
        weight_column: name of the feature with the examples' weights, or None.
        label_vocabulary: list of the classes' names, if labels are strings.
        optimizer: as in `RNNEstimator`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        sequence_mask: what predictions call the mask of the steps that there are.
        config: a `RunConfig`.

    Raises:
        ValueError: for arguments that the head refuses, and as `RNNEstimator`.
    """

    def __init__(
        self,
        sequence_feature_columns,
        context_feature_columns=None,
        units=None,
        cell_type=None,
        rnn_cell_fn=None,
        return_sequences=False,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Adagrad",
        loss_reduction="sum_over_batch_size",
        sequence_mask="sequence_mask",
        config=None,
    ):
        def make_head(weights):
            return classifier_head(n_classes, weights, label_vocabulary, loss_reduction)

        head = (
            SequentialHead(make_head, sequence_mask, weight_column)
            if return_sequences
            else make_head(weight_column)
        )
        super().__init__(
            head,
            sequence_feature_columns,
            context_feature_columns,
            units,
            cell_type,
            rnn_cell_fn,
            return_sequences,
            model_dir,
            optimizer,
            config,
        )


def rnn_logits(features, mode, units, rnn, sequence_columns, context_columns):
    """The network, under the names that its variables have in the reference.

    Args:
        features: dict of tensors.
        mode: one of `ModeKeys`.
        units: int, the size of the logits.
        rnn: the recurrent layer.
        sequence_columns: iterable of columns of sequences.
        context_columns: iterable of dense columns, may be empty.

    Returns:
        Logits `(batch, units)` or `(batch, steps, units)`, the mask of the steps that there are,
        and the list of trainable variables.
    """
    layers = [SequenceFeatures(sequence_columns, name="sequence_features")]
    sequences, lengths = layers[0](features)
    histogram("rnn_model/sequence_input_layer/sequence_length", lengths)
    if context_columns:
        layers.append(DenseFeatures(context_columns, name="dense_features"))
        sequences = concatenate_context_input(layers[1](features), sequences)
    mask = tf_arrays.sequence_mask(lengths, sequences.shape[1])
    with context.name_scope("rnn_model"):
        layers += [rnn, Dense(units, name="logits")]
        net = rnn(sequences, mask=mask, training=mode == ModeKeys.TRAIN)
        logits = layers[-1](net)
    return logits, mask, [v for layer in layers for v in layer.trainable_variables]


def _rnn_layer(units, cell_type, rnn_cell_fn, return_sequences):
    if rnn_cell_fn is None:
        if isinstance(units, int) and cell_type in _LAYERS:
            return _LAYERS[cell_type](units, return_sequences=return_sequences)
        cells = _cells(units, cell_type or "simple_rnn")
    else:
        cells = rnn_cell_fn()
    return RNN(cells, return_sequences=return_sequences)


def _cells(units, cell_type):
    make = _CELLS.get(cell_type, cell_type) if isinstance(cell_type, str) else cell_type
    if not callable(make):
        raise errors.invalid(
            "cell_type", got=cell_type, expected=f"one of {sorted(_CELLS)}, or a class of cells"
        )
    if units is None:
        raise errors.invalid("units", got=None, expected="sizes of the cells, or a `rnn_cell_fn`")
    cells = [make(units=size) for size in ([units] if isinstance(units, int) else units)]
    for cell in cells:
        if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
            raise errors.invalid(
                "cell_type", got=cell_type, expected="cells with `call` and `state_size`"
            )
    return cells[0] if len(cells) == 1 else cells


def _optimizer(given):
    optimizer = optimizer_of(given, _LEARNING_RATE)
    if isinstance(given, str):
        optimizer.clipnorm = _CLIP_NORM
    return optimizer
