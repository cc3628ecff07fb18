# ruff: noqa: F821 - annotations are shapes by name
import fcntl
import threading

import numpy as np
import pytest

from estikeras.engine.primitive import Spec
from estikeras.kernels import abi, compiler
from estikeras.kernels.abi import real


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path, monkeypatch):
    """The name of the common folder knows nothing of loops in tests."""
    monkeypatch.setattr(compiler, "folder", lambda: tmp_path)


@abi.loop(split="rows", grain=4)
def shares(
    x: "real[rows, columns]", y: "real[rows, columns]", factor: "float", rows, columns, first
):
    for i in range(rows):
        for j in range(columns):
            y[i, j] = x[i, j] * real(factor) + real(first + i)


@abi.loop
def allocates(x: "real[size]", size):
    y = np.ones(size)
    for i in range(size):
        x[i] = y[size - 1 - i]


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
@pytest.mark.parametrize("rows", [0, 1, 4, 5, 30])
def test_shares_cover_all_rows_once(call, threads, rows):
    x, y = np.ones((rows, 3), "float32"), np.full((rows, 3), np.nan, "float32")
    job = abi.Job([], [], {}, threads)
    job.call(
        shares, abi.Operand(("in", 0), "float32"), abi.Operand(("out", 0), "float32"), 2.0, rows, 3
    )
    for thread in range(threads):
        call(job.calls[0], {"in": x, "out": y}, thread, threads)
    np.testing.assert_array_equal(y, np.broadcast_to(np.arange(rows)[:, None] + 2, (rows, 3)))


def test_other_dtypes_are_declined():
    spec, kernel = Spec((2, 3), "float16"), abi.lookup("softmax.softmax")
    assert kernel.plan([spec], [spec], {"axis": -1}, 2) is None
    mixed = [Spec((2, 3), "float32"), Spec((2, 3), "float64")]
    assert abi.lookup("softmax.softmax_gradient").plan(mixed, mixed[:1], {"axis": -1}, 1) is None


def test_unknown_kernels_are_none():
    assert abi.lookup("softmax.nothing") is None
    assert abi.lookup("nothing.softmax") is None
    assert abi.lookup("softmax.softmax", ["complex64"]) is None


def test_a_wrong_number_of_arguments_is_an_error():
    with pytest.raises(TypeError, match="takes 5 arguments, got 1"):
        abi.Job([], [], {}, 1).call(shares, 1)


def test_a_loop_that_allocates_is_refused():
    with pytest.raises(Exception, match=r"NRT|allocate"):
        compiler.compile_loop(allocates, {"real": "float32"})


def test_a_damaged_file_is_compiled_again(tmp_path, monkeypatch):
    monkeypatch.setattr(compiler, "folder", lambda: tmp_path)
    built = []

    def build():
        built.append(1)
        return compiler.compile_loop(shares, {"real": "float64"})

    assert compiler.address_of("shares", build)
    assert compiler.address_of("shares", build)
    assert len(built) == 1
    file = tmp_path / "shares.o"
    file.write_bytes(file.read_bytes()[:-7])
    assert compiler.address_of("shares", build)
    assert len(built) == 2


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(compiler, "folder", lambda: tmp_path / "file" / "below")
    assert compiler.address_of("shares", lambda: compiler.compile_loop(shares, {"real": "float64"}))


@pytest.fixture
def turn_of_another(tmp_path):
    """A file that is locked, as by another process that compiles."""
    with (tmp_path / "shares.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield stream


def test_of_several_processes_one_compiles_a_kernel(tmp_path, turn_of_another):
    code = compiler.compile_loop(shares, {"real": "float64"})
    built, found = [], []

    def ask():
        found.append(compiler.address_of("shares", lambda: built.append(1) or code))

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(0.1)
    assert not found
    compiler._write(tmp_path / "shares.o", code)
    turn_of_another.close()
    asking.join()
    assert found
    assert not built
    assert not list(tmp_path.glob("*.lock"))


def test_nobody_waits_long_for_a_process_that_is_stopped(turn_of_another, monkeypatch):
    monkeypatch.setattr(compiler, "_PATIENCE_S", 0.05)
    assert compiler.address_of("shares", lambda: compiler.compile_loop(shares, {"real": "float64"}))
