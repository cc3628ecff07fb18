"""The formulas of scripts/scaling_model, against algorithms that are carried out step by step."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "scaling_model"


@pytest.fixture(scope="module")
def script():
    loader = importlib.machinery.SourceFileLoader("scaling_model", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module  # dataclasses look their module up
    loader.exec_module(module)
    yield module
    del sys.modules[loader.name]


@pytest.fixture
def system(script):
    return script.System(script.Link(5e-6, 1e-10), script.Link(5e-5, 8e-10), per_machine=8)


def halving_messages(members, size):
    """The bytes that one member sends in each step: halves, and then the same way back."""
    sent = []
    while members > 1:
        size, members = size / 2, members // 2
        sent.append(size)
    return sent + sent[::-1]


@pytest.mark.parametrize("members", [1, 2, 8, 4096])
def test_formulas_are_the_sums_of_their_messages(script, members):
    link, size = script.Link(3e-6, 2e-10), 1e7
    for formula, messages in (
        (script.ring, [size / members] * (2 * (members - 1))),
        (script.halving_doubling, halving_messages(members, size)),
    ):
        expected = sum(link.latency + message * link.byte for message in messages)
        assert formula(link, members, size) == pytest.approx(expected)


def test_one_rank_only_computes_and_one_machine_only_uses_its_memory(script, system):
    for algorithm in script.ALGORITHMS.values():
        assert script.step_time(algorithm, system, 1, 1e6, 0.25) == 0.25
        # 3 steps of latency; four times as many ranks as were measured at once.
        assert algorithm(system, 8, 1e6) == pytest.approx(3 * 5e-6 + 4 * 1e-4)


def test_bytes_cross_the_network_once_for_all_ranks_of_a_machine(script, system):
    inside = script.in_memory(system, 8, 1e9)
    for algorithm in (script.memory_then_ring, script.memory_then_halving):
        between = algorithm(system, 4096, 1e9) - inside
        assert between == pytest.approx(2 * 0.8, rel=0.05)
    assert script.flat_doubling(system, 4096, 1e9) > 20 * 2 * 0.8


def test_a_link_goes_through_the_smallest_and_the_largest_size(script):
    link = script.fit({1000: 1e-5, 2000: 5e-5, 1001000: 1.1e-4})
    assert link.latency == 1e-5
    assert link.byte == pytest.approx(1e-10)
