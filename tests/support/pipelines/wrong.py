"""Wrong calls: each raises, either when the pipeline is built or when it runs."""

from tests.support.pipelines.row import Point, row

STUMBLES = "the reference stumbles over an attribute"
TYPES = "a wrong type is a TypeError"
OWN = "the user's own error comes through"
OPS = "ops raise ValueError"


def upto(tf, count):
    """Ints from 0 on, as int64."""
    return tf.data.Dataset.range(count)


def zero(tf):
    """An int64 zero."""
    return tf.constant(0, tf.int64)


def generated(tf, values, *spec):
    """A dataset of a generator of some values."""
    return tf.data.Dataset.from_generator(
        lambda: iter(values), output_signature=tf.TensorSpec(*spec)
    )


def failing(tf):
    """A generator that fails after two elements."""

    def generate():
        yield from (1, 2)
        raise KeyError("lost")

    return tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec((), tf.int32))


def odd_fails(tf, x):
    """X, unless it is odd."""
    with tf.control_dependencies([tf.debugging.assert_equal(x % 2, zero(tf))]):
        return tf.identity(x)


def raises(_):
    """A user's function with a mistake."""
    raise KeyError("mistake")


def growing(tf):
    """Vectors of 1, 2 entries."""
    return generated(tf, [[1], [1, 2]], (None,), tf.int32)


