"""Wide and deep models: a linear model and a deep network whose logits are added."""

from estikeras.estimator.canned.wide_and_deep import WideAndDeep
from estikeras.estimator.heads.classifier_head import classifier_head
from estikeras.estimator.heads.regression_head import RegressionHead
from estikeras.ops.tf_nn import relu
from estikeras.public import public


@public("estimator.DNNLinearCombinedEstimator")
class DNNLinearCombinedEstimator(WideAndDeep):
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


@public("estimator.DNNLinearCombinedClassifier")
class DNNLinearCombinedClassifier(WideAndDeep):
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
        super().__init__(
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
class DNNLinearCombinedRegressor(WideAndDeep):
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
        super().__init__(
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
