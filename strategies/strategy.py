"""What a strategy is: replicas that each do their part of a step, and how their values meet."""

import contextlib
import functools
import warnings

import numpy as np

from strategies import communicators, context, errors, values
from strategies.cluster import Cluster
from strategies.input import distribute, distribute_from_function
from strategies.reduction import Reduction
from strategies.resolvers import MPIClusterResolver
from strategies.structure import map_structure
from strategies.values import ReduceOp

_ALONE = (
    "All ranks must build the same model. To let each rank train a model of its own, do it in "
    "`with OneDeviceStrategy().scope():`."
)


class ReplicaContext:
    """One replica's view while it does its part of a step.

    Args:
        strategy: the Strategy.
        share: None, where code divides by the global batch itself, and values of the replicas are
            added; else what part of the global batch is this replica's (a `Share`), and means over
            a replica's rows become means over all rows.
    """

    def __init__(self, strategy, share=None):
        self.strategy, self.share = strategy, share

    @property
    def num_replicas_in_sync(self):
        """How many replicas do the step together."""
        return self.strategy.num_replicas_in_sync

    @property
    def replica_id_in_sync_group(self):
        """The number of this replica, from 0."""
        return self.strategy.cluster.rank

    def all_reduce(self, reduce_op, value, options=None):
        """The sum or mean of a structure of values over the replicas; every replica calls it.

        Args:
            reduce_op: ReduceOp, or its name.
            value: structure of arrays of equal shapes on all replicas.
            options: must be None.
        """
        _refuse_options(options)
        return self.strategy.reduce(reduce_op, value, axis=None)

    def all_gather(self, value, axis, options=None):
        """The replicas' values, one after the other along an axis; every replica calls it."""
        _refuse_options(options)
        return self.strategy.gather(value, axis)

    def merge_call(self, merge_fn, args=(), kwargs=None):
        """`merge_fn(strategy, *args, **kwargs)` outside of the step."""
        with context.entered(None):
            return merge_fn(self.strategy, *args, **(kwargs or {}))


