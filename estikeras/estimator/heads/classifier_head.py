"""The head of classifiers, by the number of classes."""

from estikeras.estimator.heads import checks
from estikeras.estimator.heads.binary_class_head import BinaryClassHead
from estikeras.estimator.heads.multi_class_head import MultiClassHead


def classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction):
    """A `BinaryClassHead` for two classes, else a `MultiClassHead`; arguments are theirs."""
    options = {
        "weight_column": weight_column,
        "label_vocabulary": label_vocabulary,
        "loss_reduction": loss_reduction,
    }
    checks.check_n_classes(n_classes, 2)
    if n_classes == 2:
        return BinaryClassHead(**options)
    return MultiClassHead(n_classes, **options)
