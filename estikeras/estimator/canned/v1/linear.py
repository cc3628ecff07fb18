"""TensorFlow 1's linear models."""

import math

from estikeras.compat.optimizers.ftrl import FtrlOptimizer
from estikeras.compat.weighted_losses import Reduction
from estikeras.estimator.canned.linear import linear_logits
from estikeras.estimator.canned.sdca import LinearSDCA
from estikeras.estimator.canned.v1.heads import RegressionHead, classifier_head
from estikeras.estimator.canned.v1.training import check_partitioner, spec_of
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.public import public

_LEARNING_RATE = 0.2


@public("compat.v1.estimator.LinearEstimator")
class LinearEstimator(Estimator):
    """As `tf.estimator.LinearEstimator`, with an optimizer of `tf.compat.v1.train` or its name,
    which has the rate 0.2. `partitioner` must be None.
    """

    def __init__(
        self,
        head,
        feature_columns,
        model_dir=None,
        optimizer="Ftrl",
        config=None,
        partitioner=None,
        sparse_combiner="sum",
        warm_start_from=None,
    ):
        check_partitioner(partitioner)
        feature_columns = tuple(feature_columns or ())
        dual = isinstance(optimizer, LinearSDCA)
        if dual:
            optimizer.check(head, sparse_combiner)
        if optimizer is None:
            rate = min(_LEARNING_RATE, 1 / math.sqrt(len(feature_columns)))
            optimizer = FtrlOptimizer(rate)

        def model_fn(features, labels, mode, config):
            logits, model = linear_logits(
                features, head.logits_dimension, feature_columns, sparse_combiner, "linear/"
            )
            # The reference divides variables into one part, after which others are named.
            if dual and mode == ModeKeys.TRAIN:
                how = (features, labels, logits, "linear/{}/part_0_unshrunk", "linear/")
                step, hook = optimizer.training(model, head, *how)
                spec = head.create_estimator_spec(
                    features, mode, logits, labels, train_op_fn=lambda loss: step
                )
                return spec._replace(training_hooks=(*spec.training_hooks, hook))
            part = (model.trainable_variables, optimizer, _LEARNING_RATE, "part_0/")
            return spec_of(head, features, labels, mode, logits, [part])

        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


@public("compat.v1.estimator.LinearClassifier")
class LinearClassifier(LinearEstimator):
    """As `tf.estimator.LinearClassifier`, but losses are summed by default (`loss_reduction` is one
    of `tf.compat.v1.losses.Reduction`), and the optimizer is as in `LinearEstimator` here.
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
        partitioner=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        sparse_combiner="sum",
    ):
        super().__init__(
            classifier_head(
                "linear/head", n_classes, weight_column, label_vocabulary, loss_reduction
            ),
            feature_columns,
            model_dir,
            optimizer,
            config,
            partitioner,
            sparse_combiner,
            warm_start_from,
        )


@public("compat.v1.estimator.LinearRegressor")
class LinearRegressor(LinearEstimator):
    """As `tf.estimator.LinearRegressor`, with the differences of `LinearClassifier` here."""

    def __init__(
        self,
        feature_columns,
        model_dir=None,
        label_dimension=1,
        weight_column=None,
        optimizer="Ftrl",
        config=None,
        partitioner=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        sparse_combiner="sum",
    ):
        super().__init__(
            RegressionHead("linear/head", label_dimension, weight_column, loss_reduction),
            feature_columns,
            model_dir,
            optimizer,
            config,
            partitioner,
            sparse_combiner,
            warm_start_from,
        )