BUILDING = [
    row("slices of unequal lengths", lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2], [3]))),
    row("slices of a scalar", lambda tf: tf.data.Dataset.from_tensor_slices(3)),
    row("slices of an empty tuple", lambda tf: tf.data.Dataset.from_tensor_slices(())),
    row("slices of ragged lists", lambda tf: tf.data.Dataset.from_tensor_slices([[1], [2, 3]])),
    row("slices of mixed types", lambda tf: tf.data.Dataset.from_tensor_slices([1, "a"])),
    row(
        "tensors of an object",
        lambda tf: tf.data.Dataset.from_tensors(object()),
        error="TypeError",
        why=TYPES,
    ),
    row("range without limits", lambda tf: tf.data.Dataset.range()),
    row("range of four", lambda tf: tf.data.Dataset.range(1, 2, 3, 4)),
    row("range with step 0", lambda tf: tf.data.Dataset.range(1, 2, 0)),
    row("range of float", lambda tf: tf.data.Dataset.range(2.5)),
    row("dataset itself", lambda tf: tf.data.Dataset()),
    row("batch 0", lambda tf: upto(tf, 3).batch(0)),
    row("batch -1", lambda tf: upto(tf, 3).batch(-1)),
    row("batch of float", lambda tf: upto(tf, 3).batch(2.5)),
    row("batch of none", lambda tf: upto(tf, 3).batch(None), error="TypeError", why=TYPES),
    row("shuffle 0", lambda tf: upto(tf, 3).shuffle(0)),
    row("shard 0", lambda tf: upto(tf, 3).shard(0, 0)),
    row("shard index too large", lambda tf: upto(tf, 3).shard(2, 2)),
    row("shard index below zero", lambda tf: upto(tf, 3).shard(2, -1)),
    row("window 0", lambda tf: upto(tf, 3).window(0)),
    row("window shift 0", lambda tf: upto(tf, 3).window(2, shift=0)),
    row("window stride 0", lambda tf: upto(tf, 3).window(2, stride=0)),
    row("prefetch -5", lambda tf: upto(tf, 3).prefetch(-5)),
    row("interleave cycle 0", lambda tf: upto(tf, 3).interleave(tf.data.Dataset.range, 0)),
    row("interleave block 0", lambda tf: upto(tf, 3).interleave(tf.data.Dataset.range, 1, 0)),
    row(
        "interleave with more calls than places",
        lambda tf: upto(tf, 3).interleave(tf.data.Dataset.range, 1, num_parallel_calls=2),
    ),
    row("map parallel -3", lambda tf: upto(tf, 3).map(lambda x: x, num_parallel_calls=-3)),
    row("map raises", lambda tf: upto(tf, 3).map(raises)),
    row("map of no function", lambda tf: upto(tf, 3).map(3), error="TypeError", why=TYPES),
    row("map with too many arguments", lambda tf: upto(tf, 3).map(lambda x, y: x)),
    row(
        "map with too few arguments",
        lambda tf: tf.data.Dataset.zip(upto(tf, 2), upto(tf, 2)).map(lambda x: x),
    ),
    row(
        "map of namedtuples with two arguments",
        lambda tf: tf.data.Dataset.from_tensors(Point(1, 2)).map(lambda x, y: x),
    ),
    row("map to an object", lambda tf: upto(tf, 3).map(lambda x: object())),
    row("filter to int", lambda tf: upto(tf, 3).filter(lambda x: x)),
    row(
        "filter to vector",
        lambda tf: upto(tf, 3).filter(lambda x: [x > 1, x > 2]),
        error="ValueError",
        why=STUMBLES,
    ),
    row(
        "filter to pair",
        lambda tf: upto(tf, 3).filter(lambda x: (x > 1, x > 2)),
        error="ValueError",
        why=STUMBLES,
    ),
    row("take_while to int", lambda tf: upto(tf, 3).take_while(lambda x: x)),
    row(
        "flat_map to tensor",
        lambda tf: upto(tf, 3).flat_map(lambda x: x),
        error="TypeError",
        why=STUMBLES,
    ),
    row(
        "interleave to tensor",
        lambda tf: upto(tf, 3).interleave(lambda x: x, 2),
        error="TypeError",
        why=STUMBLES,
    ),
    row("zip of nothing", lambda tf: tf.data.Dataset.zip()),
    row("zip of a tensor", lambda tf: tf.data.Dataset.zip((upto(tf, 3), tf.constant(1)))),
    row("zip of a list", lambda tf: tf.data.Dataset.zip([upto(tf, 3), upto(tf, 3)])),
    row("zip by both", lambda tf: tf.data.Dataset.zip(upto(tf, 1), datasets=(upto(tf, 3),))),
    row(
        "concatenate other dtype",
        lambda tf: upto(tf, 3).concatenate(tf.data.Dataset.from_tensors("a")),
    ),
    row(
        "concatenate other structure",
        lambda tf: upto(tf, 3).concatenate(tf.data.Dataset.from_tensors((1, 2))),
    ),
    row("choose from none", lambda tf: tf.data.Dataset.choose_from_datasets([], upto(tf, 2))),
    row(
        "choose by text",
        lambda tf: tf.data.Dataset.choose_from_datasets(
            [upto(tf, 2)], tf.data.Dataset.from_tensors("a")
        ),
    ),
    row("sample from none", lambda tf: tf.data.Dataset.sample_from_datasets([])),
    row(
        "sample with one weight too many",
        lambda tf: tf.data.Dataset.sample_from_datasets([upto(tf, 2)], weights=[0.5, 0.5]),
    ),
    row(
        "sample of other dtypes",
        lambda tf: tf.data.Dataset.sample_from_datasets(
            [upto(tf, 2), tf.data.Dataset.from_tensors("a")]
        ),
    ),
    row("unbatch of scalars", lambda tf: upto(tf, 3).unbatch()),
    row("rebatch of scalars", lambda tf: upto(tf, 3).rebatch(2)),
    row("scan without a pair", lambda tf: upto(tf, 3).scan(zero(tf), lambda s, x: s + x)),
    row("scan changes dtype", lambda tf: upto(tf, 3).scan(zero(tf), lambda s, x: (0.5, x))),
    row("reduce changes dtype", lambda tf: upto(tf, 3).reduce(0, lambda s, x: s + 0.5)),
    row(
        "reduce changes structure",
        lambda tf: upto(tf, 3).reduce(zero(tf), lambda s, x: (s, x)),
        error="TypeError",
        why=TYPES,
    ),
    row(
        "group without a size",
        lambda tf: upto(tf, 3).group_by_window(lambda x: x, lambda k, w: w.batch(2)),
    ),
    row(
        "group by both sizes",
        lambda tf: upto(tf, 3).group_by_window(
            lambda x: x, lambda k, w: w.batch(2), window_size=2, window_size_func=lambda k: k
        ),
    ),
    row(
        "group by a float key",
        lambda tf: upto(tf, 3).group_by_window(lambda x: 0.5, lambda k, w: w.batch(2), 2),
    ),
    row(
        "bucket without boundaries",
        lambda tf: growing(tf).bucket_by_sequence_length(tf.size, [], []),
    ),
    row(
        "bucket with too few sizes",
        lambda tf: growing(tf).bucket_by_sequence_length(tf.size, [2], [2]),
    ),
    row(
        "bucket with float boundaries",
        lambda tf: growing(tf).bucket_by_sequence_length(tf.size, [2.5], [2, 2]),
    ),
    row("padded_batch to other rank", lambda tf: growing(tf).padded_batch(2, [2, 2])),
    row(
        "padded_batch of unknown rank",
        lambda tf: generated(tf, [[1]], None, tf.int32).padded_batch(2),
    ),
    row("padded_batch by other dtype", lambda tf: growing(tf).padded_batch(2, padding_values="a")),
    row(
        "padded_batch to a smaller known size",
        lambda tf: tf.data.Dataset.from_tensors([1, 2]).padded_batch(2, [1]),
    ),
    row("generator without types", lambda tf: tf.data.Dataset.from_generator(lambda: iter([1]))),
    row(
        "generator that is none",
        lambda tf: tf.data.Dataset.from_generator(
            [1, 2], output_signature=tf.TensorSpec((), tf.int32)
        ),
    ),
    row(
        "generator by both signatures",
        lambda tf: tf.data.Dataset.from_generator(
            lambda: iter([1]), tf.int32, output_signature=tf.TensorSpec((), tf.int32)
        ),
    ),
    row(
        "generator by dtype as signature",
        lambda tf: tf.data.Dataset.from_generator(lambda: iter([1]), output_signature=tf.int32),
    ),
    row("len of endless", lambda tf: len(upto(tf, 3).repeat())),
    row("len of unknown", lambda tf: len(upto(tf, 3).filter(lambda x: x > 1))),
    row("list_files of no file", lambda tf: tf.data.Dataset.list_files("absent/*.txt")),
    row(
        "lines by unknown packing",
        lambda tf: tf.data.TextLineDataset("lines/a.txt", "RAR"),
        error="ValueError",
        moment="at once",
        why="an argument is checked where it is given",
    ),
    row("lines of ints", lambda tf: tf.data.TextLineDataset([1, 2])),
    row("apply to tensor", lambda tf: upto(tf, 3).apply(lambda d: 3)),
    row(
        "with_options of none",
        lambda tf: upto(tf, 3).with_options(None),
        error="TypeError",
        why=STUMBLES,
    ),
    row("from_list of nothing", lambda tf: tf.data.experimental.from_list([])),
    row("from_list of unlike", lambda tf: tf.data.experimental.from_list([1, (2, 3)])),
    row("get_single_element of two", lambda tf: upto(tf, 2).get_single_element()),
    row("get_single_element of none", lambda tf: upto(tf, 0).get_single_element()),
    row("iterator called as a function", lambda tf: next(upto(tf, 3))),
    row("index", lambda tf: upto(tf, 3)[0]),
]

