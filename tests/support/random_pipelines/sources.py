"""Sources of random pipelines."""

import numpy as np
from hypothesis import strategies as st

from tests.support import data_model as model
from tests.support.random_pipelines.pipeline import Pipeline, blank, example_of_rows

DTYPES = ["int64", "int32", "float32", "float64", "bool", "string"]
COUNTS = [3, 5, 2, 0, 1, 4, 6, 7]  # of elements; hypothesis prefers the first and the last


@st.composite
def sources(draw):
    """Pipelines without a step."""
    source = draw(st.sampled_from([numbers, slices, columns, tensors, generator, growing]))
    return source(draw, draw(st.sampled_from(COUNTS)))


def numbers(draw, count):
    """A range."""
    start, step = draw(st.integers(-2, 2)), draw(st.sampled_from([1, 2, -1]))
    stop = start + count * step
    return Pipeline(
        f"range({start}, {stop}, {step})",
        lambda tf: tf.data.Dataset.range(start, stop, step),
        [np.asarray(i, "int64") for i in range(start, stop, step)],
        np.zeros((), "int64"),
    )


def slices(draw, count):
    """Rows of an array."""
    return _slices(_block(draw, count))


def columns(draw, count):
    """Rows of two arrays."""
    first, second = _block(draw, count), _block(draw, count)
    return _slices(draw(st.sampled_from([(first, second), {"b": first, "a": second}])))


def tensors(draw, count):
    """One element."""
    block = _block(draw, count)
    return Pipeline(
        f"tensors({_text(block)})",
        lambda tf: tf.data.Dataset.from_tensors(block),
        [block],
        blank(block.shape, block.dtype),
    )


def generator(draw, count):
    """Arrays of one shape from Python."""
    block = _block(draw, count)
    return _generated(block.dtype, model.split(block), block.shape[1:])


def growing(draw, count):
    """Vectors of 0, 1, 2 ... entries from Python."""
    block = _array(draw, (8,), draw(st.sampled_from(DTYPES)))
    return _generated(block.dtype, [block[:size] for size in range(min(count, 4))], (None,))


class Lost(Exception):
    """What a failing source raises."""


def failing(draw):
    """Arrays of one shape from Python, and then an error."""
    block = _block(draw, draw(st.sampled_from(COUNTS)))

    def then_fail(rows):
        yield from rows
        raise Lost

    return _generated(block.dtype, model.split(block), block.shape[1:], then_fail)


def _array(draw, shape, dtype):
    size = int(np.prod(shape))
    if dtype == "string":
        entries = draw(st.lists(st.sampled_from([b"a", b"bc", b""]), min_size=1, max_size=3))
        return np.resize(np.array(entries, object), size).reshape(shape)
    values = (draw(st.integers(-3, 3)) + draw(st.sampled_from([1, 3, 0])) * np.arange(size)) % 7
    return (values / 2 if "float" in dtype else values).astype(dtype).reshape(shape)


def _block(draw, count):
    shape = draw(st.sampled_from([(), (2,), (2, 1), (0,)]))
    return _array(draw, (count, *shape), draw(st.sampled_from(DTYPES)))


def _slices(block):
    return Pipeline(
        f"slices({_text(block)})",
        lambda tf: tf.data.Dataset.from_tensor_slices(block),
        model.split(block),
        example_of_rows(block),
    )


def _generated(dtype, rows, shape, function=iter):
    def build(tf):
        spec = tf.TensorSpec(shape, "string" if dtype.kind == "O" else dtype)
        return tf.data.Dataset.from_generator(lambda: function(rows), output_signature=spec)

    example = blank([size or 0 for size in shape], dtype)
    return Pipeline(
        f"generator({function.__name__} {dtype}{[row.tolist() for row in rows]})",
        build,
        rows,
        example,
    )


def _text(block):
    return model.over(lambda array: f"{array.dtype}{array.tolist()}", block)
