"""Wide and deep models: a linear model and a deep network whose logits are added, each with an
optimizer of its own.

Reference: Cheng et al., 2016, Wide & Deep Learning for Recommender Systems.
"""

import math

from estikeras import errors
from estikeras.engine.session_graph import group
from estikeras.estimator.canned.dnn import dnn_logits
from estikeras.estimator.canned.features import check_features
from estikeras.estimator.canned.linear import linear_logits
from estikeras.estimator.canned.optimizers import optimizer_of
from estikeras.estimator.canned.summaries import summarize_layer
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.heads.classifier_head import classifier_head
from estikeras.estimator.heads.regression_head import RegressionHead
from estikeras.estimator.heads.training import minimize
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.ops.tf_nn import relu
from estikeras.public import public

_DNN_LEARNING_RATE = 0.001
_LINEAR_LEARNING_RATE = 0.005


@public("estimator.DNNLinearCombinedEstimator")
class DNNLinearCombinedEstimator(Estimator):
    """A wide and deep model with a head of one's own.

    Args:
        head: a `Head`.
        model_dir: folder for checkpoints and summaries.
        linear_feature_columns: iterable of the columns of the linear model, or None for no such
            model.
        linear_optimizer: name ("Adagrad", "Adam", "Ftrl", "RMSProp", "SGD"; all with the rate
            1 / sqrt(columns), at most 0.005), Keras optimizer, or function that gives one.
        dnn_feature_columns: iterable of the columns of the deep network, or None for no such
            network.
        dnn_optimizer: as `linear_optimizer`, by name with the rate 0.001.
        dnn_hidden_units: list of int, the sizes of the hidden layers.
        dnn_activation_fn: activation of the hidden layers, a function or its name.
        dnn_dropout: part of the hidden layers' values that training leaves out, or None.
        config: a `RunConfig`.
        batch_norm: whether each hidden layer is normalized over the batch.
        linear_sparse_combiner: how the weights of an example's categories of a column are combined:
            "sum", "mean" or "sqrtn".

    Raises:
        ValueError: without any columns; in training, for a network without hidden layers, other
            optimizers, features that are no dict, and labels that do not fit to the head.
    """

    def __init__(
        self,
        head,
        model_dir=None,
        linear_feature_columns=None,
        linear_optimizer="Ftrl",
        dnn_feature_columns=None,
        dnn_optimizer="Adagrad",
        dnn_hidden_units=None,
        dnn_activation_fn=relu,
        dnn_dropout=None,
        config=None,
        batch_norm=False,
        linear_sparse_combiner="sum",
    ):
        self._init(
            head,
            linear_feature_columns,
            linear_optimizer,
            linear_sparse_combiner,
            dnn_feature_columns,
            dnn_optimizer,
            dnn_hidden_units,
            (dnn_activation_fn, dnn_dropout, batch_norm),
            (model_dir, config),
        )

    def _init(
        self,
        head,
        linear_columns,
        linear_optimizer,
        linear_combiner,
        dnn_columns,
        dnn_optimizer,
        hidden_units,
        dnn_options,
        run_options,
        warm_start_from=None,
    ):
        linear_columns, dnn_columns = tuple(linear_columns or ()), tuple(dnn_columns or ())
        if not linear_columns and not dnn_columns:
            raise ValueError(
                "`linear_feature_columns` and `dnn_feature_columns`: expected columns in one of "
                "both, got none."
            )
        if dnn_columns and not hidden_units:
            raise errors.invalid(
                "dnn_hidden_units",
                got=hidden_units,
                expected="the sizes of the hidden layers, since there are `dnn_feature_columns`",
            )

        def model_fn(features, labels, mode, config):
            check_features(features)
            parts, units = [], head.logits_dimension
            if dnn_columns:
                made = dnn_logits(features, mode, units, hidden_units, dnn_columns, *dnn_options)
                parts.append((*made, dnn_optimizer, _DNN_LEARNING_RATE))
            if linear_columns:
                logits, model = linear_logits(features, units, linear_columns, linear_combiner)
                rate = min(_LINEAR_LEARNING_RATE, 1 / math.sqrt(len(linear_columns)))
                parts.append((logits, model.trainable_variables, linear_optimizer, rate))
                summarize_layer("linear", logits)
            logits = sum(part[0] for part in parts[1:]) + parts[0][0]

            def train_op_fn(loss):
                # The first one counts the steps of both.
                made = [optimizer_of(*part[2:], counts_steps=part is parts[0]) for part in parts]
                _tell_apart(made)
                pairs = zip(made, parts, strict=True)
                return group([minimize(optimizer, loss, part[1]) for optimizer, part in pairs])

            return head.create_estimator_spec(
                features=features,
                mode=mode,
                logits=logits,
                labels=labels,
                train_op_fn=train_op_fn if mode == ModeKeys.TRAIN else None,
            )

        super().__init__(model_fn, *run_options, warm_start_from=warm_start_from)


