"""Which rank reads what: a replica's share of global batches, and data sets that give it.

A rank that has no more data gets batches without rows as long as another rank has some, so that
all make equally many steps. Knows of a data set only that it can be iterated; `files` and
`with_files(files)`, `cardinality()` or `len`, `element_spec` and `options()` are used where it has
them, as those of `tf.data` do.
"""

import itertools
import math
import secrets

from strategies import elements
from strategies.errors import OutOfRangeError, disagreement
from strategies.input_options import AutoShardPolicy, InputContext, InputOptions

INFINITE, UNKNOWN = -1, -2  # what `cardinality()` says besides numbers


def share(size, num_replicas, replica):
    """The rows of a global batch that are one replica's: as many for each, in order, and one more
    for the first replicas while some are left.

    Args:
        size: how many rows the global batch has.
        num_replicas: how many replicas there are.
        replica: number of the replica, from 0.

    Returns:
        (start, stop).

    Example:
        >>> [share(8, 3, replica) for replica in range(3)]
        [(0, 3), (3, 6), (6, 8)]
    """
    each, more = divmod(size, num_replicas)
    start = replica * each + min(replica, more)
    return start, start + each + (replica < more)


def rows_of(order, batch, num_replicas, replica):
    """The rows that one replica takes in each full global batch of an epoch.

    Args:
        order: int (rows,), the numbers of all rows in the order of the epoch.
        batch: how many rows a global batch has.
        num_replicas: how many replicas there are.
        replica: number of the replica, from 0.

    Returns:
        int (full batches, rows of this replica): a view of `order`.
    """
    full = len(order) // batch
    start, stop = share(batch, num_replicas, replica)
    return order[: full * batch].reshape(full, batch)[:, start:stop]


def distribute(dataset, strategy, options=None):
    """The DistributedDataset of a data set of global batches; every rank calls it.

    Args:
        dataset: iterable of batches, structures of arrays. Its `options()`, if it has any, say the
            AutoShardPolicy, as those of `tf.data` do.
        strategy: has `communicator`.
        options: InputOptions, or None.
    """
    _check_options(options)
    policy = AutoShardPolicy.AUTO
    if callable(getattr(dataset, "options", None)):
        policy = dataset.options().experimental_distribute.auto_shard_policy or policy
    return DistributedDataset(dataset, strategy.communicator, policy)


def distribute_from_function(dataset_fn, strategy, options=None):
    """The DistributedDataset of data sets that every replica makes for itself.

    Args:
        dataset_fn: function of an InputContext that gives an iterable of one replica's batches.
        strategy: has `communicator`.
        options: InputOptions, or None.
    """
    _check_options(options)
    communicator = strategy.communicator
    context = InputContext(communicator.size, communicator.rank, communicator.size)
    return DistributedDatasetsFromFunction(dataset_fn(context), communicator)


def _check_options(options):
    if not isinstance(options, InputOptions | None):
        raise TypeError(f"`options`: expected InputOptions or None, got {options!r}.")


