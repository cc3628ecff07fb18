"""Users' functions: how often they run as Python, what they see, and how their errors read."""

import threading
import traceback

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras

Dataset = tf.data.Dataset


def listed(dataset):
    return [np.asarray(x).tolist() for x in dataset.as_numpy_iterator()]


def counted(function):
    """A function that counts its calls."""

    def count(*args):
        count.calls += 1
        return function(*args)

    count.calls = 0
    return count


TRACED = {  # name -> a dataset that a function is applied to, the function
    "map": (lambda f: Dataset.range(100).map(f), lambda x: x * 2),
    "map in threads": (lambda f: Dataset.range(100).map(f, num_parallel_calls=4), lambda x: x * 2),
    "map after batch": (lambda f: Dataset.range(96).batch(8, True).map(f), lambda x: x * 2),
    "map of python elements": (
        lambda f: Dataset.range(100).map(lambda x: float(x)).map(f),
        lambda x: x * 2,
    ),
    "filter": (lambda f: Dataset.range(100).filter(f), lambda x: x % 2 == 0),
    "take_while": (lambda f: Dataset.range(100).take_while(f), lambda x: x < 50),
}


@pytest.mark.parametrize("name", TRACED)
def test_a_function_that_can_be_traced_runs_as_python_once(name):
    make, function = TRACED[name]
    function = counted(function)
    dataset = make(function)
    first, second = listed(dataset), listed(dataset)
    assert first == second and len(first) > 10
    assert function.calls == 1


def test_last_uneven_batches_cost_one_more_trace():
    function = counted(lambda x: x * 2)
    dataset = Dataset.range(100).batch(8).map(function)
    assert listed(dataset)[-1] == [192, 194, 196, 198]
    calls = function.calls
    listed(dataset)
    assert function.calls == calls <= 2 + 2  # 2 to see which sizes depend on the batch's


def test_elements_of_many_shapes_run_in_python_in_the_end():
    function = counted(lambda x: x * 2)
    rows = [np.arange(n) for n in range(30)]
    dataset = Dataset.from_generator(
        lambda: rows, output_signature=tf.TensorSpec([None], "int64")
    ).map(function)
    assert listed(dataset) == [(2 * row).tolist() for row in rows]


def branches(x):
    if x > 2:  # a value decides
        return x * 10
    return x


@pytest.mark.parametrize("calls_at_once", [None, 3, tf.data.AUTOTUNE])
def test_a_function_that_asks_for_values_runs_for_each_element(calls_at_once):
    function = counted(branches)
    dataset = Dataset.range(6).map(function, num_parallel_calls=calls_at_once)
    before = function.calls
    assert listed(dataset) == [0, 1, 2, 30, 40, 50]
    assert function.calls == before + 6


def test_print_writes_the_values_of_each_element(capsys):
    def printed(x):
        tf.print("at", x)
        return x

    listed(Dataset.range(3).map(printed).batch(2))
    assert capsys.readouterr().err == "at 0\nat 1\nat 2\n"


def test_state_in_python_is_seen_where_the_function_runs_in_python():
    seen = []

    def note(x):
        seen.append(int(x))
        return x

    assert listed(Dataset.range(3).map(note)) == [0, 1, 2]
    assert seen == [0, 1, 2]


def test_threads_are_as_many_as_was_asked_for():
    names, held = set(), threading.Barrier(4, timeout=10)

    def where(x):
        number = int(x)
        names.add(threading.current_thread().name)
        held.wait()
        return number

    assert listed(Dataset.range(8).map(where, num_parallel_calls=4)) == list(range(8))
    assert len(names) == 4


ARGUMENTS = {  # element -> how the function sees it
    "one": (5, lambda x: x + 1, 6),
    "a pair": ((5, 6), lambda x, y: x - y, -1),
    "a pair in a pair": ((5, (6, 7)), lambda x, y: x + y[0] + y[1], 18),
    "a dict": ({"a": 5, "b": 6}, lambda d: d["b"], 6),
    "a pair with a dict": (({"a": 5}, 6), lambda d, y: d["a"] + y, 11),
    "a list is a tensor": ([5, 6], lambda x: x[0] + x[1], 11),
    "text": ("ab", lambda s: tf.strings.length(s), 2),
}


