"""Models that ignore features: one logit for all examples, the least that others must beat."""

from estikeras import errors, ops
from estikeras.engine import context
from estikeras.engine.variable import Variable
from estikeras.estimator.canned.features import check_features
from estikeras.estimator.canned.optimizers import optimizer_of
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.heads.classifier_head import classifier_head
from estikeras.estimator.heads.regression_head import RegressionHead
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.public import public

_LEARNING_RATE = 0.3


@public("estimator.BaselineEstimator")
class BaselineEstimator(Estimator):
    """A bias with a head of one's own.

    Args:
        head: a `Head`.
        model_dir: folder for checkpoints and summaries.
        optimizer: name ("Adagrad", "Adam", "Ftrl", "RMSProp", "SGD"; all with the rate 0.3), Keras
            optimizer, or function that gives one.
        config: a `RunConfig`.

    Raises:
        ValueError: in training, for other optimizers, features that are no dict, and labels that do
            not fit to the head.
    """

    def __init__(self, head, model_dir=None, optimizer="Ftrl", config=None):
        def model_fn(features, labels, mode, config):
            logits, variables = baseline_logits(features, head.logits_dimension)
            training = mode == ModeKeys.TRAIN
            return head.create_estimator_spec(
                features=features,
                mode=mode,
                logits=logits,
                labels=labels,
                optimizer=optimizer_of(optimizer, _LEARNING_RATE) if training else None,
                trainable_variables=variables,
            )

        super().__init__(model_fn, model_dir, config)


@public("estimator.BaselineClassifier")
class BaselineClassifier(BaselineEstimator):
    """The classes' frequencies.

    Args:
        model_dir: folder for checkpoints and summaries.
        n_classes: int, how many classes there are.
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        label_vocabulary: list of the classes' names, if labels are strings.
        optimizer: as in `BaselineEstimator`.
        config: a `RunConfig`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.

    Raises:
        ValueError: for arguments that the head refuses, and as `BaselineEstimator`.
    """

    def __init__(
        self,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Ftrl",
        config=None,
        loss_reduction="sum_over_batch_size",
    ):
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(head, model_dir, optimizer, config)


@public("estimator.BaselineRegressor")
class BaselineRegressor(BaselineEstimator):
    """The labels' mean.

    Args:
        model_dir: folder for checkpoints and summaries.
        label_dimension: int, how many numbers an example's label has.
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        optimizer: as in `BaselineEstimator`.
        config: a `RunConfig`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.

    Raises:
        ValueError: for arguments that the head refuses, and as `BaselineEstimator`.
    """

    def __init__(
        self,
        model_dir=None,
        label_dimension=1,
        weight_column=None,
        optimizer="Ftrl",
        config=None,
        loss_reduction="sum_over_batch_size",
    ):
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__(head, model_dir, optimizer, config)


def baseline_logits(features, units):
    """A bias for each example, under the name that it has in the reference.

    Args:
        features: dict of tensors, which say how many examples there are.
        units: int, the size of the logits.

    Returns:
        The pair of logits `(batch, units)` and the list of the bias.

    Raises:
        ValueError: for features that are no dict, none, or of different batches.
    """
    check_features(features)
    sizes = {name: feature.shape[0] for name, feature in features.items()}
    if len(set(sizes.values())) != 1:
        raise errors.invalid("features", got=sizes, expected="tensors with one size of batch")
    with context.name_scope("baseline"):
        bias = Variable(ops.zeros((units,)), name="bias")
    batch = next(iter(sizes.values()))
    return ops.broadcast_to(ops.convert_to_tensor(bias), (batch, units)), [bias]
