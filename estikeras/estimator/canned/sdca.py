"""LinearSDCA: trains linear models by their dual problem, in which each example has a variable.

Reference: Shalev-Shwartz and Zhang, 2013, Stochastic Dual Coordinate Ascent Methods for Regularized
Loss Minimization.
"""

from estikeras import errors, ops
from estikeras.compat.global_step import get_or_create_global_step
from estikeras.compat.summary import scalar
from estikeras.engine import context
from estikeras.engine.session_graph import action
from estikeras.engine.variable import Variable
from estikeras.estimator.heads import checks
from estikeras.estimator.heads.binary_class_head import BinaryClassHead
from estikeras.estimator.heads.regression_head import RegressionHead
from estikeras.estimator.hooks.base import SessionRunArgs, SessionRunHook
from estikeras.feature_column import column as columns
from estikeras.feature_column import features as feature_dict
from estikeras.feature_column.dense_features import flat
from estikeras.ops import replicas
from estikeras.ops import sdca as sdca_ops
from estikeras.public import public

_LOSSES = {BinaryClassHead: "logistic", RegressionHead: "squared"}


@public("estimator.experimental.LinearSDCA")
class LinearSDCA:
    """An optimizer for `LinearClassifier` and `LinearRegressor` that needs no learning rate. It
    remembers each example, by a feature that names it.

    Args:
        example_id_column: name of the feature with the examples' names, strings (batch,).
        num_loss_partitions: int, by how much steps are shortened.
        num_table_shards: int, the number of tables that remember examples, 100,000 each; None for
            one.
        symmetric_l1_regularization: how strongly weights are drawn to 0 by their absolute values.
        symmetric_l2_regularization: likewise by their squares; about the mean squared norm of an
            example is recommended.
        adaptive: whether examples that gain more come first and more often.

    Raises:
        ValueError: for regularization that is negative, or 0 for squares.
    """

    def __init__(
        self,
        example_id_column,
        num_loss_partitions=1,
        num_table_shards=None,
        symmetric_l1_regularization=0.0,
        symmetric_l2_regularization=1.0,
        adaptive=False,
    ):
        if symmetric_l2_regularization <= 0:
            raise errors.invalid(
                "symmetric_l2_regularization",
                got=symmetric_l2_regularization,
                expected="a number above 0",
            )
        if symmetric_l1_regularization < 0:
            raise errors.invalid(
                "symmetric_l1_regularization",
                got=symmetric_l1_regularization,
                expected="a number that is not negative",
            )
        self._example_id_column, self._shards = example_id_column, num_table_shards or 1
        self._l1, self._l2 = symmetric_l1_regularization, symmetric_l2_regularization
        self._options = {
            "l1": symmetric_l1_regularization,
            "l2": symmetric_l2_regularization,
            "partitions": num_loss_partitions,
            "adaptive": adaptive,
        }

    def check(self, head, sparse_combiner):
        """Refuse heads and combiners that it cannot train.

        Args:
            head: the Head.
            sparse_combiner: that of the linear model.

        Raises:
            ValueError: for others than a `BinaryClassHead` or a `RegressionHead` of one number,
                both with their own losses, and the combiner "sum".
        """
        if sparse_combiner != "sum":
            raise errors.invalid(
                "sparse_combiner", got=sparse_combiner, expected="'sum', for LinearSDCA"
            )
        if _loss_of(head) is None or head.logits_dimension != 1 or head.has_loss_fn:
            raise errors.invalid(
                "optimizer",
                got=f"LinearSDCA for {head!r}",
                expected="two classes, or one number for each example, with the usual loss",
            )

    def training(
        self, model, head, features, labels, logits, unshrunk="{}_unshrunk", summary_scope=""
    ):
        """How a model trains.

        Args:
            model: the built LinearModel.
            head: the Head.
            features: dict of tensors.
            labels: tensor.
            logits: those that the model gives.
            unshrunk: paths of the weights before they are drawn to 0, with a place for the path of
                the weights.
            summary_scope: what stands before the names of summaries.

        Returns:
            An Action that does one pass over a batch, and a hook that must see each.
        """
        if replicas.replica_share() is not None:
            raise errors.unsupported("LinearSDCA on several ranks", "Use 'Ftrl' as optimizer.")
        parts = _parts(model, features)
        unshrunk = [_variable_beside(part.weights, unshrunk) for part in parts]
        tables = [self._table(number) for number in range(1, self._shards + 1)]
        self._summarize([part.weights for part in parts], tables, summary_scope)
        step = get_or_create_global_step()
        weights = checks.weights_of(features, head.weight_column, logits)
        batch = logits.shape[0]
        keys = sdca_ops.example_keys(self._ids(features, batch))
        memory = sdca_ops.ExampleTables([(keys.buffer, values.buffer) for keys, values in tables])
        steps, states = sdca_ops.sdca(
            keys,
            *_entries(parts, unshrunk),
            ops.reshape(head.numeric_labels(labels, logits), (batch,)),
            ops.ones((batch,)) if weights is None else ops.reshape(weights, (batch,)),
            step.value,
            memory,
            loss=_loss_of(head),
            **self._options,
        )
        with action("sdca", self) as made:
            for part, variable in zip(parts, unshrunk, strict=True):
                variable.assign(variable + part.change(steps))
                part.weights.assign(self._shrunk(variable))
            step.assign_add(1)
        variables = [variable for table in tables for variable in table]
        return made, _ExampleMemory(memory, variables, keys, states)

    def _ids(self, features, batch):
        ids = ops.convert_to_tensor(feature_dict.get(features, self._example_id_column))
        if ids.dtype != "string":
            raise errors.wrong_type(
                f"features[{self._example_id_column!r}]",
                got=ids.dtype,
                expected="strings, the names of the examples",
            )
        return ops.reshape(ids, (batch,))

    def _table(self, number):
        # The reference's name, so that checkpoints are the same.
        name = f"ShardedMutableHashTable-{number}-of-{self._shards}"
        with context.scope(names=()):
            keys = ops.zeros((sdca_ops.SLOTS, 2), dtype="int64")
            values = ops.zeros((sdca_ops.SLOTS, 4))
            return (
                Variable(keys, trainable=False, name=f"{name}-keys"),
                Variable(values, trainable=False, name=f"{name}-values"),
            )

    def _shrunk(self, weights):
        return ops.sign(weights) * ops.maximum(ops.abs(weights) - self._l1 / self._l2, 0.0)

    def _summarize(self, weights, tables, scope):
        """How far the weights may be from the best ones, and how many examples are known."""
        sums = sum(ops.sum(values, axis=0) for _, values in tables)
        l1 = self._l1 * sum(ops.sum(ops.abs(w)) for w in weights)
        l2 = self._l2 * sum(ops.sum(ops.square(w)) for w in weights)
        gap = ops.divide_no_nan(sums[1] + sums[2] + l1 + l2, sums[3])
        scalar(f"{scope}approximate_duality_gap", gap)
        known = sum(ops.sum(ops.cast(ops.any(keys != 0, axis=1), "int32")) for keys, _ in tables)
        scalar(f"{scope}examples_seen", known)


