"""Which of the package `strategies` is which name of `tf.distribute`.

A folder or file called `strategies` beside the user's script would hide that package; it is
noticed here.
"""

import strategies
from estikeras.public import public
from strategies import cluster_spec, communication, input, input_options, resolvers, tf_config

if not hasattr(strategies, "MultiWorkerMirroredStrategy"):
    raise ImportError(
        f"{strategies.__file__} hides the package `strategies` that estikeras needs. Rename it."
    )

Strategy = public("distribute.Strategy")(strategies.Strategy)
StrategyExtended = public("distribute.StrategyExtended")(strategies.StrategyExtended)
OneDeviceStrategy = public("distribute.OneDeviceStrategy")(strategies.OneDeviceStrategy)
MirroredStrategy = public("distribute.MirroredStrategy")(strategies.MirroredStrategy)
MultiWorkerMirroredStrategy = public(
    "distribute.MultiWorkerMirroredStrategy",
    "distribute.experimental.MultiWorkerMirroredStrategy",
)(strategies.MultiWorkerMirroredStrategy)

ReduceOp = public("distribute.ReduceOp")(strategies.ReduceOp)
ReplicaContext = public("distribute.ReplicaContext")(strategies.ReplicaContext)
get_strategy = public("distribute.get_strategy")(strategies.get_strategy)
has_strategy = public("distribute.has_strategy")(strategies.has_strategy)
get_replica_context = public("distribute.get_replica_context")(strategies.get_replica_context)
in_cross_replica_context = public("distribute.in_cross_replica_context")(
    strategies.in_cross_replica_context
)
experimental_set_strategy = public("distribute.experimental_set_strategy")(
    strategies.experimental_set_strategy
)

DisagreementError = public("distribute.DisagreementError")(strategies.DisagreementError)

InputContext = public("distribute.InputContext")(strategies.InputContext)
InputOptions = public("distribute.InputOptions")(strategies.InputOptions)
InputReplicationMode = public("distribute.InputReplicationMode")(input_options.InputReplicationMode)
DistributedDataset = public("distribute.DistributedDataset")(strategies.DistributedDataset)
DistributedIterator = public("distribute.DistributedIterator")(input.DistributedIterator)
AutoShardPolicy = public("data.experimental.AutoShardPolicy")(strategies.AutoShardPolicy)

CommunicationOptions = public("distribute.experimental.CommunicationOptions")(
    communication.CommunicationOptions
)
CommunicationImplementation = public(
    "distribute.experimental.CommunicationImplementation",
    "distribute.experimental.CollectiveCommunication",
)(communication.CommunicationImplementation)

ClusterSpec = public("train.ClusterSpec")(cluster_spec.ClusterSpec)
ClusterResolver = public("distribute.cluster_resolver.ClusterResolver")(
    cluster_spec.ClusterResolver
)
SimpleClusterResolver = public("distribute.cluster_resolver.SimpleClusterResolver")(
    resolvers.SimpleClusterResolver
)
SlurmClusterResolver = public("distribute.cluster_resolver.SlurmClusterResolver")(
    resolvers.SlurmClusterResolver
)
UnionResolver = public("distribute.cluster_resolver.UnionResolver")(resolvers.UnionResolver)
TFConfigClusterResolver = public("distribute.cluster_resolver.TFConfigClusterResolver")(
    tf_config.TFConfigClusterResolver
)
MPIClusterResolver = public("distribute.cluster_resolver.MPIClusterResolver")(
    resolvers.MPIClusterResolver
)
