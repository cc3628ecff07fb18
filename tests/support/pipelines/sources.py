"""Where elements come from: tensors, slices, ranges, counters, generators, names of files."""

import numpy as np

from tests.support.pipelines.row import Point, row


def count(stop):
    """A generator function of that many ints."""
    yield from range(stop)


def generated(tf, function, *signature, **options):
    """A dataset of a generator function with tensors as the signature."""
    specs = tuple(tf.TensorSpec(*one) for one in signature)
    specs = specs if len(specs) > 1 else specs[0]
    return tf.data.Dataset.from_generator(function, output_signature=specs, **options)


def growing():
    """Vectors of 0, 1, 2 entries."""
    for size in range(3):
        yield np.arange(size, dtype="float32")


def pairs():
    """Tuples of an int and a text."""
    yield 1, "one"
    yield 2, "two"


def records():
    """Dicts."""
    yield {"a": 1, "b": [1.0, 2.0]}
    yield {"a": 2, "b": [3.0, 4.0]}


TENSORS = [
    row("from_tensors int", lambda tf: tf.data.Dataset.from_tensors(3)),
    row("from_tensors float", lambda tf: tf.data.Dataset.from_tensors(0.5)),
    row("from_tensors bool", lambda tf: tf.data.Dataset.from_tensors(True)),
    row("from_tensors text", lambda tf: tf.data.Dataset.from_tensors("süß")),
    row("from_tensors bytes", lambda tf: tf.data.Dataset.from_tensors(b"\x00\xff")),
    row("from_tensors list", lambda tf: tf.data.Dataset.from_tensors([1, 2, 3])),
    row("from_tensors empty list", lambda tf: tf.data.Dataset.from_tensors([])),
    row("from_tensors tuple", lambda tf: tf.data.Dataset.from_tensors((1, [2.0, 3.0], "x"))),
    row("from_tensors dict", lambda tf: tf.data.Dataset.from_tensors({"b": 1, "a": (2, [3])})),
    row("from_tensors namedtuple", lambda tf: tf.data.Dataset.from_tensors(Point(1, [2.0]))),
    row("from_tensors float64", lambda tf: tf.data.Dataset.from_tensors(np.ones((2, 2)))),
    row("from_tensors none", lambda tf: tf.data.Dataset.from_tensors((1, None))),
    row("from_tensors tensor", lambda tf: tf.data.Dataset.from_tensors(tf.constant([1, 2]))),
    row("from_tensors one-tuple", lambda tf: tf.data.Dataset.from_tensors((5,))),
]

SLICES = [
    row("slices list", lambda tf: tf.data.Dataset.from_tensor_slices([1, 2, 3])),
    row("slices one row", lambda tf: tf.data.Dataset.from_tensor_slices([[1, 2]])),
    row("slices no row", lambda tf: tf.data.Dataset.from_tensor_slices(np.zeros((0, 3), "int32"))),
    row("slices no column", lambda tf: tf.data.Dataset.from_tensor_slices(np.zeros((2, 0)))),
    row("slices matrix", lambda tf: tf.data.Dataset.from_tensor_slices([[1.0, 2.0], [3.0, 4.0]])),
    row("slices float64", lambda tf: tf.data.Dataset.from_tensor_slices(np.arange(3) / 2)),
    row("slices bool", lambda tf: tf.data.Dataset.from_tensor_slices([True, False])),
    row("slices text", lambda tf: tf.data.Dataset.from_tensor_slices(["a", "bcd", ""])),
    row("slices NumPy text", lambda tf: tf.data.Dataset.from_tensor_slices(np.array(["a", "bc"]))),
    row(
        "slices NumPy bytes",
        lambda tf: tf.data.Dataset.from_tensor_slices(np.array([b"a", b"bc"], object)),
    ),
    row("slices tuple", lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2], ["a", "b"]))),
    row(
        "slices nested dict",
        lambda tf: tf.data.Dataset.from_tensor_slices(
            {"x": {"b": [1, 2], "a": [[1.0], [2.0]]}, "y": ([True, False], [3, 4])}
        ),
    ),
    row(
        "slices dict and label",
        lambda tf: tf.data.Dataset.from_tensor_slices(({"a": [1, 2], "b": [3, 4]}, [5, 6])),
    ),
    row("slices namedtuple", lambda tf: tf.data.Dataset.from_tensor_slices(Point([1, 2], [3, 4]))),
    row("slices float16", lambda tf: tf.data.Dataset.from_tensor_slices(np.ones(2, "float16"))),
    row("slices uint8", lambda tf: tf.data.Dataset.from_tensor_slices(np.arange(3, dtype="uint8"))),
    row(
        "slices cube", lambda tf: tf.data.Dataset.from_tensor_slices(np.arange(8).reshape(2, 2, 2))
    ),
    row("slices tensor", lambda tf: tf.data.Dataset.from_tensor_slices(tf.constant([[1], [2]]))),
    row("slices none", lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2], None))),
    row(
        "slices of NumPy scalars",
        lambda tf: tf.data.Dataset.from_tensor_slices([np.float32(1), np.float32(2)]),
    ),
]

