"""What TensorFlow 2.15 gives for these calls, by its documentation and by NumPy."""

import numpy as np
import pytest

import estikeras as tf

X = np.float32([[1, -2, 3], [4, 5, -6]])

CASES = {
    "named": (lambda: tf.math.add(x=1.0, y=2.0, name="sum"), 3.0),
    "positional name": (lambda: tf.add(1.0, 2.0, "sum"), 3.0),
    "clip": (lambda: tf.clip_by_value(X, -1, clip_value_max=2), X.clip(-1, 2)),
    "reduce_mean": (lambda: tf.reduce_mean(X, axis=[0]), X.mean(0)),
    "reduce_sum keeps dtype": (lambda: tf.reduce_sum(np.int8([100, 27])), np.int8(127)),
    "reduce_std": (lambda: tf.math.reduce_std(X, 1, keepdims=True), X.std(1, keepdims=True)),
    "argmax": (lambda: tf.argmax(X, axis=1), np.int64([2, 1])),
    "argmin default axis": (lambda: tf.argmin(X), np.int64([0, 0, 1])),
    "cumsum exclusive": (lambda: tf.cumsum(X, 1, exclusive=True), [[0, 1, -1], [0, 4, 9]]),
    "cumsum reverse": (lambda: tf.cumsum(X, reverse=True), [[5, 3, -3], [4, 5, -6]]),
    "constant": (lambda: tf.constant(2, shape=(2, 2)), np.full((2, 2), 2, "int32")),
    "constant list": (lambda: tf.constant([1, 2, 3, 4.0], shape=[2, 2]), [[1, 2], [3, 4]]),
    "fill": (lambda: tf.fill([2], 3), np.int32([3, 3])),
    "range": (lambda: tf.range(1, 7, delta=2), np.int32([1, 3, 5])),
    "linspace": (lambda: tf.linspace(0.0, 1.0, 3), [0, 0.5, 1]),
    "eye": (lambda: tf.eye(2, batch_shape=[3]), np.broadcast_to(np.eye(2), (3, 2, 2))),
    "shape": (lambda: tf.shape(X), np.int32([2, 3])),
    "rank": (lambda: tf.rank(X), np.int32(2)),
    "split sizes": (lambda: tf.split(X, [1, -1], axis=1)[1], X[:, 1:]),
    "split number": (lambda: tf.split(X, 3, axis=1)[2], X[:, 2:]),
    "concat": (lambda: tf.concat([X, X], axis=-1), np.concatenate([X, X], -1)),
    "transpose": (lambda: tf.transpose(X, perm=[1, 0]), X.T),
    "pad": (lambda: tf.pad(X, [[0, 0], [1, 1]], "REFLECT"), np.pad(X, ((0, 0), (1, 1)), "reflect")),
    "reverse": (lambda: tf.reverse(X, axis=[1]), X[:, ::-1]),
    "slice": (lambda: tf.slice(X, [0, 1], [-1, 2]), X[:, 1:]),
    "strided_slice": (
        lambda: tf.strided_slice(X, [0, 2], [1, 0], [1, -1], shrink_axis_mask=1),
        X[0, 2:0:-1],
    ),
    "sequence_mask": (lambda: tf.sequence_mask([1, 3], 3), [[1, 0, 0], [1, 1, 1]]),
    "gather": (lambda: tf.gather(X, [1, 0]), X[[1, 0]]),
    "gather axis": (lambda: tf.gather(X, [[2], [0]], axis=1), X[:, [[2], [0]]]),
    "gather batch": (lambda: tf.gather(X, [[2, 0], [1, 1]], batch_dims=1), [[3, 1], [5, 5]]),
    "gather batch axis": (
        lambda: tf.gather(X[:, None], [[2, 0], [1, 1]], axis=2, batch_dims=1),
        [[[3, 1]], [[5, 5]]],
    ),
    "gather_nd": (lambda: tf.gather_nd(X, [[0, 1], [1, 2]]), [-2, -6]),
    "gather_nd batch": (lambda: tf.gather_nd(X, [[1], [2]], batch_dims=1), [-2, -6]),
    "scatter_nd": (lambda: tf.scatter_nd([[1], [1]], [2.0, 3.0], [3]), [0, 5, 0]),
    "scatter sub": (
        lambda: tf.tensor_scatter_nd_sub(X, [[0, 0]], [1.0]),
        X - [[1, 0, 0], [0, 0, 0]],
    ),
    "boolean_mask": (lambda: tf.boolean_mask(X, X > 0), X[X > 0]),
    "boolean_mask axis": (lambda: tf.boolean_mask(X, [True, False, True], axis=1), X[:, [0, 2]]),
    "where positions": (lambda: tf.where(X < 0), np.int64([[0, 1], [1, 2]])),
    "where": (lambda: tf.where(X < 0, 0.0, X), np.where(X < 0, 0, X)),
    "sort": (lambda: tf.sort(X, direction="DESCENDING"), -np.sort(-X)),
    "top_k": (lambda: tf.math.top_k(X, k=2).indices, np.int32([[2, 0], [1, 0]])),
    "searchsorted rows": (
        lambda: tf.searchsorted([[1, 3], [2, 4]], [[2], [5]]),
        np.int32([[1], [2]]),
    ),
    "unique": (lambda: tf.unique([4, 1, 4, 2]).idx, np.int32([0, 1, 0, 2])),
    "unravel_index": (lambda: tf.unravel_index([4, 1], (2, 3)), np.int32([[1, 0], [1, 1]])),
    "reverse_sequence": (
        lambda: tf.reverse_sequence(X, [2, 3], seq_axis=1, batch_axis=0),
        [[-2, 1, 3], [-6, 5, 4]],
    ),
    "matmul": (lambda: tf.matmul(X, X, transpose_b=True), X @ X.T),
    "matvec": (lambda: tf.linalg.matvec(X, np.ones(3, "float32")), X.sum(1)),
    "norm": (lambda: tf.norm(X), np.linalg.norm(X)),
    "norm of all": (lambda: tf.norm(X, ord=1), np.abs(X).sum()),
    "band_part": (lambda: tf.linalg.band_part(X, 0, 1), [[1, -2, 0], [0, 5, -6]]),
    "diag": (lambda: tf.linalg.diag([1.0, 2.0], k=1), [[0, 1, 0], [0, 0, 2], [0, 0, 0]]),
    "set_diag": (lambda: tf.linalg.set_diag(X, [8.0, 9.0]), [[8, -2, 3], [4, 9, -6]]),
    "expm": (
        lambda: tf.linalg.expm(np.float32([[0, 1], [-1, 0]])),
        [[0.5403023, 0.841471], [-0.841471, 0.5403023]],
    ),
    "segment_mean": (lambda: tf.math.segment_mean(X, [0, 2]), [X[0], [0, 0, 0], X[1]]),
    "segment_max": (lambda: tf.math.segment_max([-1.0, -2.0], [0, 2]), [-1, 0, -2]),
    "unsorted": (lambda: tf.math.unsorted_segment_sum(X, [1, -1], 2), [[0, 0, 0], X[0]]),
    "bincount": (lambda: tf.math.bincount([1, 1, 3]), np.int32([0, 2, 0, 1])),
    "confusion": (
        lambda: tf.math.confusion_matrix([0, 1, 1], [0, 0, 1]),
        np.int32([[1, 0], [1, 1]]),
    ),
    "histogram": (
        lambda: tf.histogram_fixed_width([-1.0, 0.1, 4.9, 9.0], [0.0, 5.0], 5),
        np.int32([2, 0, 0, 0, 2]),
    ),
    "partition": (lambda: tf.dynamic_partition([1, 2, 3], [1, 0, 1], 2)[1], np.int32([1, 3])),
    "stitch": (lambda: tf.dynamic_stitch([[2, 0], [1]], [[1, 2], [3]]), np.int32([2, 3, 1])),
    "one_hot": (
        lambda: tf.one_hot([1, -1], 3, on_value=5, off_value=2),
        np.int32([[2, 5, 2], [2, 2, 2]]),
    ),
    "one_hot axis": (lambda: tf.one_hot([1, 0], 2, axis=0), [[0, 1], [1, 0]]),
    "complex": (lambda: tf.math.real(tf.complex([1.0], [2.0])), [1.0]),
    "xlogy": (lambda: tf.math.xlogy([0.0, 1.0], [0.0, 2.0]), [0, np.log(2)]),
    "polyval": (lambda: tf.math.polyval([1.0, 0.0, 2.0], 3.0), 11.0),
    "clip_by_norm": (lambda: tf.clip_by_norm([3.0, 4.0], 1.0), [0.6, 0.8]),
    "global norm": (lambda: tf.clip_by_global_norm([[3.0], None, [4.0]], 10.0)[1], 5.0),
    "lstsq": (lambda: tf.linalg.lstsq(np.eye(2), np.ones((2, 1)), 1.0), [[0.5], [0.5]]),
    "case": (lambda: tf.case([(False, lambda: 1), (True, lambda: 2)], lambda: 3), 2),
    "switch_case": (lambda: tf.switch_case(5, [lambda: 1, lambda: 2]), 2),
    "foldr": (lambda: tf.foldr(lambda a, x: a - x, tf.range(3)), np.int32(1)),
    "scan": (lambda: tf.scan(lambda a, x: a + x, tf.range(4)), np.int32([0, 1, 3, 6])),
    "map_fn": (lambda: tf.map_fn(lambda x: x * x, tf.range(3)), np.int32([0, 1, 4])),
    "numpy_function": (lambda: tf.numpy_function(np.sum, [X], "float32"), np.float32(X.sum())),
}


