"""TensorFlow 1's deep networks."""

from estikeras.compat.weighted_losses import Reduction
from estikeras.estimator.canned.dnn import dnn_logits
from estikeras.estimator.canned.features import layer_sizes
from estikeras.estimator.canned.v1.heads import RegressionHead, classifier_head
from estikeras.estimator.canned.v1.training import check_partitioner, spec_of
from estikeras.estimator.estimator import Estimator
from estikeras.ops.tf_nn import relu
from estikeras.public import public

_LEARNING_RATE = 0.05


@public("compat.v1.estimator.DNNEstimator")
class DNNEstimator(Estimator):
    """As `tf.estimator.DNNEstimator`, with an optimizer of `tf.compat.v1.train` or its name, which
    has the rate 0.05. `input_layer_partitioner` must be None.
    """

    def __init__(
        self,
        head,
        hidden_units,
        feature_columns,
        model_dir=None,
        optimizer="Adagrad",
        activation_fn=relu,
        dropout=None,
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        batch_norm=False,
    ):
        check_partitioner(input_layer_partitioner)
        hidden_units = layer_sizes("hidden_units", hidden_units)
        feature_columns = tuple(feature_columns or ())

        def model_fn(features, labels, mode, config):
            logits, variables = dnn_logits(
                features,
                mode,
                head.logits_dimension,
                hidden_units,
                feature_columns,
                activation_fn,
                dropout,
                batch_norm,
                summary_scope="dnn/",
            )
            # The reference divides variables into one part, which slots are named after.
            part = (variables, optimizer, _LEARNING_RATE, "t_0/")
            return spec_of(head, features, labels, mode, logits, [part])

        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


@public("compat.v1.estimator.DNNClassifier")
class DNNClassifier(DNNEstimator):
    """As `tf.estimator.DNNClassifier`, but losses are summed by default (`loss_reduction` is one of
    `tf.compat.v1.losses.Reduction`), and the optimizer is as in `DNNEstimator` here.
    """

    def __init__(
        self,
        hidden_units,
        feature_columns,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Adagrad",
        activation_fn=relu,
        dropout=None,
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        batch_norm=False,
    ):
        super().__init__(
            classifier_head("dnn/head", n_classes, weight_column, label_vocabulary, loss_reduction),
            hidden_units,
            feature_columns,
            model_dir,
            optimizer,
            activation_fn,
            dropout,
            input_layer_partitioner,
            config,
            warm_start_from,
            batch_norm,
        )


@public("compat.v1.estimator.DNNRegressor")
class DNNRegressor(DNNEstimator):
    """As `tf.estimator.DNNRegressor`, with the differences of `DNNClassifier` here."""

    def __init__(
        self,
        hidden_units,
        feature_columns,
        model_dir=None,
        label_dimension=1,
        weight_column=None,
        optimizer="Adagrad",
        activation_fn=relu,
        dropout=None,
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        batch_norm=False,
    ):
        super().__init__(
            RegressionHead("dnn/head", label_dimension, weight_column, loss_reduction),
            hidden_units,
            feature_columns,
            model_dir,
            optimizer,
            activation_fn,
            dropout,
            input_layer_partitioner,
            config,
            warm_start_from,
            batch_norm,
        )