RANGES = [
    row("range stop", lambda tf: tf.data.Dataset.range(4)),
    row("range zero", lambda tf: tf.data.Dataset.range(0)),
    row("range below zero", lambda tf: tf.data.Dataset.range(-3)),
    row("range start stop", lambda tf: tf.data.Dataset.range(2, 5)),
    row("range step", lambda tf: tf.data.Dataset.range(1, 10, 4)),
    row("range backwards", lambda tf: tf.data.Dataset.range(5, 0, -2)),
    row("range wrong way", lambda tf: tf.data.Dataset.range(5, 0)),
    row("range int32", lambda tf: tf.data.Dataset.range(3, output_type=tf.int32)),
    row("range float32", lambda tf: tf.data.Dataset.range(1, 4, output_type=tf.float32)),
    row("range of tensor", lambda tf: tf.data.Dataset.range(tf.constant(3, tf.int64))),
    row("counter", lambda tf: tf.data.Dataset.counter(), limit=4),
    row("counter start step", lambda tf: tf.data.Dataset.counter(3, -2), limit=4),
    row("counter int32", lambda tf: tf.data.Dataset.counter(dtype=tf.int32), limit=3),
    row("counter old name", lambda tf: tf.data.experimental.Counter(start=2, step=3), limit=3),
    row("random has no end", lambda tf: [int(tf.data.Dataset.random(seed=1).cardinality())]),
    row(
        "random is int64", lambda tf: [str(tf.data.Dataset.random(seed=1).element_spec.dtype.name)]
    ),
    row(
        "random with a seed repeats itself",
        lambda tf: [
            list(tf.data.Dataset.random(seed=4).take(3).as_numpy_iterator())
            == list(tf.data.Dataset.random(seed=4).take(3).as_numpy_iterator())
        ],
    ),
]

GENERATORS = [
    row("generator signature", lambda tf: generated(tf, lambda: count(3), ((), tf.int32))),
    row("generator of nothing", lambda tf: generated(tf, lambda: count(0), ((), tf.int32))),
    row("generator casts", lambda tf: generated(tf, lambda: count(3), ((), tf.float32))),
    row("generator rounds down", lambda tf: generated(tf, lambda: [1, -2.5], ((), tf.int32))),
    row("generator growing", lambda tf: generated(tf, growing, ((None,), tf.float32))),
    row("generator any rank", lambda tf: generated(tf, growing, (None, tf.float32))),
    row(
        "generator pairs",
        lambda tf: generated(tf, pairs, ((), tf.int64), ((), tf.string)),
    ),
    row(
        "generator dicts",
        lambda tf: tf.data.Dataset.from_generator(
            records,
            output_signature={
                "a": tf.TensorSpec((), tf.int32),
                "b": tf.TensorSpec((2,), tf.float32),
            },
        ),
    ),
    row(
        "generator types",
        lambda tf: tf.data.Dataset.from_generator(lambda: count(2), tf.int64),
    ),
    row(
        "generator types and shapes",
        lambda tf: tf.data.Dataset.from_generator(pairs, (tf.int32, tf.string), ((), ())),
    ),
    row(
        "generator shape with unknown size",
        lambda tf: tf.data.Dataset.from_generator(
            growing, output_types=tf.float32, output_shapes=(None,)
        ),
    ),
    row(
        "generator args",
        lambda tf: tf.data.Dataset.from_generator(
            lambda start, name: iter([(start, name), (start + 1, name)]),
            output_signature=(tf.TensorSpec((), tf.int32), tf.TensorSpec((), tf.string)),
            args=(7, "seven"),
        ),
    ),
    row(
        "generator of a list",
        lambda tf: generated(tf, lambda: [[1, 2], [3, 4]], ((2,), tf.int32)),
    ),
    row("generator twice", lambda tf: generated(tf, lambda: count(2), ((), tf.int32)).repeat(2)),
    row(
        "generator without end",
        lambda tf: generated(tf, lambda: iter(int, 1), ((), tf.int32)).take(3),
    ),
    row(
        "generator batched",
        lambda tf: generated(tf, lambda: count(5), ((), tf.int32)).batch(2),
    ),
]

NAMES = [
    row("list_files", lambda tf: tf.data.Dataset.list_files("lines/*.txt", shuffle=False)),
    row(
        "list_files of patterns",
        lambda tf: tf.data.Dataset.list_files(["lines/b*.txt", "lines/a*.txt"], shuffle=False),
    ),
    row(
        "list_files shuffled",
        lambda tf: sorted(
            tf.data.Dataset.list_files("lines/*", seed=3).as_numpy_iterator(),
        ),
    ),
    row(
        "list_files one",
        lambda tf: tf.data.Dataset.list_files("lines/a.txt"),
    ),
]

LISTS = [
    row("from_list", lambda tf: tf.data.experimental.from_list([1, 2, 3])),
    row("from_list tuples", lambda tf: tf.data.experimental.from_list([(1, "a"), (2, "b")])),
    row("from_list dicts", lambda tf: tf.data.experimental.from_list([{"a": [1]}, {"a": [2]}])),
]

ROWS = [*TENSORS, *SLICES, *RANGES, *GENERATORS, *NAMES, *LISTS]
