"""What every communicator must do, for as many ranks as there are: run on each of them by
`tests/strategies/communicators/test_conformance.py`. The ranks are those of one machine, or are
said to be on two.
"""

import contextlib
import gc
import os
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from strategies import cluster as clusters
from strategies import communicators
from strategies.communicators import TAIL, Segment
from strategies.errors import DisagreementError, DistributionError
from strategies.status import current

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = [
    *(np.dtype(name) for name in ("float64", "float32", "float16", "int8", "int32", "int64")),
    *(np.dtype(name) for name in ("uint8", "uint64", "complex64", "complex128")),
    BFLOAT16,
]
NAMES = ["naive", "flat", "shared", "auto"]
WORLD = clusters.world()
SIZE, RANK = WORLD.size, WORLD.rank
MACHINES = {"one machine": "aaaa", "two machines": {2: "ab", 3: "aab", 4: "aabb"}.get(SIZE)}


@pytest.fixture(scope="module", params=[name for name, hosts in MACHINES.items() if hosts])
def cluster(request):
    if SIZE == 1:
        return WORLD
    return clusters.Cluster(WORLD.communicator, list(MACHINES[request.param][:SIZE]))


@pytest.fixture(params=NAMES)
def communicator(request, cluster):
    communicator = communicators.create(request.param, cluster)
    yield communicator
    communicator.close()


@pytest.fixture
def naive(cluster):
    return communicators.create("naive", cluster)


def numbers(rank, segment, i=0):
    """What a rank contributes: small whole numbers, so that every order gives the same sum."""
    generator = np.random.default_rng([rank, i, segment.count])
    return generator.integers(0, 9, segment.count).astype(segment.dtype)


def exchanged(communicator, layout, fill=numbers, contribute=True, times=1):
    """Copies of the results of an exchange."""
    buffer = communicator.buffer(layout)
    for _ in range(times):
        for i, (segment, array) in enumerate(zip(layout, buffer.contributions, strict=True)):
            array[...] = fill(RANK, segment, i)
        buffer.exchange(contribute)
    results = [result.copy() for result in buffer.results]
    buffer.close()
    return results


def check_same_bits(communicator, arrays):
    digests = communicator.allgather([array.tobytes() for array in arrays])
    assert all(digest == digests[0] for digest in digests)


def check_equal(found, expected):
    for i, (x, y) in enumerate(zip(found, expected, strict=True)):
        assert x.dtype == y.dtype
        assert x.shape == y.shape
        assert x.tobytes() == y.tobytes(), i


def test_the_world_has_the_ranks_that_were_started():
    assert int(os.environ["EXPECTED_RANKS"]) == SIZE


def test_sums_of_all_dtypes_are_those_of_numpy(communicator):
    layout = [Segment("sum", dtype, count) for dtype in DTYPES for count in (1, 37)]
    found = exchanged(communicator, layout)
    for i, segment in enumerate(layout):
        ranks = [numbers(rank, segment, i) for rank in range(SIZE)]
        expected = sum(ranks[1:], ranks[0])
        assert found[i].dtype == segment.dtype
        np.testing.assert_array_equal(found[i], expected)


def test_half_precision_is_added_in_single_and_rounded_once(communicator, naive):
    layout = [Segment("sum", np.float16, 1000), Segment("sum", BFLOAT16, 1000)]

    def fill(rank, segment, i):
        return np.random.default_rng([rank, i]).uniform(1, 2, segment.count).astype(segment.dtype)

    found = exchanged(communicator, layout, fill)
    for i, segment in enumerate(layout):
        exact = sum(fill(rank, segment, i).astype(np.float64) for rank in range(SIZE))
        error = np.abs(found[i].astype(np.float64) - exact) / exact
        # Half a unit in the last of its 8 or 11 bits, and what float32 itself rounds.
        assert error.max() <= (2.0**-8 if segment.dtype == BFLOAT16 else 2.0**-11) * 1.001
    check_same_bits(communicator, found)


