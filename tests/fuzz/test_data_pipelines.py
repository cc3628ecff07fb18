"""Random pipelines give what plain lists say, however they are run, left and gone on with.

`FUZZ_EXAMPLES=50000 pytest tests/fuzz` tries more of them.
"""

import gc
import itertools
import os
import re
import threading

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import estikeras as tf
from tests.support.random_pipelines import failing_pipelines, pipelines
from tests.support.random_pipelines.sources import Lost
from tests.support.recordings import spec_allows, spec_text, value_text

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2000"))
PARTS = 4  # they run beside each other
pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(120 + EXAMPLES // 10)]


def tried(part, examples=EXAMPLES):
    """Run a test with arguments that hypothesis draws, for a part of the examples."""

    def decorate(check):
        return seed(part)(
            settings(
                max_examples=examples // PARTS,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            )(check)
        )

    return decorate


def texts(elements):
    return [value_text(element) for element in elements]


def as_written(dataset):
    """The dataset, whose plan is not rewritten."""
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    return dataset.with_options(options)


@pytest.mark.parametrize("part", range(PARTS))
def test_pipelines_give_what_lists_say(part):
    threads = threading.active_count()

    @tried(part)
    @given(pipelines(), st.integers(0, 5))
    def check(pipeline, position):
        expected = texts(pipeline.rows)
        dataset = pipeline.build(tf)
        assert texts(dataset) == expected
        assert texts(dataset.as_numpy_iterator()) == expected, "the second time"
        assert texts(as_written(dataset)) == expected, "not rewritten"
        check_promises(dataset, pipeline, expected)
        check_position(dataset, expected, position)
        assert threading.active_count() == threads, threading.enumerate()

    check()


def check_promises(dataset, pipeline, expected):
    """What is said of the elements before there are any is true."""
    known = int(dataset.cardinality())
    # "Again and again" of a dataset that turns out to be empty counts as endless.
    if expected or ".repeat()" not in pipeline.text:
        assert known in (tf.data.UNKNOWN_CARDINALITY, len(expected))
    promised = spec_text(dataset.element_spec)
    assert without_sizes(promised) == without_sizes(spec_of(pipeline.example))
    for row in pipeline.rows:
        assert spec_allows(promised, spec_of(row)), (promised, spec_of(row))


def without_sizes(spec):
    """The text of a spec that tells only the number of sizes."""
    return re.sub(r"(?<=[\[,])(\d+|None)", "_", spec)


def spec_of(row):
    """The text of the spec of an element of the model."""
    return spec_text(tf.data.Dataset.from_tensors(row).element_spec)


def check_position(dataset, expected, position):
    """An iterator goes on where another one was; both are dropped on the way."""
    first = iter(dataset)
    for _ in expected[:position]:
        next(first)
    second = iter(dataset)
    second.restore(first.save())
    assert texts(second) == expected[position:], "from a saved position"
    del first, second
    gc.collect(0)


@pytest.mark.parametrize("part", range(PARTS))
def test_shuffled_pipelines_give_each_element_once_and_none_early(part):
    @tried(part, EXAMPLES // 10)
    @given(pipelines(), st.integers(1, 12), st.integers(0, 9), st.booleans(), st.integers(0, 5))
    def check(pipeline, buffer, number, anew, position):
        dataset = pipeline.build(tf).enumerate()
        dataset = dataset.shuffle(buffer, seed=number, reshuffle_each_iteration=anew)
        orders = [check_shuffled(one, pipeline, buffer) for one in [dataset, dataset]]
        assert anew or orders[0] == orders[1]
        first, second = iter(dataset), iter(dataset)
        began = [int(i) for i, _ in itertools.islice(first, position)]
        second.restore(first.save())
        went_on = [int(i) for i, _ in second]
        assert sorted(began + went_on) == list(range(len(pipeline.rows)))
        again = pipeline.build(tf).enumerate().shuffle(buffer, number, anew)
        assert [int(i) for i, _ in as_written(again)] == orders[0], "the seed decides"

    check()


def check_shuffled(dataset, pipeline, buffer):
    """The order of a shuffle's elements."""
    elements = list(dataset)
    order = [int(number) for number, _ in elements]
    assert sorted(order) == list(range(len(pipeline.rows)))
    assert all(number < place + buffer for place, number in enumerate(order))
    assert texts(element for _, element in elements) == texts(pipeline.rows[i] for i in order)
    return order


@pytest.mark.parametrize("part", range(PARTS))
def test_an_error_comes_after_the_elements_before_it_and_ends_all_threads(part):
    threads = threading.active_count()

    @tried(part, EXAMPLES // 10)
    @given(failing_pipelines())
    def check(pipeline):
        for dataset in (pipeline.build(tf), as_written(pipeline.build(tf))):
            elements = []
            with pytest.raises(Lost):
                elements.extend(dataset.as_numpy_iterator())
            assert texts(elements) == texts(pipeline.rows)
        gc.collect(0)
        assert threading.active_count() == threads, threading.enumerate()

    check()