class DistributedDataset:
    """This rank's part of a data set whose batches are global.

    Making one is collective if the data set has files; iterating always is.

    Args:
        dataset: iterable of batches, structures of arrays.
        communicator: Communicator of the replicas.
        policy: AutoShardPolicy, or its number.

    Attributes:
        policy: the AutoShardPolicy that is used: never AUTO.
    """

    def __init__(self, dataset, communicator, policy=AutoShardPolicy.AUTO):
        if isinstance(dataset, DistributedDataset):
            raise TypeError("`dataset`: expected one that is not distributed yet.")
        self._communicator, self._spec = communicator, None
        files = _files(dataset)
        self.policy = self._policy(AutoShardPolicy(policy), files)
        if self.policy is AutoShardPolicy.FILE and communicator.size > 1:
            _agree_on_files(files, communicator)
            dataset = dataset.with_files(files[communicator.rank :: communicator.size])
        if self.policy is AutoShardPolicy.DATA and communicator.size > 1:
            dataset = _with_common_choices(dataset, communicator)
        self._dataset = dataset

    @property
    def cardinality(self):
        """How many batches this rank gets of its data: -1 without end, -2 unknown."""
        length = _length(self._dataset)
        if length < 0 or self.policy is AutoShardPolicy.DATA:
            return length
        return length * self._communicator.size

    @property
    def element_spec(self):
        """Structure of the ArraySpecs of this rank's batches; None while it is not known."""
        given = getattr(self._dataset, "element_spec", None)
        return self._spec if given is None else elements.spec_of(given)

    def __iter__(self):
        """The DistributedIterator over all batches; every rank calls it."""
        # All read the same where data are shared by rows, so that batches must look the same.
        same = self.policy is AutoShardPolicy.DATA
        iterator = DistributedIterator(self._parts(), self.cardinality, self._communicator, same)
        self._spec = iterator.element_spec
        return iterator

    def _parts(self):
        """Pairs of this rank's batches and their numbers of rows."""
        size, rank = self._communicator.size, self._communicator.rank
        for element in self._dataset:
            rows = elements.rows_in(element)
            if size == 1:
                yield element, 1 if rows is None else rows
                continue
            if rows is None:
                raise ValueError(
                    "The elements of the data set have no rows to share among the replicas. "
                    "Give it batches."
                )
            if self.policy is AutoShardPolicy.DATA:
                start, stop = share(rows, size, rank)
                yield elements.take_rows(element, start, stop), stop - start
                continue
            # A batch is global, so a rank makes several steps of its own. It begins with the share
            # that has its number: the ranks' shares of a step make a whole batch.
            stop = 0
            for step in range(size):
                first, last = share(rows, size, (step + rank) % size)
                start, stop = stop, stop + last - first
                yield elements.take_rows(element, start, stop), stop - start

    def _policy(self, policy, files):
        size = self._communicator.size
        if policy is AutoShardPolicy.HINT:
            raise NotImplementedError(
                "AutoShardPolicy.HINT is for shards that a data set makes itself. Use OFF with "
                "them, or DATA without."
            )
        if policy is AutoShardPolicy.AUTO:
            enough = files is not None and len(files) >= size
            return AutoShardPolicy.FILE if enough else AutoShardPolicy.DATA
        if policy is AutoShardPolicy.FILE and (files is None or len(files) < size):
            found = "no files" if files is None else f"{len(files)} file(s)"
            raise ValueError(
                f"AutoShardPolicy.FILE needs a file for each of the {size} ranks; the data set has "
                f"{found}. Use AutoShardPolicy.DATA, with which every rank reads all files and "
                "takes its rows."
            )
        return policy


class DistributedDatasetsFromFunction(DistributedDataset):
    """The batches that this rank's own data set gives, as they come.

    Args:
        dataset: iterable of one replica's batches.
        communicator: Communicator of the replicas.
    """

    def __init__(self, dataset, communicator):
        super().__init__(dataset, communicator, AutoShardPolicy.OFF)

    @property
    def cardinality(self):
        """How many batches this rank's data set has: -1 without end, -2 unknown."""
        return _length(self._dataset)

    def _parts(self):
        for element in self._dataset:
            rows = elements.rows_in(element)
            yield element, 1 if rows is None else rows


