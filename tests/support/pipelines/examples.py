"""Examples in record files: written, read, parsed; columns of lines decoded."""

from tests.support.pipelines.row import row


def examples(tf):
    """Three serialised examples; the last one lacks `size`."""
    train = tf.train

    def feature(value):
        if isinstance(value[0], bytes):
            return train.Feature(bytes_list=train.BytesList(value=value))
        if isinstance(value[0], float):
            return train.Feature(float_list=train.FloatList(value=value))
        return train.Feature(int64_list=train.Int64List(value=value))

    rows = [
        {"name": [b"a"], "size": [1], "weights": [0.5, 1.5], "tags": [b"x", b"y"]},
        {"name": [b"b"], "size": [2], "weights": [2.5, 3.5], "tags": [b"z"]},
        {"name": [b"c"], "weights": [4.5, 5.5]},
    ]
    return [
        train.Example(
            features=train.Features(feature={key: feature(value) for key, value in one.items()})
        ).SerializeToString()
        for one in rows
    ]


def serialised(tf):
    """The examples as a dataset of strings."""
    return tf.data.Dataset.from_tensor_slices(examples(tf))


def fixed(tf):
    """Features of known sizes."""
    return {
        "name": tf.io.FixedLenFeature((), tf.string),
        "size": tf.io.FixedLenFeature([], tf.int64, default_value=-1),
        "weights": tf.io.FixedLenFeature([2], tf.float32),
    }


def various(tf):
    """Features of unknown sizes."""
    return {
        "tags": tf.io.VarLenFeature(tf.string),
        "weights": tf.io.FixedLenSequenceFeature([], tf.float32, allow_missing=True),
    }


def through_a_file(tf, options=None):
    """The examples, written to a record file and read back."""
    with tf.io.TFRecordWriter("written.tfrecord", options) as writer:
        for one in examples(tf):
            writer.write(one)
    return tf.data.TFRecordDataset("written.tfrecord", compression_type=options)


ROWS = [
    row(
        "examples parsed one by one",
        lambda tf: serialised(tf).map(lambda x: tf.io.parse_single_example(x, fixed(tf))),
    ),
    row(
        "examples parsed one by one, then batched",
        lambda tf: serialised(tf).map(lambda x: tf.io.parse_single_example(x, fixed(tf))).batch(2),
    ),
    row(
        "examples parsed in batches",
        lambda tf: serialised(tf).batch(2).map(lambda x: tf.io.parse_example(x, fixed(tf))),
    ),
    row(
        "examples of unknown sizes",
        lambda tf: serialised(tf).map(lambda x: tf.io.parse_single_example(x, various(tf))),
    ),
    row(
        "examples of unknown sizes in batches",
        lambda tf: serialised(tf).batch(3).map(lambda x: tf.io.parse_example(x, various(tf))),
    ),
    row(
        "examples to features and label",
        lambda tf: serialised(tf).map(
            lambda x: (lambda d: (d.pop("weights"), d["size"]))(
                tf.io.parse_single_example(x, fixed(tf))
            )
        ),
    ),
    row(
        "examples through a file",
        lambda tf: through_a_file(tf).batch(3).map(lambda x: tf.io.parse_example(x, fixed(tf))),
    ),
    row(
        "examples through a packed file",
        lambda tf: through_a_file(tf, "GZIP").map(
            lambda x: tf.io.parse_single_example(x, fixed(tf))["name"]
        ),
    ),
    row(
        "lines of columns",
        lambda tf: tf.data.TextLineDataset("plain.csv").map(
            lambda x: tf.io.decode_csv(x, [[0], [0.0], [""]])
        ),
    ),
    row(
        "batches of lines of columns",
        lambda tf: (
            tf.data.TextLineDataset("plain.csv")
            .batch(2)
            .map(lambda x: tuple(tf.io.decode_csv(x, [[0], [0.0], [""]])))
        ),
    ),
    row(
        "features and label of lines",
        lambda tf: (
            tf.data.TextLineDataset("table.csv")
            .skip(1)
            .map(lambda x: tf.io.decode_csv(x, [["-"], [7], [0.5], [1]]))
            .map(lambda name, size, weight, flag: ({"name": name, "size": size}, flag))
        ),
    ),
    row(
        "files read",
        lambda tf: tf.data.Dataset.list_files("lines/*.txt", shuffle=False).map(tf.io.read_file),
    ),
]
