"""The metrics of `compile`, matched with the model's outputs, and the plain names ("accuracy") that
depend on shapes.
"""

from estikeras.engine import tree
from estikeras.keras import losses
from estikeras.keras import metrics as keras_metrics
from estikeras.keras.metrics.base import Metric
from estikeras.keras.metrics.reduction import MeanMetricWrapper
from estikeras.keras.trainer.outputs import align, flatten_like, names_of


class CompileMetrics(Metric):
    """All metrics of `compile`.

    Args:
        metrics: name, function or Metric, lists and dicts of them by output.
        weighted_metrics: likewise; they get the sample weights.
        output_names: names of the model's outputs, or None.
    """

    def __init__(self, metrics, weighted_metrics=None, output_names=None):
        super().__init__(name="compile_metrics")
        for name in tree.flatten([metrics, weighted_metrics]):
            if isinstance(name, str) and name.lower() not in _ACCURACY | _CROSSENTROPY:
                keras_metrics.get(name)  # an unknown name is an error now, not in `fit`
        vars(self).update(
            _given=metrics,
            _given_weighted=weighted_metrics,
            output_names=output_names,
            _entries=None,
        )

    @property
    def variables(self):
        """The variables of all metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    @property
    def built(self):
        """Whether the outputs are known."""
        return self._entries is not None

    @property
    def metrics(self):
        """The Metrics, in order."""
        return [metric for _, _, metric, _ in self._entries or ()]

    @property
    def named_metrics(self):
        """Pairs of the name that a metric has in the logs and the Metric, in order."""
        return [(name, metric) for _, _, metric, name in self._entries or ()]

    def build(self, y_true, y_pred):
        """Make the metrics that fit the outputs."""
        names = names_of(y_pred, self.output_names)
        outputs = tree.flatten(y_pred)
        targets = flatten_like(y_true, y_pred, names, "y")
        vars(self).update(_names=names, _entries=[])
        for weighted, given in ((False, self._given), (True, self._given_weighted)):
            for i, entry in enumerate(align(given, names, "metrics", several=True)):
                for identifier in entry if isinstance(entry, list | tuple) else [entry]:
                    if identifier is not None and targets[i] is not None:
                        metric, name = as_metric(identifier, targets[i], outputs[i])
                        name = f"{names[i]}_{name}" if len(names) > 1 else name
                        self._entries.append((i, weighted, metric, name))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Update every metric with a batch."""
        if self._entries is None:
            self.build(y_true, y_pred)
        outputs = tree.flatten(y_pred)
        targets = flatten_like(y_true, y_pred, self._names, "y")
        weights = [None] * len(outputs)
        if sample_weight is not None:
            weights = flatten_like(sample_weight, y_pred, self._names, "sample_weight")
        for i, weighted, metric, _ in self._entries:
            if weighted and weights[i] is not None:
                metric.update_state(targets[i], outputs[i], sample_weight=weights[i])
            else:
                metric.update_state(targets[i], outputs[i])

    def result(self):
        """Name -> value of every metric; a name that comes twice gets a number."""
        results = {}
        for _, _, metric, name in self._entries or ():
            unique, count = name, 0
            while unique in results:
                count += 1
                unique = f"{name}_{count}"
            results[unique] = metric.result()
        return results

    def reset_state(self):
        """Begin anew."""
        for metric in self.metrics:
            metric.reset_state()


_ACCURACY = {"accuracy", "acc"}
_CROSSENTROPY = {"crossentropy", "ce"}


def as_metric(identifier, y_true, y_pred):
    """A Metric from a name, function or Metric, and the name that it has in the logs."""
    name = str(identifier) if isinstance(identifier, str) else None
    lowered = name.lower() if name else None
    if lowered in _ACCURACY | _CROSSENTROPY:
        kind = _kind_of_labels(y_true, y_pred)
        suffix = "Accuracy" if lowered in _ACCURACY else "Crossentropy"
        return getattr(keras_metrics, f"{kind}{suffix}")(name=name), name
    metric = (
        keras_metrics.get(identifier)
        if not callable(identifier) or isinstance(identifier, Metric)
        else identifier
    )
    if isinstance(metric, Metric):
        if name is not None and not isinstance(identifier, Metric):
            return metric, name if name in _short_names() else metric.name
        return metric, metric.name
    name = name or getattr(metric, "__name__", None) or type(metric).__name__
    if isinstance(metric, losses.Loss):
        name = metric.name
    return MeanMetricWrapper(metric, name=name), name


def _short_names():
    return {
        "mse",
        "MSE",
        "mae",
        "MAE",
        "mape",
        "MAPE",
        "msle",
        "MSLE",
        "bce",
        "BCE",
        "cosine_similarity",
    }


def _kind_of_labels(y_true, y_pred):
    """Which accuracy or cross-entropy is meant, by the shapes of targets and outputs."""
    classes = y_pred.shape[-1] if len(y_pred.shape) > 0 else 1
    if classes == 1:
        return "Binary"
    is_sparse = len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1
    return "SparseCategorical" if is_sparse else "Categorical"
