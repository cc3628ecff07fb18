"""Summaries of `tf.compat.v1.summary`, encoded at once."""

import numpy as np

_VALUES = np.random.RandomState(6).normal(size=50).astype("float32")

ROWS = {
    "scalar": lambda s: s.scalar("loss", 0.25),
    "scalar of a family": lambda s: s.scalar("a b", 0.5, family="fam"),
    "histogram": lambda s: s.histogram("h", _VALUES),
    "histogram of few": lambda s: s.histogram("h", np.array([0.0, 0.0, 1e-13, -5.0, 1e30])),
    "histogram of none": lambda s: s.histogram("h", np.zeros(0, "float32")),
    "text": lambda s: s.text("t", np.array(["one", "two"])),
    "image": lambda s: s.image("i", np.linspace(-1, 2, 24).reshape(2, 2, 2, 3).astype("float32")),
    "dark image": lambda s: s.image("i", np.zeros((1, 2, 2, 1), "float32"), 1),
    "bytes": lambda s: s.image("i", np.arange(16, dtype="uint8").reshape(4, 2, 2, 1), 2),
}


def outcome(tf, row):
    """The bytes of the summary, as text."""
    v1 = tf.compat.v1
    if tf.__name__ == "estikeras":
        return row(v1.summary).numpy().hex()
    with tf.Graph().as_default(), v1.Session() as session:
        return session.run(row(v1.summary)).hex()