def test_gathers_are_by_rank(communicator):
    layout = [
        Segment("gather", np.int64, 3),
        Segment("gather", BFLOAT16, 5),
        Segment("gather", np.bool_, 1),
        Segment("gather", np.float32, 0),
        Segment("gather", np.dtype([("row", np.int32), ("word", "S3")]), 2),
    ]
    for times in (1, 3):
        found = exchanged(communicator, layout[:4], times=times)
        for i, segment in enumerate(layout[:4]):
            expected = np.stack([numbers(rank, segment, i) for rank in range(SIZE)])
            assert found[i].shape == (SIZE, segment.count)
            np.testing.assert_array_equal(found[i], expected)
    (records,) = exchanged(communicator, layout[4:], lambda rank, *_: [(rank, b"abc")] * 2)
    assert records["row"].tolist() == [[rank] * 2 for rank in range(SIZE)]
    assert set(records["word"].ravel()) == {b"abc"}


def test_sums_and_gathers_and_tails_go_together_again_and_again(communicator):
    layout = [
        Segment("sum", np.float32, 1000),
        Segment("gather", np.int32, 4),
        Segment("sum", np.int64, 3),
        Segment("sum", np.float32, 50),
    ]
    buffer = communicator.buffer(layout)
    for step in range(20):
        for array in buffer.contributions:
            array[...] = RANK + step
        buffer.tail[:] = np.arange(TAIL) + RANK / 8
        buffer.exchange()
        total = sum(rank + step for rank in range(SIZE))
        for i in (0, 2, 3):
            assert (buffer.results[i] == total).all()
            assert np.shares_memory(buffer.results[i], buffer.contributions[i])
        assert buffer.results[1].tolist() == [[rank + step] * 4 for rank in range(SIZE)]
        expected = SIZE * np.arange(TAIL) + sum(range(SIZE)) / 8
        np.testing.assert_array_equal(buffer.agreed, expected)


def test_a_tail_counts_exactly(communicator):
    buffer = communicator.buffer([])
    buffer.tail[0] = 2**50 + RANK
    buffer.exchange()
    assert buffer.agreed[0] == SIZE * 2**50 + sum(range(SIZE))
    assert buffer.results == []


def test_contributions_are_aligned_and_zero_at_first(communicator):
    layout = [Segment("sum", d, 3) for d in DTYPES] + [Segment("gather", np.int8, 5)] * 3
    buffer = communicator.buffer(layout)
    assert [a.ctypes.data % 64 for a in buffer.contributions] == [0] * len(layout)
    assert [a.any() for a in buffer.contributions] == [False] * len(layout)
    assert [a.shape for a in buffer.contributions] == [(s.count,) for s in layout]


@pytest.mark.parametrize("idle", ["first", "last", "all"])
def test_a_rank_that_does_not_contribute_counts_as_zeros_but_for_its_tail(communicator, idle):
    idlers = {"first": [0], "last": [SIZE - 1], "all": range(SIZE)}[idle]
    buffer = communicator.buffer([Segment("sum", np.float32, 99), Segment("gather", np.int8, 2)])
    buffer.contributions[0][:] = RANK + 1
    buffer.contributions[1][:] = RANK + 1
    buffer.tail[:] = 1
    buffer.exchange(contribute=RANK not in idlers)
    counted = [0 if rank in idlers else rank + 1 for rank in range(SIZE)]
    assert (buffer.results[0] == sum(counted)).all()
    assert buffer.results[1].tolist() == [[c, c] for c in counted]
    assert (buffer.agreed == SIZE).all()


