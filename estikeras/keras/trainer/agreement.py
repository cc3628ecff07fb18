"""What ranks agree on before they train, evaluate or predict together.

Knows models, optimizers and strategies; not how a step runs.
"""

import estikeras
from strategies import context, errors


def build_together(model, strategy):
    """Check that all ranks have the same model and optimizer, and build the optimizer: together,
    unless it is there on some ranks, since the chief may have loaded a model that has it.

    Args:
        model: the model.
        strategy: the Strategy.

    Raises:
        DisagreementError: naming the first difference.
    """
    if strategy.num_replicas_in_sync == 1:
        return
    optimizer = model.optimizer
    facts = {"the version of estikeras": estikeras.__version__}
    _agree(strategy, facts | _facts_of_optimizer(optimizer))
    strategy.compare(_named(model.variables), "the model's variables")
    if optimizer is None:
        return
    is_there = strategy.communicator.allgather(optimizer.built or not model.built)
    if not is_there[strategy.cluster.rank]:
        with context.scope(None if any(is_there) else strategy):
            optimizer.build(model.trainable_variables)


def begin_together(model, strategy, data=None, **settings):
    """Before the first step: check that all ranks train the same model on as many data, and give it
    the chief's values on all ranks.

    Args:
        model: the model.
        strategy: the Strategy.
        data: dict from what data are for to their adapter, or None where there are none.
        **settings: arguments that must be equal on all ranks.

    Raises:
        DisagreementError: naming the first difference.
    """
    if strategy.num_replicas_in_sync == 1:
        return
    facts = {f"the {what.replace('_', ' ')}": value for what, value in settings.items()}
    for purpose, adapter in (data or {}).items():
        for fact, what in _FACTS.items():
            facts[f"the {what} of the {purpose}"] = getattr(adapter, fact, None)
    _agree(strategy, facts)
    build_together(model, strategy)
    variables = list(model.variables)
    variables += model.optimizer.variables if model.optimizer is not None else []
    for variable in variables:
        variable.before_write()
        variable.equal_on_ranks = True
    strategy.synchronize(_named(variables), "the model's variables")


def _agree(strategy, facts):
    """DisagreementError unless all ranks have equal facts, a dict by name."""
    of_ranks = strategy.communicator.allgather(facts, "compare settings")
    for what in dict.fromkeys(what for other in of_ranks for what in other):
        values = [other.get(what) for other in of_ranks]
        if any(value != values[0] for value in values):
            raise errors.disagreement(what, values)


def _named(variables):
    return [(variable.path, variable.buffer) for variable in variables]


_FACTS = {"num_rows": "number of samples", "num_batches": "number of batches"}


def _facts_of_optimizer(optimizer):
    """What must be equal on all ranks; names need not, which count the optimizers made before."""
    if optimizer is None:
        return {"the optimizer": None}
    facts = {"the optimizer": type(optimizer).__name__}
    for argument, value in _without_names(optimizer.get_config()).items():
        is_plain = value is None or isinstance(value, str | int | float)
        facts[f"the optimizer's `{argument}`"] = value if is_plain else repr(value)
    return facts


def _without_names(config):
    if isinstance(config, list | tuple):
        return [_without_names(entry) for entry in config]
    if isinstance(config, dict):
        return {key: _without_names(value) for key, value in config.items() if key != "name"}
    return config
