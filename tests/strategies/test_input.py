"""Which rank reads what: shares of batches, files, and the end of data."""

import itertools
import subprocess
import sys
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import elements
from strategies.elements import ArraySpec
from strategies.errors import DisagreementError
from strategies.input import (
    AutoShardPolicy,
    DistributedDataset,
    InputContext,
    InputOptions,
    OutOfRangeError,
    distribute,
    distribute_from_function,
    rows_of,
    share,
)
from strategies.input_options import InputReplicationMode
from tests.support import ranks

Batch = namedtuple("Batch", "x y")


class Alone:
    """The communicator of one rank."""

    rank, size = 0, 1


class Among:
    """The communicator of a rank whose others give what it gives, or what they are told to."""

    def __init__(self, rank, size, *others):
        self.rank, self.size, self.others = rank, size, list(others)

    def allgather(self, value):
        return [value, *self.others] if self.others else [value] * self.size


class Strategy:
    """What is asked of a strategy."""

    def __init__(self, communicator):
        self.communicator = communicator


class Files:
    """A data set of files; each has a few rows, read in batches."""

    def __init__(self, files, batch=2):
        self.files, self.batch = files, batch

    def with_files(self, files):
        return Files(files, self.batch)

    def __iter__(self):
        rows = np.concatenate([np.array(file) for file in self.files])
        yield from (rows[i : i + self.batch] for i in range(0, len(rows), self.batch))


def batches(rows, size):
    """The numbers 0 ... rows - 1 in batches."""
    return [np.arange(start, min(start + size, rows)) for start in range(0, rows, size)]


@given(size=st.integers(0, 1000), num_replicas=st.integers(1, 64))
def test_shares_tile_a_batch_in_order(size, num_replicas):
    shares = [share(size, num_replicas, replica) for replica in range(num_replicas)]
    assert shares[0][0] == 0 and shares[-1][1] == size
    assert all(before[1] == after[0] for before, after in itertools.pairwise(shares))
    lengths = [stop - start for start, stop in shares]
    assert lengths == sorted(lengths, reverse=True)
    assert max(lengths) - min(lengths) <= 1


@given(
    rows=st.integers(0, 60),
    batch=st.integers(1, 12),
    num_replicas=st.integers(1, 5),
    data=st.data(),
)
def test_rows_of_an_epoch_are_the_shares_of_its_full_batches(rows, batch, num_replicas, data):
    order = np.array(data.draw(st.permutations(range(rows))), np.int64)
    mine = [rows_of(order, batch, num_replicas, replica) for replica in range(num_replicas)]
    assert np.concatenate(mine, axis=1).ravel().tolist() == order[: rows // batch * batch].tolist()
    for replica, chosen in enumerate(mine):
        start, stop = share(batch, num_replicas, replica)
        assert chosen.shape == (rows // batch, stop - start)


def test_an_input_context_divides_the_batch():
    context = InputContext(4, 1, 4)
    assert context.get_per_replica_batch_size(32) == 8
    with pytest.raises(ValueError, match=r"30.*4 replicas"):
        context.get_per_replica_batch_size(30)
    assert InputContext() == InputContext(1, 0, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"experimental_fetch_to_device": False},
        {"experimental_place_dataset_on_device": True},
        {"experimental_per_replica_buffer_size": 2},
    ],
)
def test_options_without_effect_are_refused(wrong):
    InputOptions(True, InputReplicationMode.PER_REPLICA, False, 1)
    with pytest.raises(NotImplementedError, match=next(iter(wrong))):
        InputOptions(**wrong)
    with pytest.raises(TypeError, match="options"):
        distribute([], Strategy(Alone()), options=wrong)


def test_one_rank_gets_everything_as_it_is():
    data = [Batch(np.ones((2, 3)), {"label": np.zeros(2)}), Batch(np.ones((1, 3)), {"label": [7]})]
    got = list(distribute(data, Strategy(Alone())))
    assert all(a is b for a, b in zip(got, data, strict=True))