def test_slices_of_a_machine_tile_every_sum_and_are_right(communicator, cluster):
    layout = [
        Segment("scatter", np.float32, 1000),
        Segment("scatter", np.float64, 77),
        Segment("sum", np.float32, 500),
        Segment("scatter", np.float32, 5),
        Segment("scatter", BFLOAT16, 640),
        Segment("gather", np.int32, 2),
        Segment("scatter", np.float32, 0),
        Segment("scatter", np.float32, 200_000),
    ]
    buffer = communicator.buffer(layout)
    for i, segment in enumerate(layout):
        buffer.contributions[i][:] = numbers(RANK, segment, i)
    buffer.exchange()
    for i, segment in enumerate(layout):
        ranks = [numbers(rank, segment, i) for rank in range(SIZE)]
        if segment.kind == "gather":
            np.testing.assert_array_equal(buffer.results[i], np.stack(ranks))
            with pytest.raises(ValueError, match="gathered"):
                buffer.slice_of(i)
            continue
        start, stop = buffer.slice_of(i)
        expected = sum(ranks[1:], ranks[0])
        expected = expected if segment.kind == "sum" else expected[start:stop]
        np.testing.assert_array_equal(buffer.results[i], expected)
        every = communicator.allgather((start, stop))
        mine = [every[r] for r in range(SIZE) if cluster.hosts[r] == cluster.host]
        ends = [0, *(stop for _, stop in mine)]
        assert [start for start, _ in mine] == ends[:-1]
        assert ends[-1] == segment.count
        assert all(end % 16 == 0 or end == segment.count for end in ends)


def test_sums_that_are_not_finite_are_no_warning(communicator):
    values = [3e38, np.inf, -np.inf if RANK else np.inf, np.nan, 1]
    largest = np.finfo(np.float16).max
    layout = [Segment("sum", np.float32, 5), Segment("sum", np.float16, 1)]
    found, half = exchanged(communicator, layout, lambda _r, _s, i: [values, [largest]][i])
    alone = SIZE == 1
    expected = [3e38 if alone else np.inf, np.inf, np.inf if alone else np.nan, np.nan, SIZE]
    np.testing.assert_array_equal(found, np.array(expected, np.float32))
    np.testing.assert_array_equal(half, np.float16([largest if alone else np.inf]))


def test_large_sums_are_right(communicator):
    count = 4 * 1024 * 1024 + 3
    pattern = np.arange(count, dtype=np.float32) % 1000
    buffer = communicator.buffer([Segment("sum", np.float32, count)])
    for step in range(2):
        np.multiply(pattern, RANK + 1 + step, out=buffer.contributions[0])
        buffer.exchange()
        factor = sum(rank + 1 + step for rank in range(SIZE))
        np.testing.assert_array_equal(buffer.results[0], pattern * factor)


def test_layouts_without_elements_are_allowed(communicator):
    assert exchanged(communicator, []) == []
    empty = [Segment("sum", np.float32, 0), Segment("gather", np.int8, 0)]
    assert [result.shape for result in exchanged(communicator, empty)] == [(0,), (SIZE, 0)]


def test_all_ranks_get_the_same_bits_every_time(communicator):
    def fill(rank, segment, _):
        return np.random.default_rng(rank).normal(size=segment.count).astype(segment.dtype)

    layout = [Segment("sum", dtype, 70_001) for dtype in (np.float32, np.float64, np.float16)]
    first = exchanged(communicator, layout, fill)
    check_same_bits(communicator, first)
    for _ in range(3):
        check_equal(exchanged(communicator, layout, fill), first)


segments = st.builds(
    Segment,
    st.sampled_from(["sum", "sum", "gather"]),
    st.sampled_from(DTYPES),
    st.one_of(st.integers(0, 50), st.integers(0, 40_000)),
)


@pytest.mark.parametrize("name", NAMES[1:])
def test_random_layouts_are_exchanged_as_by_naive(cluster, naive, name):
    communicator = communicators.create(name, cluster)

    # Every rank must draw the same, and none may search on when another one fails.
    @settings(
        derandomize=True, database=None, max_examples=12, deadline=None, phases=[Phase.generate]
    )
    @given(st.lists(segments, max_size=8))
    def check(layout):
        check_equal(exchanged(communicator, layout), exchanged(naive, layout))

    check()


def test_small_things_are_gathered_and_sent(communicator):
    assert communicator.allgather({"rank": RANK}) == [{"rank": rank} for rank in range(SIZE)]
    for root in range(SIZE):
        assert communicator.bcast([RANK, "x"], root) == [root, "x"]
    communicator.barrier("the end of the test")
    communicator.agree("the answer", 42)
    assert current.inside is None