class _ExampleMemory(SessionRunHook):
    """Keeps what a step finds out of its examples, in the tables' own memory: they are too large to
    be made anew in each step.

    Args:
        memory: the ExampleTables.
        variables: the variables whose memory that is.
        keys: the tensor with the examples' keys.
        states: the tensor with their new states.
    """

    def __init__(self, memory, variables, keys, states):
        self._memory, self._variables, self._fetches = memory, variables, (keys, states)

    def before_run(self, run_context):
        return SessionRunArgs(self._fetches)

    def after_run(self, run_context, run_values):
        for variable in self._variables:
            variable.before_write()
        self._memory.keep(*run_values.results)


class _Dense:
    """Numbers of all examples and a weight for each: what a dense column gives.

    Args:
        weights: the Variable (numbers, 1) or (numbers,).
        x: float32 (batch, numbers).
    """

    def __init__(self, weights, x):
        self.weights, self.x = weights, x

    def places(self):
        """Which weight each number has, int64 (batch, numbers)."""
        return ops.broadcast_to(ops.arange(self.x.shape[1], dtype="int64"), self.x.shape)

    def gathered(self, weights):
        """The weights at these places."""
        return ops.broadcast_to(ops.reshape(weights, (1, -1)), self.x.shape)

    def change(self, steps):
        """What is added to the weights."""
        return ops.reshape(ops.matmul(steps, self.x), self.weights.shape)


class _Categories:
    """Categories of examples, with a weight for each: what a categorical column gives.

    Args:
        weights: the Variable (categories, 1).
        ids: int64 (batch, entries), -1 for none.
        counts: float32 (batch, entries), or None for ones.
    """

    def __init__(self, weights, ids, counts):
        self.weights, self._ids = weights, ops.reshape(ids, (ids.shape[0], -1))
        counts = 1.0 if counts is None else ops.reshape(counts, self._ids.shape)
        self.x = ops.where(self._ids >= 0, counts, 0.0)
        self._known = ops.maximum(self._ids, 0)

    def places(self):
        """Which weight each entry has, int64 (batch, entries), -1 for none."""
        return self._ids

    def gathered(self, weights):
        """The weights at these places."""
        return ops.take(ops.reshape(weights, (-1,)), self._known, axis=0)

    def change(self, steps):
        """What is added to the weights."""
        parts = ops.reshape(self.x * ops.expand_dims(steps, 1), (-1,))
        size = self.weights.shape[0]
        places = ops.reshape(self._known, (-1,))
        sums = ops.segment_sum(parts, places, num_segments=size)
        return ops.reshape(sums, self.weights.shape)


def _parts(model, features):
    """What each column of a LinearModel gives, and its weights; the bias last."""
    state, parts = model._state_of_columns, []
    features = {key: feature_dict.prepared(features[key]) for key in model._keys}
    features = feature_dict.Features(features)
    for column in model._columns:
        weights = state.get(column, "weights")
        if isinstance(column, columns.CategoricalColumn):
            parts.append(_Categories(weights, column.ids(features), column.weights(features)))
        else:
            parts.append(_Dense(weights, flat(column, column.dense(features, state))))
    return [*parts, _Dense(model.bias, ops.ones((parts[0].x.shape[0], 1)))]


def _entries(parts, weights):
    """All entries side by side: their places among all weights, their numbers, their weights."""
    places, begin = [], 0
    for part in parts:
        place = part.places()
        places.append(ops.where(place >= 0, place + begin, -1))
        begin += part.weights.shape[0]
    return (
        ops.concatenate(places, axis=1),
        ops.concatenate([part.x for part in parts], axis=1),
        ops.concatenate([p.gathered(w.value) for p, w in zip(parts, weights, strict=True)], axis=1),
    )


def _loss_of(head):
    """The name of the loss of a head, None if it has none that can be trained."""
    for kind, loss in _LOSSES.items():
        if isinstance(head, kind) and type(head)._losses is kind._losses:
            return loss
    return None


def _variable_beside(variable, path):
    """A variable of zeros like another one, with a path that has a place for that one's."""
    folder, _, name = path.format(variable.path).rpartition("/")
    with context.scope(names=((folder, None),) if folder else ()):
        return Variable(ops.zeros(variable.shape), trainable=False, name=name)
