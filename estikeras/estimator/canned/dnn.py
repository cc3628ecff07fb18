"""Deep neural networks: dense layers over feature columns."""

from estikeras.compat.name_scopes import named
from estikeras.engine import context
from estikeras.engine.variable_store import local_variables
from estikeras.estimator.canned.features import check_features, layer_sizes
from estikeras.estimator.canned.optimizers import optimizer_of
from estikeras.estimator.canned.summaries import summarize_layer
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.heads.classifier_head import classifier_head
from estikeras.estimator.heads.regression_head import RegressionHead
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.feature_column.dense_features import DenseFeatures
from estikeras.keras.layers import BatchNormalization, Dense, Dropout
from estikeras.ops.tf_nn import relu
from estikeras.public import public


@public("estimator.DNNEstimator")
class DNNEstimator(Estimator):
    """A deep neural network with a head of one's own.

    Args:
        head: a `Head`.
        hidden_units: list of int, the sizes of the hidden layers; without any the model is linear.
        feature_columns: iterable of dense columns.
        model_dir: folder for checkpoints and summaries.
        optimizer: name ("Adagrad", "Adam", "Ftrl", "RMSProp", "SGD"), Keras optimizer, or function
            that gives one.
        activation_fn: activation of the hidden layers, a function or its name.
        dropout: part of the hidden layers' values that training leaves out, or None.
        config: a `RunConfig`.
        warm_start_from: checkpoint to begin with, or `WarmStartSettings`.
        batch_norm: whether each hidden layer is normalized over the batch.

    Raises:
        ValueError: for `hidden_units` that are no list of sizes; in training, for other optimizers,
            features that are no dict, and labels that do not fit to the head.
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
        config=None,
        warm_start_from=None,
        batch_norm=False,
    ):
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
            )
            return head.create_estimator_spec(
                features=features,
                mode=mode,
                logits=logits,
                labels=labels,
                optimizer=optimizer_of(optimizer) if mode == ModeKeys.TRAIN else None,
                trainable_variables=variables,
            )

        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


@public("estimator.DNNClassifier")
class DNNClassifier(DNNEstimator):
    """A deep neural network that tells classes apart.

    Args:
        hidden_units: list of int, the sizes of the hidden layers; without any the model is linear.
        feature_columns: iterable of dense columns.
        model_dir: folder for checkpoints and summaries.
        n_classes: int, how many classes there are.
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        label_vocabulary: list of the classes' names, if labels are strings.
        optimizer: as in `DNNEstimator`.
        activation_fn: activation of the hidden layers, a function or its name.
        dropout: part of the hidden layers' values that training leaves out, or None.
        config: a `RunConfig`.
        warm_start_from: checkpoint to begin with, or `WarmStartSettings`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        batch_norm: whether each hidden layer is normalized over the batch.

    Raises:
        ValueError: for arguments that the head refuses, and as `DNNEstimator`.

    Example:
        >>> age = feature_column.numeric_column("age")
        >>> model = estimator.DNNClassifier([16, 8], [age], n_classes=3)
        >>> model.train(lambda: dataset.shuffle(1000).repeat().batch(32), steps=1000)
        >>> model.evaluate(lambda: dataset.batch(32))["accuracy"]
        0.97
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
        config=None,
        warm_start_from=None,
        loss_reduction="sum_over_batch_size",
        batch_norm=False,
    ):
        super().__init__(
            classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction),
            hidden_units,
            feature_columns,
            model_dir,
            optimizer,
            activation_fn,
            dropout,
            config,
            warm_start_from,
            batch_norm,
        )


@public("estimator.DNNRegressor")
class DNNRegressor(DNNEstimator):
    """A deep neural network that predicts numbers.

    Args:
        hidden_units: list of int, the sizes of the hidden layers; without any the model is linear.
        feature_columns: iterable of dense columns.
        model_dir: folder for checkpoints and summaries.
        label_dimension: int, how many numbers an example's label has.
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        optimizer: as in `DNNEstimator`.
        activation_fn: activation of the hidden layers, a function or its name.
        dropout: part of the hidden layers' values that training leaves out, or None.
        config: a `RunConfig`.
        warm_start_from: checkpoint to begin with, or `WarmStartSettings`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        batch_norm: whether each hidden layer is normalized over the batch.

    Raises:
        ValueError: for arguments that the head refuses, and as `DNNEstimator`.
    """

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
        config=None,
        warm_start_from=None,
        loss_reduction="sum_over_batch_size",
        batch_norm=False,
    ):
        super().__init__(
            RegressionHead(label_dimension, weight_column, loss_reduction),
            hidden_units,
            feature_columns,
            model_dir,
            optimizer,
            activation_fn,
            dropout,
            config,
            warm_start_from,
            batch_norm,
        )


def dnn_logits(
    features,
    mode,
    units,
    hidden_units,
    feature_columns,
    activation_fn=relu,
    dropout=None,
    batch_norm=False,
    summary_scope="",
):
    """The network, under the names that its variables have in the reference.

    Args:
        features: dict of tensors.
        mode: one of `ModeKeys`.
        units: int, the size of the logits.
        hidden_units: list of int, the sizes of the hidden layers; without any the model is linear.
        feature_columns: iterable of dense columns.
        activation_fn: activation of the hidden layers, a function or its name.
        dropout: part of the hidden layers' values that training leaves out, or None.
        batch_norm: whether each hidden layer is normalized over the batch.
        summary_scope: what stands before the names of summaries.

    Returns:
        The pair of logits `(batch, units)` and the list of trainable variables.
    """
    with context.name_scope("dnn"):
        logits, variables, activations = network(
            features, mode, units, hidden_units, feature_columns, activation_fn, dropout, batch_norm
        )
    for name, values in activations.items():
        summarize_layer(f"{summary_scope}dnn/{name}", values)
    return logits, variables


def network(
    features, mode, units, hidden_units, feature_columns, activation_fn, dropout, batch_norm
):
    """The network in the scope that is open; arguments are those of `dnn_logits`.

    Returns:
        Logits `(batch, units)`, the list of trainable variables, and a dict of the values of each
        layer by its name.
    """
    check_features(features)
    training, layers, activations = mode == ModeKeys.TRAIN, [], {}

    def apply(layer, *args, **kwargs):
        layers.append(layer)
        return layer(*args, **kwargs)

    with context.name_scope("input_from_feature_columns"):
        net = apply(DenseFeatures(feature_columns, name="input_layer"), features)
    for index, size in enumerate(hidden_units):
        name = f"hiddenlayer_{index}"
        net = apply(Dense(size, activation=activation_fn, name=name), net)
        if dropout is not None and training:
            with local_variables():  # the reference's checkpoints have no seed generators
                layer = Dropout(dropout)
            net = apply(layer, net, training=True)
        if batch_norm:
            with context.name_scope(name):
                norm = BatchNormalization(momentum=0.999, name=f"batchnorm_{index}")
                net = apply(norm, net, training=training)
        activations[name] = net
    activations["logits"] = logits = apply(Dense(units, name="logits"), net)
    named(logits, "logits/BiasAdd")
    return logits, [v for layer in layers for v in layer.trainable_variables], activations