@pytest.mark.parametrize("shape", [(), (0,), (7,), (3, 5), (300_000,)])
@pytest.mark.parametrize("dtype", [np.float32, np.bool_, BFLOAT16, np.complex128])
def test_arrays_of_any_dtype_are_sent(communicator, dtype, shape):
    for root in {0, SIZE - 1}:
        array = np.full(shape, RANK + 1).astype(dtype)
        communicator.bcast_array(array, root)
        np.testing.assert_array_equal(array, np.full(shape, root + 1).astype(dtype))


def test_arrays_that_are_not_contiguous_are_sent(communicator):
    array = np.full((6, 4), RANK)
    communicator.bcast_array(array[::2, 1:])
    assert (array[::2, 1:] == 0).all()
    assert (array[1::2] == RANK).all()


def test_arrays_of_other_shapes_are_not_sent(communicator):
    if SIZE > 1:
        with pytest.raises(DisagreementError, match=r"rank 0: 'bcast_array .*\(2,\)'"):
            communicator.bcast_array(np.zeros(2 if RANK == 0 else 3))


def test_a_machine_has_one_copy_of_a_shared_array(communicator, cluster):
    if not communicator.shares_memory:
        with pytest.raises(DistributionError, match="shares no memory"):
            communicator.shared_array(10)
        return
    array = communicator.shared_array(1000)
    assert array.dtype == np.uint8
    assert array.shape == (1000,)
    assert not array.any()
    communicator.barrier()
    array[cluster.local_rank] = 1 + RANK
    communicator.barrier()
    local = [1 + r for r in range(SIZE) if cluster.hosts[r] == cluster.host]
    assert array[: cluster.local_size].tolist() == local
    assert communicator.shared_array(0).shape == (0,)


def test_what_shares_memory_has_several_ranks_on_every_machine(cluster):
    shares = {name: communicators.create(name, cluster).shares_memory for name in NAMES}
    several = min(cluster.hosts.count(host) for host in cluster.hosts) > 1
    assert shares == {"naive": False, "flat": False, "shared": SIZE > 1, "auto": several}


def shared_mappings():
    """The mappings of shared memory in this process."""
    maps = Path("/proc/self/maps").read_text().splitlines()
    return [line for line in maps if "strategies" in line and " rw-s " in line]


@pytest.mark.skipif(SIZE == 1, reason="one rank shares nothing")
def test_shared_memory_has_no_name_and_is_given_back(cluster):
    gc.collect()
    before = len(shared_mappings())
    communicator = communicators.create("shared", cluster)
    buffer = communicator.buffer([Segment("sum", np.float32, 100)])
    mappings = shared_mappings()
    assert len(mappings) == before + 1
    assert all(line.endswith("/memfd:strategies (deleted)") for line in mappings)
    buffer.close()
    gc.collect()
    assert len(shared_mappings()) == before


def _no_space(*_):
    raise OSError(28, "No space left on device")


def warned():
    """The chief alone warns."""
    if RANK == 0:
        return pytest.warns(RuntimeWarning, match="No space left")
    return contextlib.nullcontext()


@pytest.mark.skipif(SIZE == 1, reason="one rank shares nothing")
@pytest.mark.parametrize("where", ["posix_fallocate", "ftruncate"])
def test_memory_that_one_rank_cannot_share_is_no_failure(cluster, where, monkeypatch):
    communicator = communicators.create("shared", cluster)
    layout = [Segment("sum", np.float32, 100_000), Segment("gather", np.int32, 2)]
    expected = exchanged(communicator, layout)
    # The first rank makes the file of its machine; any rank may find no memory for its part.
    failing = SIZE - 1 if where == "posix_fallocate" else 0
    if failing == RANK:
        monkeypatch.setattr(os, where, _no_space)
    with warned():
        found = exchanged(communicator, layout)
    check_equal(found, expected)
    with warned(), pytest.raises(DistributionError, match=r"cannot share 5\.0 MB"):
        communicator.shared_array(5_000_000)


