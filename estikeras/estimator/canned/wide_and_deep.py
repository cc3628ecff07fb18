"""The wide and deep model of several estimators: two networks whose logits are added, each with an
optimizer of its own.

Reference: Cheng et al., 2016, Wide & Deep Learning for Recommender Systems.
"""

import math

from estikeras import errors
from estikeras.engine.session_graph import group
from estikeras.estimator.canned.dnn import dnn_logits
from estikeras.estimator.canned.features import check_features, layer_sizes
from estikeras.estimator.canned.linear import linear_logits
from estikeras.estimator.canned.optimizers import optimizer_of
from estikeras.estimator.canned.summaries import summarize_layer
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.heads.training import minimize
from estikeras.estimator.mode_keys import ModeKeys

_DNN_LEARNING_RATE = 0.001
_LINEAR_LEARNING_RATE = 0.005


class WideAndDeep(Estimator):
    """A linear model and a deep network below a head; one of both may be missing.

    Args:
        head: a `Head`.
        linear_columns: iterable of the columns of the linear model, or None.
        linear_optimizer: what trains it.
        linear_combiner: how the weights of an example's categories of a column are combined.
        dnn_columns: iterable of the columns of the network, or None.
        dnn_optimizer: what trains it.
        hidden_units: list of int, the sizes of the hidden layers.
        dnn_options: activation, dropout, and whether there is batch normalization.
        run_options: `model_dir` and config.
        warm_start_from: checkpoint to begin with, `WarmStartSettings`, or None.

    Raises:
        ValueError: without any columns, or for a network without hidden layers.
    """

    # What stands before the names of the network's summaries and the linear model's.
    _summary_scopes = ("", "")

    def __init__(
        self,
        head,
        linear_columns,
        linear_optimizer,
        linear_combiner,
        dnn_columns,
        dnn_optimizer,
        hidden_units,
        dnn_options,
        run_options,
        warm_start_from=None,
    ):
        linear_columns, dnn_columns = tuple(linear_columns or ()), tuple(dnn_columns or ())
        if not linear_columns and not dnn_columns:
            raise ValueError(
                "`linear_feature_columns` and `dnn_feature_columns`: expected columns in one of "
                "both, got none."
            )
        if dnn_columns and not hidden_units:
            raise errors.invalid(
                "dnn_hidden_units",
                got=hidden_units,
                expected="the sizes of the hidden layers, since there are `dnn_feature_columns`",
            )
        hidden_units = layer_sizes("dnn_hidden_units", hidden_units or ())

        def model_fn(features, labels, mode, config):
            check_features(features)
            all_logits, parts, units = [], [], head.logits_dimension
            deep, wide = self._summary_scopes
            if dnn_columns:
                options = (units, hidden_units, dnn_columns, *dnn_options, deep)
                logits, variables = dnn_logits(features, mode, *options)
                all_logits.append(logits)
                parts.append((variables, dnn_optimizer, _DNN_LEARNING_RATE))
            if linear_columns:
                options = (units, linear_columns, linear_combiner, wide)
                logits, model = linear_logits(features, *options)
                summarize_layer(f"{wide}linear", logits)
                all_logits.append(logits)
                rate = min(_LINEAR_LEARNING_RATE, 1 / math.sqrt(len(linear_columns)))
                parts.append((model.trainable_variables, linear_optimizer, rate))
            logits = sum(all_logits[1:], all_logits[0])
            return self._spec(head, features, labels, mode, logits, parts)

        super().__init__(model_fn, *run_options, warm_start_from=warm_start_from)

    def _spec(self, head, features, labels, mode, logits, parts):
        """What the model function returns; `parts` are variables, an optimizer as the user gave it,
        and the rate of one given by name.
        """

        def train_op_fn(loss):
            # The first one counts the steps of both.
            made = [optimizer_of(*part[1:], counts_steps=part is parts[0]) for part in parts]
            _tell_apart(made)
            pairs = zip(made, parts, strict=True)
            return group([minimize(optimizer, loss, part[0]) for optimizer, part in pairs])

        return head.create_estimator_spec(
            features=features,
            mode=mode,
            logits=logits,
            labels=labels,
            train_op_fn=train_op_fn if mode == ModeKeys.TRAIN else None,
        )


def _tell_apart(optimizers):
    """Give the second of two optimizers with one name another, as the reference does."""
    first, *others = optimizers
    for other in others:
        if other.checkpoint_scope == first.checkpoint_scope:
            other.name = f"{other.checkpoint_scope}_1"
