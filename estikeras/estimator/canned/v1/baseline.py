"""TensorFlow 1's models that ignore features."""

from estikeras.compat.weighted_losses import Reduction
from estikeras.estimator.canned.baseline import baseline_logits
from estikeras.estimator.canned.v1.heads import RegressionHead, classifier_head
from estikeras.estimator.canned.v1.training import spec_of
from estikeras.estimator.estimator import Estimator
from estikeras.public import public

_LEARNING_RATE = 0.3


@public("compat.v1.estimator.BaselineEstimator")
class BaselineEstimator(Estimator):
    """As `tf.estimator.BaselineEstimator`, with an optimizer of `tf.compat.v1.train` or its name,
    which has the rate 0.3.
    """

    def __init__(self, head, model_dir=None, optimizer="Ftrl", config=None):
        def model_fn(features, labels, mode, config):
            logits, variables = baseline_logits(features, head.logits_dimension)
            part = (variables, optimizer, _LEARNING_RATE, "")
            return spec_of(head, features, labels, mode, logits, [part])

        super().__init__(model_fn, model_dir, config)


@public("compat.v1.estimator.BaselineClassifier")
class BaselineClassifier(BaselineEstimator):
    """As `tf.estimator.BaselineClassifier`, but losses are summed by default (`loss_reduction` is
    one of `tf.compat.v1.losses.Reduction`), and the optimizer is as in `BaselineEstimator` here.
    """

    def __init__(
        self,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Ftrl",
        config=None,
        loss_reduction=Reduction.SUM,
    ):
        head = classifier_head("head", n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(head, model_dir, optimizer, config)


@public("compat.v1.estimator.BaselineRegressor")
class BaselineRegressor(BaselineEstimator):
    """As `tf.estimator.BaselineRegressor`, with the differences of `BaselineClassifier` here."""

    def __init__(
        self,
        model_dir=None,
        label_dimension=1,
        weight_column=None,
        optimizer="Ftrl",
        config=None,
        loss_reduction=Reduction.SUM,
    ):
        head = RegressionHead("head", label_dimension, weight_column, loss_reduction)
        super().__init__(head, model_dir, optimizer, config)
