"""Plans before and after they are rewritten: each rule, and that elements stay the same."""

import itertools

import numpy as np
import pytest

import estikeras as tf
from estikeras.data.rewriting import rewrite

Dataset = tf.data.Dataset
ROWS = np.arange(10)


def shown(node):
    """A plan as text, last step first: `Take(Range)`."""
    return f"{type(node).__name__}({', '.join(map(shown, node.inputs))})".replace("()", "")


def slices():
    return Dataset.from_tensor_slices(ROWS)


def odd(x):
    return x % 2 == 1


PLANS = {  # name -> dataset, the plan that was written, the plan that is run
    "slices": (slices, "Slices", "Slices"),
    "take of all": (lambda: slices().take(-1), "Take(Slices)", "Slices"),
    "skip of none": (lambda: slices().skip(0), "Skip(Slices)", "Slices"),
    "one pass": (lambda: slices().repeat(1), "Repeat(Slices)", "Slices"),
    "a buffer of one": (lambda: slices().shuffle(1), "Shuffle(Slices)", "Slices"),
    "a cache of slices": (lambda: slices().cache(), "MemoryCache(Slices)", "Slices"),
    "a cache of numbers": (lambda: Dataset.range(3).cache(), "MemoryCache(Range)", "Range"),
    "a cache of results": (
        lambda: slices().map(odd).cache(),
        "MemoryCache(Map(Slices))",
        "MemoryCache(Map(Slices))",
    ),
    "nothing upon nothing": (
        lambda: slices().take(-1).skip(0).repeat(1),
        "Repeat(Skip(Take(Slices)))",
        "Slices",
    ),
    "take alone": (lambda: slices().take(3), "Take(Slices)", "Take(Slices)"),
    "slices side by side": (
        lambda: Dataset.zip(slices(), {"a": slices().take(-1)}),
        "Zip(Slices, Take(Slices))",
        "Slices",
    ),
    "slices beside numbers": (
        lambda: slices().enumerate(),
        "Zip(Range, Slices)",
        "Zip(Range, Slices)",
    ),
    "shuffle": (lambda: slices().shuffle(4), "Shuffle(Slices)", "Gather(Shuffle(Range))"),
    "shuffle, repeat, batch": (
        lambda: slices().shuffle(4).repeat().batch(3),
        "Batch(Repeat(Shuffle(Slices)))",
        "Batch(Gather(Repeat(Shuffle(Range))))",
    ),
    "choosers before shuffle": (
        lambda: slices().skip(1).shard(2, 0).take(3).repeat(2).shuffle(4),
        "Shuffle(Repeat(Take(Shard(Skip(Slices)))))",
        "Gather(Shuffle(Repeat(Take(Shard(Skip(Range))))))",
    ),
    "choosers after shuffle": (
        lambda: slices().shuffle(4).take(3).shard(2, 1).skip(1),
        "Skip(Shard(Take(Shuffle(Slices))))",
        "Gather(Skip(Shard(Take(Shuffle(Range)))))",
    ),
    "two shuffles": (
        lambda: slices().shuffle(4).shuffle(3),
        "Shuffle(Shuffle(Slices))",
        "Gather(Shuffle(Shuffle(Range)))",
    ),
    "shuffle of pairs": (
        lambda: Dataset.zip(slices(), slices()).shuffle(4),
        "Shuffle(Zip(Slices, Slices))",
        "Gather(Shuffle(Range))",
    ),
    "shuffle of results": (
        lambda: slices().map(odd).shuffle(4),
        "Shuffle(Map(Slices))",
        "Shuffle(Map(Slices))",
    ),
    "shuffle of batches": (
        lambda: slices().batch(2).shuffle(4),
        "Shuffle(Batch(Slices))",
        "Shuffle(Batch(Slices))",
    ),
    "shuffle of what is filtered": (
        lambda: slices().filter(odd).shuffle(4),
        "Shuffle(Filter(Slices))",
        "Shuffle(Filter(Slices))",
    ),
    "shuffles in both parts": (
        lambda: Dataset.zip(slices().shuffle(4), slices().shuffle(3)),
        "Zip(Shuffle(Slices), Shuffle(Slices))",
        "Zip(Gather(Shuffle(Range)), Gather(Shuffle(Range)))",
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_the_plan_that_is_run(name):
    make, before, after = PLANS[name]
    dataset = make()
    assert shown(dataset.plan) == before
    assert shown(dataset.plan_to_run()) == after
    assert shown(dataset.plan) == before, "the plan that was written stays as it was"


@pytest.mark.parametrize("name", PLANS)
def test_rewriting_twice_changes_nothing_more(name):
    plan = PLANS[name][0]().plan_to_run()
    assert shown(rewrite(plan)) == shown(plan)


def as_written(dataset):
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    return dataset.with_options(options)


def listed(dataset, most=25):
    def values(element):
        if isinstance(element, dict):
            return {key: values(value) for key, value in element.items()}
        if isinstance(element, tuple):
            return tuple(map(values, element))
        return element.tolist()

    return [values(element) for element in itertools.islice(dataset.as_numpy_iterator(), most)]


@pytest.mark.parametrize("name", PLANS)
def test_elements_their_spec_and_random_order_stay_the_same(name):
    make = PLANS[name][0]
    tf.keras.utils.set_random_seed(1)
    rewritten = make()
    tf.keras.utils.set_random_seed(1)
    written = as_written(make())
    assert shown(written.plan_to_run()) == PLANS[name][1]
    assert rewritten.element_spec == written.element_spec
    assert int(rewritten.cardinality()) == int(written.cardinality())
    for _ in range(2):  # the second pass has an order of its own
        assert listed(rewritten) == listed(written)


def test_steps_that_two_datasets_share_are_read_by_each():
    shuffled = slices().shuffle(4, seed=1, reshuffle_each_iteration=False)
    first, second = shuffled.take(5), shuffled.skip(5)
    assert sorted(listed(first) + listed(second)) == ROWS.tolist()
    assert listed(first.concatenate(second)) == listed(shuffled)


def test_options_of_the_last_dataset_count():
    shuffled = as_written(slices().shuffle(4))
    assert shown(shuffled.batch(2).plan_to_run()) == "Batch(Shuffle(Slices))"
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = True
    again = shuffled.with_options(options)
    assert shown(again.plan_to_run()) == "Gather(Shuffle(Range))"
