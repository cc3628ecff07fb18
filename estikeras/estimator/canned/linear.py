"""Linear models of feature columns."""

import math

from estikeras.engine import context
from estikeras.estimator.canned.features import check_features
from estikeras.estimator.canned.optimizers import optimizer_of
from estikeras.estimator.canned.sdca import LinearSDCA
from estikeras.estimator.canned.summaries import summarize_linear
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.heads.classifier_head import classifier_head
from estikeras.estimator.heads.regression_head import RegressionHead
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.feature_column.linear_model import LinearModel
from estikeras.keras.optimizers.legacy import Ftrl
from estikeras.public import public

_LEARNING_RATE = 0.2


@public("estimator.LinearEstimator")
class LinearEstimator(Estimator):
    """A linear model with a head of one's own.

    Args:
        head: a `Head`.
        feature_columns: iterable of dense and categorical columns.
        model_dir: folder for checkpoints and summaries.
        optimizer: name ("Adagrad", "Adam", "Ftrl", "RMSProp", "SGD"; all with the rate 0.2), Keras
            optimizer, function that gives one, or `LinearSDCA`; None for Ftrl with the rate
            1 / sqrt(columns), at most 0.2.
        config: a `RunConfig`.
        sparse_combiner: how the weights of an example's categories of a column are combined: "sum",
            "mean" or "sqrtn".
        warm_start_from: checkpoint to begin with, or `WarmStartSettings`.

    Raises:
        ValueError: for a head that `LinearSDCA` cannot train; in training, for other optimizers,
            features that are no dict, and labels that do not fit to the head.
    """

    def __init__(
        self,
        head,
        feature_columns,
        model_dir=None,
        optimizer="Ftrl",
        config=None,
        sparse_combiner="sum",
        warm_start_from=None,
    ):
        feature_columns = tuple(feature_columns or ())

        dual = isinstance(optimizer, LinearSDCA)
        if dual:
            optimizer.check(head, sparse_combiner)

        def model_fn(features, labels, mode, config):
            logits, model = linear_logits(
                features, head.logits_dimension, feature_columns, sparse_combiner
            )
            how, hooks = {}, ()
            if mode == ModeKeys.TRAIN and dual:
                step, hook = optimizer.training(model, head, features, labels, logits)
                how["train_op_fn"], hooks = lambda loss: step, (hook,)
            elif mode == ModeKeys.TRAIN:
                how["optimizer"] = _optimizer(optimizer, feature_columns)
                how["trainable_variables"] = model.trainable_variables
            spec = head.create_estimator_spec(
                features=features, mode=mode, logits=logits, labels=labels, **how
            )
            return spec._replace(training_hooks=(*spec.training_hooks, *hooks))

        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


@public("estimator.LinearClassifier")
class LinearClassifier(LinearEstimator):
    """A linear model that tells classes apart.

    Args:
        feature_columns: iterable of dense and categorical columns.
        model_dir: folder for checkpoints and summaries.
        n_classes: int, how many classes there are.
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        label_vocabulary: list of the classes' names, if labels are strings.
        optimizer: as in `LinearEstimator`.
        config: a `RunConfig`.
        warm_start_from: checkpoint to begin with, or `WarmStartSettings`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        sparse_combiner: as in `LinearEstimator`.

    Raises:
        ValueError: for arguments that the head refuses, and as `LinearEstimator`.
    """

    def __init__(
        self,
        feature_columns,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Ftrl",
        config=None,
        warm_start_from=None,
        loss_reduction="sum_over_batch_size",
        sparse_combiner="sum",
    ):
        super().__init__(
            classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction),
            feature_columns,
            model_dir,
            optimizer,
            config,
            sparse_combiner,
            warm_start_from,
        )


@public("estimator.LinearRegressor")
class LinearRegressor(LinearEstimator):
    """A linear model that predicts numbers.

    Args:
        feature_columns: iterable of dense and categorical columns.
        model_dir: folder for checkpoints and summaries.
        label_dimension: int, how many numbers an example's label has.
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        optimizer: as in `LinearEstimator`.
        config: a `RunConfig`.
        warm_start_from: checkpoint to begin with, or `WarmStartSettings`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        sparse_combiner: as in `LinearEstimator`.

    Raises:
        ValueError: for arguments that the head refuses, and as `LinearEstimator`.
    """

    def __init__(
        self,
        feature_columns,
        model_dir=None,
        label_dimension=1,
        weight_column=None,
        optimizer="Ftrl",
        config=None,
        warm_start_from=None,
        loss_reduction="sum_over_batch_size",
        sparse_combiner="sum",
    ):
        super().__init__(
            RegressionHead(label_dimension, weight_column, loss_reduction),
            feature_columns,
            model_dir,
            optimizer,
            config,
            sparse_combiner,
            warm_start_from,
        )


def linear_logits(features, units, feature_columns, sparse_combiner="sum", summary_scope=""):
    """The model, under the names that its variables have in the reference.

    Args:
        features: dict of tensors.
        units: int, the size of the logits.
        feature_columns: iterable of dense and categorical columns.
        sparse_combiner: as in `LinearEstimator`.
        summary_scope: what stands before the names of summaries.

    Returns:
        The pair of logits `(batch, units)` and the `LinearModel` that gave them.
    """
    with context.name_scope("linear"):
        logits, model = sums_of_weights(features, units, feature_columns, sparse_combiner)
    summarize_linear(model, summary_scope)
    return logits, model


def sums_of_weights(features, units, feature_columns, sparse_combiner):
    """The model in the scope that is open; arguments and results are those of `linear_logits`."""
    check_features(features)
    model = LinearModel(feature_columns, units, sparse_combiner, name="linear_model")
    return model(features), model


def _optimizer(given, feature_columns):
    if given is None:
        rate = min(_LEARNING_RATE, 1 / math.sqrt(len(feature_columns)))
        return optimizer_of(lambda: Ftrl(learning_rate=rate))
    return optimizer_of(given, _LEARNING_RATE)