@pytest.mark.skipif(SIZE == 1, reason="one rank agrees with itself")
class TestDisagreement:
    def test_other_layouts_are_named(self, communicator):
        layout = [Segment("sum", np.float32, 3), Segment("sum", np.float32, 4 + (RANK == 1))]
        with pytest.raises(DisagreementError, match=r"segment 1 .*rank 1: 'sum of 5 float32'"):
            communicator.buffer(layout)
        layout = layout[:1] * (1 + (RANK == 1))
        with pytest.raises(DisagreementError, match=r"segment 1 .*rank 1: 'sum of 3 float32'"):
            communicator.buffer(layout)
        communicator.agree("that all is well", True)

    def test_other_values_are_named(self, communicator):
        with pytest.raises(DisagreementError, match=r"the number of variables.* Look there"):
            communicator.agree("the number of variables", RANK == 1, "Look there.")

    def test_other_buffers_are_an_error_and_no_hang(self, communicator):
        first, second = (communicator.buffer([Segment("sum", np.int32, n)]) for n in (10, 9999))
        with pytest.raises(DisagreementError, match=r"rank 1: 'exchange of buffer 2'"):
            (second if RANK == 1 else first).exchange()
        first.exchange()

    def test_other_collectives_are_an_error_and_no_hang(self, communicator):
        buffer = communicator.buffer([Segment("sum", np.int32, 100_000)])
        calls = [
            buffer.exchange,
            lambda: communicator.allgather("x" * 10_000),
            lambda: communicator.bcast(1),
            lambda: communicator.bcast_array(np.zeros(100)),
            communicator.barrier,
            lambda: communicator.barrier("the end"),
            lambda: communicator.agree("this", 1),
            lambda: communicator.buffer([]),
        ]
        for i, call in enumerate(calls):
            with pytest.raises(DisagreementError, match="what to do next"):
                (calls[i - 1] if RANK == SIZE - 1 else call)()
            assert current.inside is None


@pytest.mark.parametrize("name", ["flat", "shared", "auto"])
def test_bfloat16_on_the_way_loses_two_roundings(cluster, name):
    communicator = communicators.create(name, cluster, compression="bf16")
    layout = [Segment("sum", np.float32, 100_003), Segment("sum", np.float64, 11)]

    def fill(rank, segment, i):
        return np.random.default_rng([rank, i]).normal(size=segment.count).astype(segment.dtype)

    found = exchanged(communicator, layout, fill)
    check_same_bits(communicator, found)
    exact, doubles = (
        [fill(rank, segment, i).astype(np.float64) for rank in range(SIZE)]
        for i, segment in enumerate(layout)
    )
    bound = 2.0**-8 * (np.abs(exact).sum(0) + np.abs(np.sum(exact, 0))) * 1.01 + 1e-6
    error = np.abs(found[0] - np.sum(exact, 0))
    assert (error <= bound).all()
    np.testing.assert_allclose(found[1], np.sum(doubles, 0), rtol=1e-12)
    compressed = name == "flat" or len(set(cluster.hosts)) > 1
    assert (error.max() > 1e-4) == (compressed and SIZE > 1)


def test_infinities_and_nans_survive_bfloat16(cluster):
    communicator = communicators.create("flat", cluster, compression="bf16")
    values = np.array([np.inf, -np.inf, np.nan, 1, -0.0], np.float32)
    (found,) = exchanged(communicator, [Segment("sum", np.float32, 5)], lambda *_: values)
    np.testing.assert_array_equal(found, values * SIZE)


def test_what_does_not_exist_is_named(cluster):
    with pytest.raises(ValueError, match="no communicator 'nccl'; there are auto"):
        communicators.create("nccl", cluster)
    with pytest.raises(ValueError, match="compression must be one of"):
        communicators.create("flat", cluster, "fp8")
    with pytest.raises(ValueError, match="'naive' has no compression"):
        communicators.create("naive", cluster, "bf16")