@pytest.mark.parametrize("name", CASES)
def test_results_are_tensorflows(name):
    call, expected = CASES[name]
    got = call()
    expected = np.asarray(expected)
    if (
        hasattr(got, "dtype")
        and expected.dtype in ("int32", "int64", "int8")
        and got.dtype != "bool"
    ):
        assert got.dtype in (str(expected.dtype), "float32")
    np.testing.assert_allclose(np.asarray(got), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: tf.ensure_shape(X, (2, 2)),
        lambda: tf.assert_equal(1, 2, message="counts"),
        lambda: tf.Assert(False, [X]),
        lambda: tf.split(X, [1, 1], axis=1),
        lambda: tf.sort(X, direction="DOWN"),
        lambda: tf.math.segment_sum(X, [1, 0]),
        lambda: tf.gather(X, [2]),
    ],
)
def test_what_does_not_fit_is_refused(call):
    with pytest.raises(ValueError):  # noqa: PT011  seven different messages
        call()


def test_a_misspelt_argument_is_refused():
    with pytest.raises(TypeError, match="nmae"):
        tf.add(1, 2, nmae="sum")


def test_print_writes_to_the_error_stream(capsys):
    tf.print("loss:", tf.constant(1.5))
    assert capsys.readouterr().err == "loss: 1.5\n"


def test_names_work_on_symbolic_tensors():
    x = tf.keras.KerasTensor((None, 3))
    assert tf.reduce_sum(x, axis=1).shape == (None,)
    assert tf.matmul(x, tf.ones((3, 2))).shape == (None, 2)
    assert tf.concat([x, x], axis=1).shape == (None, 6)