class DistributedIterator:
    """One pass over this rank's batches. Every rank makes it, and takes equally many batches.

    Args:
        parts: iterable of pairs: this rank's batch and its number of rows.
        length: how many there are on this rank; -1 without end, -2 unknown.
        communicator: Communicator of the replicas.
        same: whether all ranks have equally many batches of equal shapes, as they must where they
            read the same data; DisagreementError if not.

    Attributes:
        element_spec: structure of the ArraySpecs of a batch; None if no rank has any.
        steps: how many batches every rank gets; inf without end, None if that is not known.
    """

    def __init__(self, parts, length, communicator, same):
        self._parts, self._communicator = _counted(parts, length), communicator
        self._held = next(self._parts, None)
        self._taken, self._ended = 0, False
        own = None if self._held is None else elements.spec_of(self._held[0])
        facts = [(own, length)]
        if communicator.size > 1:
            facts = communicator.allgather((own, length))
        specs, lengths = map(list, zip(*facts, strict=True))
        if same and len(set(lengths)) > 1:
            raise disagreement("the number of batches of the dataset", lengths)
        self.element_spec = elements.agreed_spec(specs, lengths_vary=not same)
        known = UNKNOWN not in lengths
        self.steps = max(math.inf if n == INFINITE else n for n in lengths) if known else None
        if self._held is not None:
            self._empty = elements.without_rows(self._held[0])
        elif self.element_spec is not None:
            self._empty = elements.empty_like(self.element_spec)

    def next_share(self):
        """This rank's next batch and its number of rows; (None, 0) when this rank has no more.

        Asks no other rank: for loops that agree on the end of data themselves.
        """
        part, self._held = self._held, None
        return part or next(self._parts, (None, 0))

    def get_next(self):
        """This rank's next batch: without rows if only other ranks have data.

        Raises:
            OutOfRangeError: on all ranks, when no rank has more data.
        """
        element, _ = self.next_share()
        if self._ended or not self._is_any(element is not None):
            self._ended = True
            raise OutOfRangeError(message="No rank has more data.")
        return self._empty if element is None else element

    def get_next_as_optional(self):
        """An Optional with this rank's next batch, empty when no rank has more data."""
        try:
            return Optional(self.get_next())
        except OutOfRangeError:
            return Optional()

    def _is_any(self, more):
        """Whether any rank has a batch for this step: asked only if their numbers are unknown."""
        self._taken += 1
        if self._communicator.size == 1:
            return more
        if self.steps is not None:
            return self._taken <= self.steps
        return any(self._communicator.allgather(more))

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.get_next()
        except OutOfRangeError:
            raise StopIteration from None


class Optional:
    """A batch, or that there is none.

    Args:
        *value: the batch, if there is one.
    """

    def __init__(self, *value):
        self._value = value

    def has_value(self):
        """Whether there is a batch."""
        return bool(self._value)

    def get_value(self):
        """The batch; ValueError if there is none."""
        if not self._value:
            raise ValueError("This Optional has no value: ask has_value() first.")
        return self._value[0]


def _counted(parts, length):
    """As many parts as the data set said there are."""
    count = 0
    for part in parts if length < 0 else itertools.islice(parts, length):
        count += 1
        yield part
    if length >= 0 and count < length:
        raise ValueError(
            f"The data set says that it has {length} batches for this rank, and gave {count}."
        )


def _length(dataset):
    """How many elements a data set has; -1 without end, -2 unknown."""
    if callable(getattr(dataset, "cardinality", None)):
        return int(dataset.cardinality())
    return len(dataset) if hasattr(dataset, "__len__") else UNKNOWN


def _files(dataset):
    """The list of a data set's files; None if it is not made of files."""
    files = getattr(dataset, "files", None)
    return list(files) if files is not None and hasattr(dataset, "with_files") else None


def _with_common_choices(dataset, communicator):
    """The data set in the same order on all ranks, where it makes random choices; they follow from
    the first rank's seed.
    """
    chosen = getattr(dataset, "with_common_seed", None)
    return dataset if chosen is None else chosen(communicator.bcast(secrets.randbits(31)))


def _agree_on_files(files, communicator):
    """DisagreementError unless all ranks list the same files in the same order."""
    lists = communicator.allgather(files)
    counts = [len(files) for files in lists]
    if len(set(counts)) > 1:
        raise disagreement("the number of files of the dataset", counts)
    for number, names in enumerate(zip(*lists, strict=True)):
        if any(name != names[0] for name in names):
            raise disagreement(f"file {number} of the dataset", names, "Sort the list of files.")