@pytest.mark.parametrize("size", [2, 3, 4])
def test_data_are_shared_by_rows(size):
    data = batches(17, 5)
    parts = [list(DistributedDataset(data, Among(rank, size))) for rank in range(size)]
    for step, batch in enumerate(data):
        assert np.concatenate([part[step] for part in parts]).tolist() == batch.tolist()


def test_structures_keep_their_form_and_single_values_are_for_all():
    element = Batch({"image": np.arange(8).reshape(4, 2)}, (np.arange(4), None, 0.5))
    (mine,) = DistributedDataset([element], Among(1, 2))
    assert isinstance(mine, Batch)
    assert mine.x["image"].tolist() == [[4, 5], [6, 7]]
    assert mine.y[0].tolist() == [2, 3]
    assert mine.y[1:] == (None, 0.5)


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("rows", [12, 13, 20])
def test_without_shards_everyone_sees_everything_in_its_share_of_the_batch(size, rows):
    data = batches(rows, 6)
    parts = [
        list(DistributedDataset(data, Among(rank, size), AutoShardPolicy.OFF))
        for rank in range(size)
    ]
    for part in parts:
        assert np.concatenate(part).tolist() == list(range(rows))
    for step in range(len(parts[0])):
        assert sum(len(part[step]) for part in parts) == len(data[step // size])


def test_files_are_dealt_to_the_ranks():
    files = [[0, 1], [10, 11, 12], [20]]
    mine = DistributedDataset(Files(files), Among(0, 2))
    assert mine.policy is AutoShardPolicy.FILE
    iterator = iter(mine)
    got = [iterator.next_share() for _ in range(5)]
    assert np.concatenate([part for part, _ in got if part is not None]).tolist() == [0, 1, 20]
    assert [rows for _, rows in got] == [1, 1, 1, 0, 0]
    assert got[-1] == (None, 0)


@pytest.mark.parametrize(
    ("policy", "files", "used"),
    [
        ("AUTO", 4, "FILE"),
        ("AUTO", 2, "DATA"),
        ("AUTO", None, "DATA"),
        ("DATA", 4, "DATA"),
        ("OFF", 4, "OFF"),
        ("FILE", 4, "FILE"),
    ],
)
def test_the_policy_follows_the_files(policy, files, used):
    data = batches(6, 2) if files is None else Files([[i] for i in range(files)])
    dataset = DistributedDataset(data, Among(0, 3), AutoShardPolicy[policy])
    assert dataset.policy is AutoShardPolicy[used]


@pytest.mark.parametrize("data", [Files([[1], [2]]), batches(6, 2)])
def test_too_few_files_name_the_other_policy(data):
    with pytest.raises(ValueError, match=r"each of the 3 ranks.*AutoShardPolicy\.DATA"):
        DistributedDataset(data, Among(0, 3), AutoShardPolicy.FILE)


def test_the_policy_may_come_with_the_data_set():
    class WithOptions(list):
        def options(self):
            self.experimental_distribute = self
            self.auto_shard_policy = AutoShardPolicy.OFF
            return self

    dataset = distribute(WithOptions(batches(4, 2)), Strategy(Among(0, 2)))
    assert dataset.policy is AutoShardPolicy.OFF
    with pytest.raises(NotImplementedError, match="HINT"):
        DistributedDataset([], Alone(), AutoShardPolicy.HINT)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([(np.ones((4, 2)), np.ones(3))], r"\[4, 3\]"),
        ([np.float32(1)], "no rows"),
    ],
)
def test_elements_that_cannot_be_shared_are_refused(data, message):
    with pytest.raises(ValueError, match=message):
        iter(DistributedDataset(data, Among(0, 2)))


def test_a_data_set_is_distributed_once():
    with pytest.raises(TypeError, match="not distributed"):
        DistributedDataset(DistributedDataset([], Alone()), Alone())