@pytest.mark.parametrize("in_python", [False, True])
@pytest.mark.parametrize("name", ARGUMENTS)
def test_tuples_are_spread_over_arguments(name, in_python):
    element, function, expected = ARGUMENTS[name]

    def called(*args):
        result = function(*args)
        return int(result) if in_python else result

    assert listed(Dataset.from_tensors(element).map(called)) == [expected]


RESULTS = {
    "a list is a tuple": (lambda x: [x, x + 1], (tf.TensorSpec((), "int64"),) * 2),
    "a tuple": (lambda x: (x, "a"), (tf.TensorSpec((), "int64"), tf.TensorSpec((), "string"))),
    "a dict": (lambda x: {"a": x}, {"a": tf.TensorSpec((), "int64")}),
    "a list in a tuple is a tensor": (
        lambda x: (x, [1, 2]),
        (tf.TensorSpec((), "int64"), tf.TensorSpec((2,), "int32")),
    ),
    "an array": (lambda x: np.zeros((2, 3), "float32"), tf.TensorSpec((2, 3), "float32")),
    "a variable": (lambda x: tf.Variable([1.0, 2.0]), tf.TensorSpec((2,), "float32")),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_become_elements(name):
    function, spec = RESULTS[name]
    assert Dataset.range(2).map(function).element_spec == spec


def sixth_fails(x):
    if int(x) == 5:
        raise LookupError("no sixth")
    return x


def out_of_range(x):
    return tf.gather(tf.constant([0, 1, 2, 3, 4]), x)


FAILING = {  # name -> dataset, kind of the error, the note
    "in Python": (
        lambda: Dataset.range(9).map(sixth_fails),
        LookupError,
        "element 5 for `map_func`: sixth_fails",
    ),
    "in threads": (
        lambda: Dataset.range(9).map(sixth_fails, num_parallel_calls=3),
        LookupError,
        "element 5 for `map_func`: sixth_fails",
    ),
    "in native code": (
        lambda: Dataset.range(9).map(out_of_range),
        tf.errors.InvalidArgumentError,
        "element 5 for `map_func`: out_of_range",
    ),
    "in the second block": (
        lambda: Dataset.range(20_000).map(lambda x: tf.maximum(x - 10_000, 0)).map(out_of_range),
        tf.errors.InvalidArgumentError,
        "element 10005 for `map_func`: out_of_range",
    ),
    "of strings": (
        lambda: Dataset.from_tensor_slices([*"01234x"]).map(tf.strings.to_number),
        tf.errors.InvalidArgumentError,
        "element 5 for `map_func`: to_number",
    ),
    "of filter": (
        lambda: Dataset.range(9).filter(lambda x: sixth_fails(x) >= 0),
        LookupError,
        "element 5 for `predicate`: <lambda>",
    ),
    "of take_while": (
        lambda: Dataset.range(9).take_while(lambda x: out_of_range(x) >= 0),
        tf.errors.InvalidArgumentError,
        "element 5 for `predicate`: <lambda>",
    ),
    "of flat_map": (
        lambda: Dataset.range(9).flat_map(lambda x: Dataset.from_tensors(sixth_fails(x))),
        LookupError,
        "element 5 for `map_func`: <lambda>",
    ),
    "of interleave": (
        lambda: Dataset.range(9).interleave(
            lambda x: Dataset.from_tensors(sixth_fails(x)), cycle_length=1
        ),
        LookupError,
        "element 5 for `map_func`: <lambda>",
    ),
    "of scan": (
        lambda: Dataset.range(9).scan(0, lambda state, x: (state, sixth_fails(x))),
        LookupError,
        "element 5 for `scan_func`: <lambda>",
    ),
    "of group_by_window": (
        lambda: Dataset.range(9).group_by_window(
            lambda x: sixth_fails(x) * 0, lambda key, window: window, window_size=1
        ),
        LookupError,
        "element 5 for `key_func`: <lambda>",
    ),
}


def consumed(dataset):
    taken, error = [], None
    try:
        for x in dataset.as_numpy_iterator():
            taken.append(np.asarray(x).tolist())
    except Exception as caught:  # noqa: BLE001
        error = caught
    return taken, error


@pytest.mark.parametrize("name", FAILING)
def test_an_error_has_a_note_with_the_element_and_the_function(name):
    make, kind, note = FAILING[name]
    taken, error = consumed(make())
    assert type(error) is kind
    (said,) = error.__notes__
    assert said.startswith(f"This was {note} (")
    assert ".py, line " in said
    assert len(taken) == int(note.split()[1])


def test_an_error_of_reduce_has_a_note_too():
    with pytest.raises(LookupError) as caught:
        Dataset.range(9).reduce(np.int64(0), lambda state, x: state + sixth_fails(x))
    (said,) = caught.value.__notes__
    assert said.startswith("This was element 5 for `reduce_func`: <lambda> (")


@pytest.mark.parametrize("calls_at_once", [None, 3])
def test_the_traceback_shows_the_users_line(calls_at_once):
    _, error = consumed(Dataset.range(9).map(sixth_fails, num_parallel_calls=calls_at_once))
    lines = traceback.extract_tb(error.__traceback__)
    assert lines[-1].name == "sixth_fails"
    assert lines[-1].line == 'raise LookupError("no sixth")'


BEFORE = {  # what comes after the function, and what arrives before its error
    "batch": (lambda d: d.batch(2), [[0, 1], [2, 3]]),
    "batch, of which none is whole": (lambda d: d.batch(8), []),
    "batch without rest": (lambda d: d.batch(2, drop_remainder=True), [[0, 1], [2, 3]]),
    "batch and map": (lambda d: d.batch(2).map(lambda x: x + 1), [[1, 2], [3, 4]]),
    "batch and prefetch": (lambda d: d.batch(2).prefetch(3), [[0, 1], [2, 3]]),
    "batch and unbatch": (lambda d: d.batch(2, True).unbatch(), [0, 1, 2, 3]),
    "padded_batch": (lambda d: d.padded_batch(2), [[0, 1], [2, 3]]),
    "rebatch": (lambda d: d.batch(1).rebatch(2), [[0, 1], [2, 3]]),
    "map": (lambda d: d.map(lambda x: x * 2), [0, 2, 4, 6, 8]),
    "filter and batch": (lambda d: d.filter(lambda x: x > 1).batch(2), [[2, 3]]),
    "enumerate and batch": (lambda d: d.enumerate().map(lambda i, x: x).batch(2), [[0, 1], [2, 3]]),
    "skip and batch": (lambda d: d.skip(1).batch(2), [[1, 2], [3, 4]]),
    "shard and batch": (lambda d: d.shard(2, 0).batch(2), [[0, 2]]),
    "repeat and batch": (lambda d: d.repeat(2).batch(2), [[0, 1], [2, 3]]),
    "others before": (
        lambda d: Dataset.from_tensors(np.int64(9)).concatenate(d).batch(2),
        [[9, 0], [1, 2], [3, 4]],
    ),
    "cache and batch": (lambda d: d.cache().batch(2), [[0, 1], [2, 3]]),
    "flat_map": (lambda d: d.flat_map(Dataset.from_tensors), [0, 1, 2, 3, 4]),
}


@pytest.mark.parametrize("name", BEFORE)
@pytest.mark.parametrize("function", [sixth_fails, out_of_range])
def test_what_was_made_before_an_error_arrives_first(name, function):
    extend, expected = BEFORE[name]
    whole = Dataset.range(9).map(function).map(lambda x: tf.cast(x, "int64"))
    taken, error = consumed(extend(whole))
    assert taken == expected
    assert isinstance(error, LookupError | ValueError)


SHORT = {  # a dataset that would fail at its sixth element is read for five or fewer
    "take": lambda d: d.take(5),
    "take after batch": lambda d: d.batch(1).take(5).unbatch(),
    "take_while": lambda d: d.take_while(lambda x: x < 4),
    "zip with fewer": lambda d: Dataset.zip(d, Dataset.range(5).take(4)).map(lambda x, y: x),
    "zip of fewer": lambda d: Dataset.zip(Dataset.range(5), d).map(lambda x, y: y),
}


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("function", [sixth_fails, out_of_range])
def test_an_error_of_an_element_that_is_not_wanted_does_not_come(name, function):
    whole = Dataset.range(9).map(function).map(lambda x: tf.cast(x, "int64"))
    taken, error = consumed(SHORT[name](whole))
    assert error is None
    assert taken == list(range(len(taken))) and len(taken) in (4, 5)


def test_errors_of_tracing_come_where_the_step_is_made():
    with pytest.raises(ValueError, match="shape"):
        Dataset.from_tensors(np.zeros(3)).map(lambda x: tf.reshape(x, (2,)))
    with pytest.raises(TypeError, match="`map_func`"):
        Dataset.range(3).map("not a function")
    with pytest.raises((TypeError, ValueError), match="`predicate`"):
        Dataset.range(3).filter(lambda x: x + 1)
    with pytest.raises(TypeError, match="a function that returns a Dataset"):
        Dataset.range(3).flat_map(lambda x: x)


def test_layers_and_variables_in_functions_are_read_when_elements_are_made():
    layer = keras.layers.Dense(2, kernel_initializer="ones")
    layer.build((None, 3))
    dataset = Dataset.from_tensors(np.ones((1, 3), "float32")).map(layer)
    assert listed(dataset) == [[[3.0, 3.0]]]
    layer.kernel.assign(np.zeros((3, 2)))
    assert listed(dataset) == [[[0.0, 0.0]]]


@pytest.mark.parametrize("extend", [lambda d: d, lambda d: d.prefetch(1).take(9)])
def test_a_function_that_assigns_runs_for_the_elements_that_are_taken(extend):
    seen = tf.Variable(0)

    def note(x):
        seen.assign_add(1)
        return tf.gather(tf.constant([0, 1, 2, 3, 4]), x)

    iterator = iter(Dataset.range(100).map(note))
    assert [int(next(iterator)), int(next(iterator)), int(seen)] == [0, 1, 2]
    seen.assign(0)
    batches = iter(Dataset.range(100).map(note).batch(2))
    assert [next(batches).numpy().tolist(), int(seen)] == [[0, 1], 2]
    seen.assign(0)
    taken, error = consumed(extend(Dataset.range(100).map(note)))
    assert taken == [0, 1, 2, 3, 4] and "out of range" in str(error)
    assert int(seen) == 5


def test_random_layers_draw_for_each_element():
    layer = keras.layers.RandomBrightness(0.5, seed=1)
    images = np.full((6, 2, 2, 3), 100.0, "float32")
    dataset = Dataset.from_tensor_slices(images).map(lambda x: layer(x, training=True))
    drawn = np.stack([np.asarray(x) for x in dataset])
    assert len(np.unique(drawn[:, 0, 0, 0])) == 6


def test_a_compiled_function_is_traced_as_part_of_the_pipeline():
    double = tf.function(lambda x: x * 2)
    assert listed(Dataset.range(3).map(double)) == [0, 2, 4]
    assert listed(Dataset.range(3).map(lambda x: double(x) + 1)) == [1, 3, 5]


def test_ignored_errors_leave_out_their_elements_alone():
    assert listed(Dataset.range(9).map(sixth_fails).ignore_errors()) == [0, 1, 2, 3, 4, 6, 7, 8]
    native = Dataset.from_tensor_slices([0, 9, 1, 9, 2]).map(out_of_range)
    assert listed(native.ignore_errors()) == [0, 1, 2]
