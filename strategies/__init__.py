"""Data parallelism over MPI for any NumPy training loop; knows nothing of Keras.

strategy = strategies.MultiWorkerMirroredStrategy()     # all ranks that the launcher started
with strategy.scope():
...
strategy.reduce("SUM", gradients)                       # on every rank
strategies.launch(train, args=(data,), num_replicas=2)  # from a process that is no rank
"""

from strategies import cluster, context
from strategies.context import (
    experimental_set_strategy,
    get_replica_context,
    get_strategy,
    has_strategy,
    in_cross_replica_context,
)
from strategies.errors import DisagreementError, DistributionError, RemoteError, StartError
from strategies.input import AutoShardPolicy, DistributedDataset, InputContext, InputOptions
from strategies.launching import launch
from strategies.mirrored import MirroredStrategy
from strategies.multi_worker import MultiWorkerMirroredStrategy
from strategies.one_device import OneDeviceStrategy
from strategies.strategy import ReplicaContext, Strategy, StrategyExtended
from strategies.values import ReduceOp

__all__ = [
    "AutoShardPolicy",
    "DisagreementError",
    "DistributedDataset",
    "DistributionError",
    "InputContext",
    "InputOptions",
    "MirroredStrategy",
    "MultiWorkerMirroredStrategy",
    "OneDeviceStrategy",
    "ReduceOp",
    "RemoteError",
    "ReplicaContext",
    "StartError",
    "Strategy",
    "StrategyExtended",
    "experimental_set_strategy",
    "get_replica_context",
    "get_strategy",
    "has_strategy",
    "in_cross_replica_context",
    "launch",
]


def _default_strategy():
    """Under a launcher all ranks are replicas, also of a script that names no strategy."""
    return MultiWorkerMirroredStrategy() if cluster.launched_size() > 1 else Strategy()


context.set_default(_default_strategy)
