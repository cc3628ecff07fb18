"""Which strategy is in force in this thread, and whether the code that runs is one replica's part
of a step. Knows no strategy.
"""

import contextlib
import threading


class _State(threading.local):
    strategies = ()
    replica = None


_state = _State()
_defaults = {}


def set_default(make):
    """Say how the strategy is made that holds where no scope is open; `make` is called once."""
    _defaults["make"] = make
    _defaults.pop("strategy", None)


def default_strategy():
    """The strategy that holds where no scope is open: of all ranks, if there are several."""
    if "strategy" not in _defaults:
        _defaults["strategy"] = _defaults["make"]()
    return _defaults["strategy"]


def get_strategy():
    """The strategy of the innermost open scope, or the default strategy."""
    return _state.strategies[-1] if _state.strategies else default_strategy()


def has_strategy():
    """Whether a scope of a strategy is open."""
    return bool(_state.strategies)


def in_cross_replica_context():
    """Whether a strategy's scope is open and the code is not one replica's part of a step."""
    return has_strategy() and _state.replica is None


def get_replica_context():
    """The ReplicaContext in `strategy.run` or outside of any scope; None directly in a scope."""
    if _state.replica is not None or has_strategy():
        return _state.replica
    return default_strategy().replica_context()


def replica():
    """The ReplicaContext of the running part of a step where there are several replicas; else
    None: what one replica alone does needs no help of the others.
    """
    return _state.replica if _state.replica and _state.replica.num_replicas_in_sync > 1 else None


def experimental_set_strategy(strategy):
    """Let a strategy hold from now on in this thread, as if a scope was opened; None ends it."""
    _state.strategies = () if strategy is None else (strategy,)


@contextlib.contextmanager
def scope(strategy):
    """Let a strategy hold for the length of a `with` block; None leaves all scopes."""
    before = _state.strategies
    _state.strategies = () if strategy is None else (*before, strategy)
    try:
        yield strategy
    finally:
        _state.strategies = before


@contextlib.contextmanager
def entered(replica_context):
    """Run a `with` block as one replica's part of a step; None leaves the step."""
    before = _state.replica
    _state.replica = replica_context
    try:
        yield replica_context
    finally:
        _state.replica = before