@pytest.mark.parametrize(
    ("policy", "expected"), [(AutoShardPolicy.DATA, 3), (AutoShardPolicy.OFF, 6)]
)
def test_known_lengths_are_told(policy, expected):
    dataset = DistributedDataset(batches(5, 2), Among(0, 2), policy)
    assert dataset.cardinality == iter(dataset).steps == expected
    assert DistributedDataset((batch for batch in batches(5, 2)), Alone()).cardinality == -2


def test_a_length_that_is_not_kept_is_an_error():
    class Liar(list):
        def __len__(self):
            return 4

    with pytest.raises(ValueError, match="4 batches for this rank, and gave 3"):
        list(DistributedDataset(Liar(batches(5, 2)), Alone()))


def test_a_rank_without_data_learns_from_the_others_what_batches_look_like():
    spec = (ArraySpec((None, 3), "float32"), {"y": ArraySpec((None,), "str")})
    iterator = iter(distribute_from_function(lambda context: [], Strategy(Among(0, 2, (spec, 2)))))
    for x, labels in iterator:
        assert x.shape == (0, 3) and x.dtype == np.float32
        assert labels["y"].shape == (0,) and labels["y"].dtype.kind == "U"
    assert iterator.steps == 2
    assert iterator.element_spec == spec


def test_a_rank_that_is_out_gets_batches_without_rows():
    spec = ArraySpec((None, 2), "float64")
    dataset = distribute_from_function(
        lambda context: [np.ones((3, 2))], Strategy(Among(0, 2, (spec, 3)))
    )
    assert [len(x) for x in dataset] == [3, 0, 0]
    assert dataset.element_spec == spec


def test_the_function_gets_the_context_of_its_rank():
    contexts = []
    distribute_from_function(lambda context: contexts.append(context) or [], Strategy(Among(2, 3)))
    assert contexts == [InputContext(3, 2, 3)]


def test_the_end_is_said_in_three_ways():
    iterator = iter(DistributedDataset(batches(3, 2), Alone()))
    assert iterator.get_next().tolist() == [0, 1]
    last = iterator.get_next_as_optional()
    assert last.has_value() and last.get_value().tolist() == [2]
    none = iterator.get_next_as_optional()
    assert not none.has_value()
    with pytest.raises(ValueError, match="has_value"):
        none.get_value()
    with pytest.raises(OutOfRangeError):
        iterator.get_next()
    assert list(iterator) == []


FLOATS, WIDE = ArraySpec((None, 3), "float32"), ArraySpec((None, 5), "float32")


@pytest.mark.parametrize(
    "other",
    [ArraySpec((None, 3), "float64"), ArraySpec((None, 3, 1), "float32"), (FLOATS,), None],
)
def test_ranks_with_other_kinds_of_batches_are_named(other):
    specs = [(FLOATS, FLOATS), (FLOATS, other), (FLOATS, FLOATS)]
    with pytest.raises(DisagreementError, match=r"ranks 0, 2: \(float32\[None, 3\].*rank 1: "):
        elements.agreed_spec(specs, lengths_vary=True)


def test_lengths_may_vary_where_ranks_read_different_data():
    varying = ArraySpec((None, None), "float32")
    assert elements.agreed_spec([FLOATS, None, WIDE], lengths_vary=True) == varying
    assert elements.agreed_spec([None, None], lengths_vary=False) is None
    assert elements.empty_like(varying).shape == (0, 0)
    with pytest.raises(DisagreementError, match=r"float32\[None, 5\]"):
        elements.agreed_spec([FLOATS, None, WIDE], lengths_vary=False)


def test_the_spec_of_a_data_set_is_used_where_it_has_one():
    class WithSpec(list):
        element_spec = (ArraySpec((8, 3), "float32"), None)

    dataset = DistributedDataset(WithSpec(), Alone())
    assert dataset.element_spec == (ArraySpec((None, 3), "float32"), None)
    assert DistributedDataset([], Alone()).element_spec is None


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [1, 2, 3, 4])
def test_input_on_ranks(num_ranks):
    ranks.run_tests_on_ranks(num_ranks, "input.py")


@pytest.mark.mpi
def test_input_modules_need_no_mpi():
    code = "import sys, strategies.input; print('mpi4py' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
