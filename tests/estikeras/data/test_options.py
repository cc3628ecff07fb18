"""`tf.data.Options`: what may be said, how it is joined, and what it does."""

import threading
import warnings

import pytest

import estikeras as tf

Dataset = tf.data.Dataset
Policy = tf.data.experimental.AutoShardPolicy


def options(**values):
    """Options; names with two parts by `__`."""
    made = tf.data.Options()
    for name, value in values.items():
        *path, last = name.split("__")
        target = made
        for part in path:
            target = getattr(target, part)
        setattr(target, last, value)
    return made


OPTIMIZATION = "experimental_optimization__apply_default_optimizations"
POLICY = "experimental_distribute__auto_shard_policy"
MERGED = {  # two options, one after the other, and what holds
    "nothing": ({}, {}, {}),
    "the first": ({"deterministic": False}, {}, {"deterministic": False}),
    "the second": ({}, {"deterministic": True}, {"deterministic": True}),
    "the later one": ({"deterministic": True}, {"deterministic": False}, {"deterministic": False}),
    "both": (
        {"deterministic": False},
        {"threading__private_threadpool_size": 3},
        {"deterministic": False, "threading__private_threadpool_size": 3},
    ),
    "parts of parts": (
        {OPTIMIZATION: False},
        {POLICY: Policy.OFF},
        {
            OPTIMIZATION: False,
            POLICY: Policy.OFF,
        },
    ),
    "a policy that stays": (
        {POLICY: Policy.DATA},
        {"deterministic": True},
        {
            POLICY: Policy.DATA,
            "deterministic": True,
        },
    ),
    "a policy that is replaced": (
        {POLICY: Policy.DATA},
        {POLICY: Policy.FILE},
        {POLICY: Policy.FILE},
    ),
}


@pytest.mark.parametrize("name", MERGED)
def test_later_options_are_added_to_earlier_ones(name):
    first, second, expected = MERGED[name]
    assert options(**first).merge(options(**second)) == options(**expected)
    dataset = Dataset.range(3).with_options(options(**first)).with_options(options(**second))
    assert dataset.options() == options(**expected)


METHODS = {
    "map": lambda d: d.map(lambda x: x),
    "batch": lambda d: d.batch(2),
    "shuffle": lambda d: d.shuffle(2),
    "filter": lambda d: d.filter(lambda x: x > 0),
    "cache": lambda d: d.cache(),
    "prefetch": lambda d: d.prefetch(1),
    "interleave": lambda d: d.interleave(Dataset.from_tensors),
    "window": lambda d: d.window(2),
    "zip": lambda d: Dataset.zip(d, Dataset.range(3)),
    "concatenate": lambda d: d.concatenate(Dataset.range(3)),
    "enumerate": lambda d: d.enumerate(),
}


@pytest.mark.parametrize("name", METHODS)
def test_options_hold_for_all_steps_that_follow(name):
    said = options(deterministic=False, experimental_distribute__auto_shard_policy=Policy.OFF)
    assert METHODS[name](Dataset.range(3).with_options(said)).options() == said


def test_options_that_were_asked_for_are_a_copy():
    dataset = Dataset.range(3)
    dataset.options().deterministic = False
    assert dataset.options().deterministic is None
    said = options(deterministic=True)
    dataset = dataset.with_options(said)
    said.deterministic = False
    assert dataset.options().deterministic in (True, False)


WRONG = {
    "an unknown name": (AttributeError, lambda: setattr(tf.data.Options(), "determinstic", True)),
    "another type": (TypeError, lambda: options(deterministic="yes")),
    "another type below": (TypeError, lambda: options(threading__private_threadpool_size=1.5)),
    "a policy by number": (TypeError, lambda: options(experimental_distribute=0)),
    "no options": (TypeError, lambda: Dataset.range(3).with_options({"deterministic": True})),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_option_is_refused(name):
    error, call = WRONG[name]
    with pytest.raises(error):
        call()


NO_EFFECT = [
    "autotune__enabled",
    "experimental_slack",
    "experimental_optimization__map_fusion",
    "threading__max_intra_op_parallelism",
]


@pytest.mark.parametrize("name", NO_EFFECT)
def test_an_option_without_effect_warns(name):
    with pytest.warns(UserWarning, match=f"{name.split('__')[-1]}.*no effect"):
        options(**{name: 1})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        options(**{name: None})


def test_older_names_are_the_same_options():
    made = tf.data.Options()
    made.experimental_deterministic = False
    made.experimental_threading.private_threadpool_size = 2
    assert made == options(deterministic=False, threading__private_threadpool_size=2)


def test_map_uses_the_threads_that_options_say_where_it_may_choose():
    names, meeting = set(), threading.Barrier(5, timeout=10)

    def where(x):
        number = int(x)
        names.add(threading.current_thread().name)
        meeting.wait()
        return number

    dataset = Dataset.range(10).map(where, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.with_options(options(threading__private_threadpool_size=5))
    assert [int(x) for x in dataset] == list(range(10))
    assert len(names) == 5


@pytest.mark.parametrize(
    ("said", "asked", "is_ordered"),
    [(None, None, True), (False, None, False), (False, True, True), (True, False, False)],
)
def test_order_is_kept_unless_map_or_else_the_options_give_it_up(said, asked, is_ordered):
    second_is_done = threading.Event()

    def first_waits(x):
        if int(x) == 0 and not is_ordered:
            assert second_is_done.wait(10)
        return x

    dataset = Dataset.range(4).map(first_waits, num_parallel_calls=2, deterministic=asked)
    dataset = dataset.with_options(options(deterministic=said))
    iterator = iter(dataset)
    first = int(next(iterator))
    second_is_done.set()
    assert (first == 0) is is_ordered
    assert sorted([first, *map(int, iterator)]) == [0, 1, 2, 3]