RUNNING = [
    row("batch of unequal shapes", lambda tf: growing(tf).batch(2)),
    row(
        "batch of unequal shapes, later", lambda tf: growing(tf).repeat().skip(1).batch(1).batch(2)
    ),
    row("generator of other shape", lambda tf: generated(tf, [[1, 2], [3]], (2,), tf.int32)),
    row("generator of other rank", lambda tf: generated(tf, [1, [2]], (), tf.int32)),
    row("generator of text as int", lambda tf: generated(tf, [1, "a"], (), tf.int32)),
    row("generator of other structure", lambda tf: generated(tf, [1, (2, 3)], (), tf.int32)),
    row("generator fails", failing, error="KeyError", why=OWN),
    row("generator fails in a batch", lambda tf: failing(tf).batch(2), error="KeyError", why=OWN),
    row("map fails", lambda tf: upto(tf, 3).map(lambda x: odd_fails(tf, x))),
    row(
        "map fails before batch",
        lambda tf: upto(tf, 6).skip(2).map(lambda x: odd_fails(tf, x)).batch(2),
    ),
    row("map fails in parallel", lambda tf: upto(tf, 3).map(lambda x: odd_fails(tf, x), 2)),
    row(
        "map reshapes wrongly",
        lambda tf: growing(tf).map(lambda x: tf.reshape(x, (1,))),
        error="ValueError",
        why=OPS,
    ),
    row(
        "map gathers beyond",
        lambda tf: upto(tf, 3).map(lambda x: tf.gather([1, 2], x)),
        error="ValueError",
        why=OPS,
    ),
    row(
        "py_function fails",
        lambda tf: upto(tf, 2).map(lambda x: tf.py_function(raises, [x], tf.int64)),
        error="KeyError",
        why=OWN,
    ),
    row(
        "py_function gives other dtype",
        lambda tf: upto(tf, 2).map(lambda x: tf.py_function(lambda v: "a", [x], tf.int64)),
        error="TypeError",
        why=TYPES,
    ),
    row("filter fails", lambda tf: upto(tf, 3).filter(lambda x: odd_fails(tf, x) > -1)),
    row("take before the failure", lambda tf: upto(tf, 3).map(lambda x: odd_fails(tf, x)).take(2)),
    row(
        "flat_map fails inside",
        lambda tf: upto(tf, 2).flat_map(lambda y: upto(tf, 3).map(lambda x: odd_fails(tf, x))),
    ),
    row(
        "unbatch unequal",
        lambda tf: tf.data.Dataset.from_generator(
            lambda: iter([([1, 2], [1])]),
            output_signature=(tf.TensorSpec((None,), tf.int32),) * 2,
        ).unbatch(),
    ),
    row("padded_batch beyond the size", lambda tf: growing(tf).padded_batch(2, [1])),
    row(
        "bucket beyond the boundary",
        lambda tf: growing(tf).bucket_by_sequence_length(
            tf.size, [2], [2, 2], pad_to_bucket_boundary=True
        ),
        error="InvalidArgumentError",
        why="the argument is wrong, not the reference's inner state",
    ),
    row(
        "group size 0",
        lambda tf: upto(tf, 3).group_by_window(
            lambda x: x, lambda k, w: w.batch(2), window_size_func=lambda k: k * 0
        ),
    ),
    row(
        "choose beyond", lambda tf: tf.data.Dataset.choose_from_datasets([upto(tf, 2)], upto(tf, 3))
    ),
    row(
        "assert_cardinality too few",
        lambda tf: upto(tf, 2).apply(tf.data.experimental.assert_cardinality(3)),
    ),
    row(
        "assert_cardinality too many",
        lambda tf: upto(tf, 2).apply(tf.data.experimental.assert_cardinality(1)),
    ),
    row("lines of an absent file", lambda tf: tf.data.TextLineDataset("absent.txt")),
    row(
        "lines then an absent file",
        lambda tf: tf.data.TextLineDataset(["lines/b.txt", "absent.txt"]),
    ),
    row("lines of wrong packing", lambda tf: tf.data.TextLineDataset("lines/a.txt", "GZIP")),
    row("records of an absent file", lambda tf: tf.data.TFRecordDataset("absent.tfrecord")),
    row("records cut", lambda tf: tf.data.TFRecordDataset("cut.tfrecord")),
    row("records broken", lambda tf: tf.data.TFRecordDataset("broken.tfrecord")),
    row("records of a text", lambda tf: tf.data.TFRecordDataset("table.csv")),
    row("fixed of an odd size", lambda tf: tf.data.FixedLengthRecordDataset("fixed.bin", 2)),
    row("fixed of an absent file", lambda tf: tf.data.FixedLengthRecordDataset("absent", 2)),
    row(
        "csv of text as int",
        lambda tf: tf.data.experimental.CsvDataset("plain.csv", [tf.int32, tf.int32, tf.string]),
    ),
    row(
        "csv with too few columns",
        lambda tf: tf.data.experimental.CsvDataset("plain.csv", [tf.int32, tf.float32]),
    ),
    row(
        "csv with a missing value",
        lambda tf: tf.data.experimental.CsvDataset(
            "table.csv", [tf.string, tf.int32, tf.float32, tf.int32], header=True
        ),
    ),
    row("load of an absent folder", lambda tf: tf.data.Dataset.load("absent")),
]

ROWS = [
    *BUILDING,
    *RUNNING,
    row("examples without a feature", lambda tf: parsed(tf, {"a": (tf.int64, ())})),
    row("examples of other dtype", lambda tf: parsed(tf, {"n": (tf.float32, ())})),
    row("examples of other size", lambda tf: parsed(tf, {"n": (tf.int64, (2,))})),
    row(
        "examples that are none",
        lambda tf: tf.data.Dataset.from_tensors("\x08nonsense").map(
            lambda x: tf.io.parse_single_example(x, {"n": tf.io.FixedLenFeature((), tf.int64)})
        ),
    ),
]


def parsed(tf, features):
    """An example of one int, parsed as something."""
    value = tf.train.Feature(int64_list=tf.train.Int64List(value=[1]))
    example = tf.train.Example(features=tf.train.Features(feature={"n": value}))
    features = {
        name: tf.io.FixedLenFeature(shape, dtype) for name, (dtype, shape) in features.items()
    }
    dataset = tf.data.Dataset.from_tensors(example.SerializeToString())
    return dataset.map(lambda x: tf.io.parse_single_example(x, features))