@public("estimator.DNNLinearCombinedClassifier")
class DNNLinearCombinedClassifier(DNNLinearCombinedEstimator):
    """A wide and deep model that tells classes apart.

    Arguments that are not listed are those of `DNNLinearCombinedEstimator`; of the head,
    `n_classes` is how many classes there are, `weight_column` the name of the feature with the
    examples' weights, `label_vocabulary` the classes' names if labels are strings, and
    `loss_reduction` one of `tf.losses.Reduction`. `warm_start_from` is a checkpoint to begin with,
    or `WarmStartSettings`.

    Raises:
        ValueError: for arguments that the head refuses, and as `DNNLinearCombinedEstimator`.
    """

    def __init__(
        self,
        model_dir=None,
        linear_feature_columns=None,
        linear_optimizer="Ftrl",
        dnn_feature_columns=None,
        dnn_optimizer="Adagrad",
        dnn_hidden_units=None,
        dnn_activation_fn=relu,
        dnn_dropout=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        config=None,
        warm_start_from=None,
        loss_reduction="sum_over_batch_size",
        batch_norm=False,
        linear_sparse_combiner="sum",
    ):
        self._init(
            classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction),
            linear_feature_columns,
            linear_optimizer,
            linear_sparse_combiner,
            dnn_feature_columns,
            dnn_optimizer,
            dnn_hidden_units,
            (dnn_activation_fn, dnn_dropout, batch_norm),
            (model_dir, config),
            warm_start_from,
        )


@public("estimator.DNNLinearCombinedRegressor")
class DNNLinearCombinedRegressor(DNNLinearCombinedEstimator):
    """A wide and deep model that predicts numbers.

    Arguments that are not listed are those of `DNNLinearCombinedEstimator`; of the head,
    `label_dimension` is how many numbers a label has, `weight_column` the name of the feature with
    the examples' weights, and `loss_reduction` one of `tf.losses.Reduction`. `warm_start_from` is a
    checkpoint to begin with, or `WarmStartSettings`.

    Raises:
        ValueError: for arguments that the head refuses, and as `DNNLinearCombinedEstimator`.
    """

    def __init__(
        self,
        model_dir=None,
        linear_feature_columns=None,
        linear_optimizer="Ftrl",
        dnn_feature_columns=None,
        dnn_optimizer="Adagrad",
        dnn_hidden_units=None,
        dnn_activation_fn=relu,
        dnn_dropout=None,
        label_dimension=1,
        weight_column=None,
        config=None,
        warm_start_from=None,
        loss_reduction="sum_over_batch_size",
        batch_norm=False,
        linear_sparse_combiner="sum",
    ):
        self._init(
            RegressionHead(label_dimension, weight_column, loss_reduction),
            linear_feature_columns,
            linear_optimizer,
            linear_sparse_combiner,
            dnn_feature_columns,
            dnn_optimizer,
            dnn_hidden_units,
            (dnn_activation_fn, dnn_dropout, batch_norm),
            (model_dir, config),
            warm_start_from,
        )


def _tell_apart(optimizers):
    """Give the second of two optimizers with one name another, as the reference does."""
    first, *others = optimizers
    for other in others:
        if other.checkpoint_scope == first.checkpoint_scope:
            other.name = f"{other.checkpoint_scope}_1"
