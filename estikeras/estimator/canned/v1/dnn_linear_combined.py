"""TensorFlow 1's wide and deep models."""

from estikeras.compat.weighted_losses import Reduction
from estikeras.estimator.canned.v1.heads import RegressionHead, classifier_head
from estikeras.estimator.canned.v1.training import check_partitioner, spec_of
from estikeras.estimator.canned.wide_and_deep import WideAndDeep
from estikeras.ops.tf_nn import relu
from estikeras.public import public


class _WideAndDeep(WideAndDeep):
    """The model with a head of TensorFlow 1, and its optimizers."""

    _summary_scopes = ("dnn/", "linear/")

    def _spec(self, head, features, labels, mode, logits, parts):
        return spec_of(head, features, labels, mode, logits, [(*part, "") for part in parts])


@public("compat.v1.estimator.DNNLinearCombinedEstimator")
class DNNLinearCombinedEstimator(_WideAndDeep):
    """As `tf.estimator.DNNLinearCombinedEstimator`, with optimizers of `tf.compat.v1.train` or
    their names, which have the same rates. `input_layer_partitioner` must be None.
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
        input_layer_partitioner=None,
        config=None,
        batch_norm=False,
        linear_sparse_combiner="sum",
    ):
        check_partitioner(input_layer_partitioner)
        super().__init__(
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


@public("compat.v1.estimator.DNNLinearCombinedClassifier")
class DNNLinearCombinedClassifier(_WideAndDeep):
    """As `tf.estimator.DNNLinearCombinedClassifier`, but losses are summed by default
    (`loss_reduction` is one of `tf.compat.v1.losses.Reduction`), and optimizers are as in
    `DNNLinearCombinedEstimator` here.
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
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        batch_norm=False,
        linear_sparse_combiner="sum",
    ):
        check_partitioner(input_layer_partitioner)
        super().__init__(
            classifier_head("head", n_classes, weight_column, label_vocabulary, loss_reduction),
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


@public("compat.v1.estimator.DNNLinearCombinedRegressor")
class DNNLinearCombinedRegressor(_WideAndDeep):
    """As `tf.estimator.DNNLinearCombinedRegressor`, with the differences of
    `DNNLinearCombinedClassifier` here.
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
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        batch_norm=False,
        linear_sparse_combiner="sum",
    ):
        check_partitioner(input_layer_partitioner)
        super().__init__(
            RegressionHead("head", label_dimension, weight_column, loss_reduction),
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
