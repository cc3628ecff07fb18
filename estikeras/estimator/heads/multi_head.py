"""Several heads above one network: their losses are added, their names keep the rest apart."""

from estikeras import errors, ops
from estikeras.compat.summary import scalar
from estikeras.engine import context
from estikeras.estimator.export_outputs import PredictOutput
from estikeras.estimator.heads.head import Head
from estikeras.estimator.heads.training import SCOPE
from estikeras.estimator.keys import MetricKeys, SignatureKeys
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.keras.metrics import Mean
from estikeras.ops import tf_math
from estikeras.public import public


@public("estimator.MultiHead")
class MultiHead(Head):
    """A head of heads.

    Labels are a dict by the heads' names. Logits are such a dict too, or one tensor whose last axis
    has those of the heads one after another. Predictions have pairs of a head's name and a key;
    metrics end with the heads' names.

    Args:
        heads: list of heads with names.
        head_weights: list of what the heads' losses are multiplied by, or None.

    Raises:
        ValueError: for no heads, heads without names, and another number of weights.

    Example:
        >>> head = MultiHead([RegressionHead(name="price"), BinaryClassHead(name="sold")])
        >>> head.logits_dimension
        2
    """

    def __init__(self, heads, head_weights=None):
        if not heads:
            raise errors.invalid("heads", got=heads, expected="a list of heads")
        if head_weights and len(head_weights) != len(heads):
            raise errors.invalid(
                "head_weights", got=head_weights, expected=f"{len(heads)} numbers, as `heads`"
            )
        for head in heads:
            if head.name is None:
                raise errors.invalid("heads", got=head, expected="heads that have a `name`")
        self._heads = {head.name: head for head in heads}
        if len(self._heads) < len(heads):
            names = [head.name for head in heads]
            raise errors.invalid("heads", got=names, expected="heads with different names")
        self._head_weights = tuple(head_weights or ())

    @property
    def name(self):
        return "_".join(self._heads)

    @property
    def logits_dimension(self):
        return sum(head.logits_dimension for head in self._heads.values())

    @property
    def loss_reduction(self):
        """The reduction of all heads.

        Raises:
            ValueError: if they have several.
        """
        reductions = {name: head.loss_reduction for name, head in self._heads.items()}
        if len(set(reductions.values())) > 1:
            raise errors.invalid("loss_reduction", got=reductions, expected="one for all heads")
        return next(iter(reductions.values()))

    def _by_head(self, argument, values):
        if not isinstance(values, dict):
            raise errors.invalid(
                argument, got=values, expected=f"a dict with {list(self._heads)}, the heads' names"
            )
        missing = [name for name in self._heads if name not in values]
        if missing:
            raise errors.invalid(
                argument, got=list(values), expected=f"values for the heads {missing} too"
            )
        return values

    def _logits(self, logits):
        if isinstance(logits, dict):
            return self._by_head("logits", logits)
        logits = ops.convert_to_tensor(logits)
        if logits.shape[-1] != self.logits_dimension:
            sizes = {name: head.logits_dimension for name, head in self._heads.items()}
            raise errors.shape_mismatch(
                "logits",
                got=logits.shape,
                expected=f"a last axis of {self.logits_dimension}, the sum of {sizes}",
            )
        parts, begin = {}, 0
        for name, head in self._heads.items():
            parts[name] = logits[..., begin : begin + head.logits_dimension]
            begin += head.logits_dimension
        return parts

    def loss(self, labels, logits, features=None, mode=None, regularization_losses=None):
        labels, logits = self._by_head("labels", labels), self._logits(logits)
        losses = [
            head.loss(labels[name], logits[name], features, mode)
            for name, head in self._heads.items()
        ]
        if self._head_weights:
            losses = [x * weight for x, weight in zip(losses, self._head_weights, strict=True)]
        return tf_math.add_n([*losses, *(regularization_losses or ())])

    def predictions(self, logits, keys=None):
        logits = self._logits(logits)
        made = {
            (name, key): value
            for name, head in self._heads.items()
            for key, value in head.predictions(logits[name]).items()
        }
        unknown = [key for key in keys or () if key not in made]
        if unknown:
            raise errors.invalid("keys", got=unknown, expected=f"pairs among {list(made)}")
        return {key: made[key] for key in keys} if keys else made

    def metrics(self, regularization_losses=None):
        with context.name_scope("metrics"):
            keys = [f"{MetricKeys.LOSS}/{name}" for name in self._heads]
            made = {key: Mean(name=key) for key in keys}
            if regularization_losses is not None:
                name = MetricKeys.LOSS_REGULARIZATION
                made[self._key(name)] = Mean(name=name)
            for head in self._heads.values():
                made.update(head.metrics())
            return made

    def update_metrics(
        self, eval_metrics, features, logits, labels, mode=None, regularization_losses=None
    ):
        labels, logits = self._by_head("labels", labels), self._logits(logits)
        if regularization_losses is not None:
            total = tf_math.add_n(regularization_losses)
            eval_metrics[self._key(MetricKeys.LOSS_REGULARIZATION)].update_state(total)
        for name, head in self._heads.items():
            loss = head.loss(labels[name], logits[name], features, mode)
            eval_metrics[f"{MetricKeys.LOSS}/{name}"].update_state(loss)
            head.update_metrics(eval_metrics, features, logits[name], labels[name])
        return eval_metrics

    def export_outputs(self, predictions):
        exported = {}
        for name, head in self._heads.items():
            own = {key: value for (owner, key), value in predictions.items() if owner == name}
            outputs = {**head.export_outputs(own), SignatureKeys.PREDICT: PredictOutput(own)}
            exported.setdefault(SignatureKeys.DEFAULT, outputs[SignatureKeys.DEFAULT])
            for key, output in outputs.items():
                is_default = key == SignatureKeys.DEFAULT
                exported[name if is_default else f"{name}/{key}"] = output
        return exported

    def create_estimator_spec(self, features, mode, logits, labels=None, *args, **kwargs):
        spec = super().create_estimator_spec(features, mode, logits, labels, *args, **kwargs)
        if mode == ModeKeys.TRAIN:
            logits = self._logits(logits)
            for name, head in self._heads.items():
                loss = head.loss(labels[name], logits[name], features, mode)
                scalar(f"{MetricKeys.LOSS}/{name}", loss)
        return spec

    @property
    def _training_scope(self):
        # In the reference each of the heads has opened a scope of that name before.
        return f"{SCOPE}_{len(self._heads)}"

    def _summary_name(self, key):
        return key

    def _named_predictions(self, predictions):
        return {f"{name}/{key}": value for (name, key), value in predictions.items()}