class Strategy:
    """One replica alone; the base of strategies with several.

    Args:
        cluster: the Cluster of the replicas, one rank each.
        communicator: "auto", "shared", "flat" or "naive".
        compression: None, or "bf16" to halve what goes over the network.
        shard_update: whether the ranks of a machine have one copy of the weights, of which each
            updates its pieces. Without several ranks on each machine there is nothing to share.
    """

    def __init__(self, cluster=None, communicator="auto", compression=None, shard_update=False):
        communicators.check(communicator, compression)
        self.cluster = cluster or Cluster()
        self._options = communicator, compression
        self._shard_update = shard_update

    @property
    def num_replicas_in_sync(self):
        """How many replicas there are."""
        return self.cluster.size

    @functools.cached_property
    def communicator(self):
        """The Communicator of the replicas."""
        name, compression = self._options
        return communicators.create(name, self.cluster, compression)

    @functools.cached_property
    def shard_update(self):
        """Whether the ranks of a machine share one copy of the weights and the work of updates."""
        if not self._shard_update or self.num_replicas_in_sync == 1:
            return False
        if not self.communicator.shares_memory and self.cluster.is_chief:
            warnings.warn(
                f"`shard_update` has no effect: the communicator {self.communicator.name!r} does "
                "not share memory here. It needs several ranks on each machine, and 'auto' or "
                "'shared'.",
                stacklevel=2,
            )
        return self.communicator.shares_memory

    @functools.cached_property
    def reduction(self):
        """The Reduction over the replicas."""
        return Reduction(self.communicator)

    @functools.cached_property
    def cluster_resolver(self):
        """Who the ranks are, as a ClusterResolver."""
        return MPIClusterResolver(self.cluster)

    @property
    def extended(self):
        """What is beyond the everyday: who should write files."""
        return StrategyExtended(self)

    def scope(self):
        """A context manager in which variables start equal on all ranks, and models belong to this
        strategy.
        """
        return context.scope(self)

    def replica_context(self, share=None):
        """The ReplicaContext of this rank."""
        return ReplicaContext(self, share)

    def run(self, fn, args=(), kwargs=None, options=None):
        """Let every replica call a function with its own arguments, as its part of a step.

        Args:
            fn: what to call; gradients that an optimizer applies in it are added over the replicas.
            args: positional arguments, such as a batch of a distributed dataset.
            kwargs: keyword arguments.
            options: must be None.

        Returns:
            This replica's result.
        """
        _refuse_options(options)
        with self.part_of_step(self.replica_context()):
            return fn(*args, **(kwargs or {}))

    @contextlib.contextmanager
    def part_of_step(self, replica_context):
        """A context manager for one replica's part of a step. If it fails on this rank, the others
        are told at the next collective, so that ranks never go on a step apart.
        """
        try:
            with context.scope(self), context.entered(replica_context):
                yield
        except Exception as error:
            self.step_failed(error)
            raise

    def step_failed(self, error):
        """Tell the other ranks, at the next collective, that a step failed on this one.

        A DisagreementError is known to all ranks.
        """
        if self.num_replicas_in_sync > 1 and not isinstance(error, errors.DisagreementError):
            self.communicator.step_failed(error)

    def reduce(self, reduce_op, value, axis=None):
        """The sum or mean of a structure of values over the replicas, on every rank.

        Args:
            reduce_op: ReduceOp, or its name.
            value: structure of arrays or numbers of equal shapes on all ranks.
            axis: also along this axis, which may then differ in length; None only over replicas.
        """
        op = ReduceOp.of(reduce_op)

        def reduced(leaf):
            count = 1
            if axis is not None:
                leaf, count = values.sum_along(leaf, axis)
            if self.num_replicas_in_sync > 1:
                leaf = values.sum_over_replicas(leaf, self.reduction)
                if axis is None:
                    count = self.num_replicas_in_sync
                else:
                    count = values.sum_over_replicas(count, self.reduction)
            return values.divided(leaf, count) if op is ReduceOp.MEAN else leaf

        return map_structure(reduced, value)

    def gather(self, value, axis):
        """The replicas' values, one after the other along an axis, on every rank.

        Args:
            value: structure of arrays that may differ in length along `axis` only.
            axis: along which they are joined.
        """
        if self.num_replicas_in_sync == 1:
            return value
        return map_structure(lambda leaf: values.gathered(leaf, axis, self.communicator), value)

    def experimental_local_results(self, value):
        """The results of the replicas of this process: a tuple of one."""
        return (value,)

    def experimental_distribute_values_from_function(self, value_fn):
        """This replica's value of a function of a ValueContext."""
        return value_fn(self.replica_context())

    def experimental_distribute_dataset(self, dataset, options=None):
        """A dataset of which every replica gets its share of each (global) batch.

        Args:
            dataset: iterable of batches, structures of arrays.
            options: an InputOptions, or None.
        """
        return distribute(dataset, self, options)

    def distribute_datasets_from_function(self, dataset_fn, options=None):
        """A dataset that every replica makes for itself, its batches one replica's.

        Args:
            dataset_fn: function of an InputContext that gives an iterable of batches.
            options: an InputOptions, or None.
        """
        return distribute_from_function(dataset_fn, self, options)

    def bcast(self, value, root=0):
        """A rank's value, on every rank."""
        return value if self.num_replicas_in_sync == 1 else self.communicator.bcast(value, root)

    def is_any(self, flag):
        """Whether a flag is set on at least one rank; every rank calls it."""
        if self.num_replicas_in_sync == 1:
            return bool(flag)
        return bool(self.reduction.sums([np.array([float(flag)])])[0][0])

    def compare(self, arrays, what):
        """Check that all ranks have arrays of the same kinds.

        Args:
            arrays: list of pairs of a name and a NumPy array.
            what: what they are, for the error.

        Raises:
            DisagreementError: if their number, shapes or dtypes differ.
        """
        if self.num_replicas_in_sync == 1:
            return
        own = [(name, array.shape, str(array.dtype)) for name, array in arrays]
        of_ranks = self.communicator.allgather(own, f"compare {what}")
        for number in range(max(map(len, of_ranks))):
            kinds = [facts[number] if number < len(facts) else None for facts in of_ranks]
            if len({kind and kind[1:] for kind in kinds}) > 1:
                raise errors.disagreement(f"{what} (number {number} of them)", kinds, _ALONE)

    def synchronize(self, arrays, what):
        """Give arrays the chief's values, once all ranks agree what the arrays are.

        Args:
            arrays: list of pairs of a name and a NumPy array, which is written to.
            what: what they are, for the error.

        Raises:
            DisagreementError: if their number, shapes or dtypes differ.
        """
        if self.num_replicas_in_sync == 1:
            return
        self.compare(arrays, what)
        for _, array in arrays:
            self.communicator.bcast_array(array)

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return f"<{type(self).__name__}: {self.num_replicas_in_sync} replicas>"


class StrategyExtended:
    """The part of a strategy's interface that few programs need.

    Args:
        strategy: the Strategy.
    """

    def __init__(self, strategy):
        self._strategy = strategy

    @property
    def should_checkpoint(self):
        """Whether this rank writes checkpoints."""
        return self._strategy.cluster.is_chief

    @property
    def should_save_summary(self):
        """Whether this rank writes summaries."""
        return self._strategy.cluster.is_chief

    @property
    def worker_devices(self):
        """One device name for each replica."""
        size = self._strategy.num_replicas_in_sync
        return tuple(f"/job:worker/replica:0/task:{rank}/device:CPU:0" for rank in range(size))

    parameter_devices = worker_devices

    def reduce_to(self, reduce_op, value, destinations=None, options=None):
        """As `Strategy.reduce`; the result is on every rank, wherever `destinations` are."""
        _refuse_options(options)
        return self._strategy.reduce(reduce_op, value, axis=None)


def _refuse_options(options):
    if options is not None:
        raise NotImplementedError(
            "`options` have no effect here. Choose the communicator when the strategy is made: "
            "MultiWorkerMirroredStrategy(communicator=..., compression=...)."
        )
