"""Calls of functions with the arguments that TensorFlow 1 had, which run at once."""

import numpy as np

_random = np.random.RandomState(5)
X = _random.normal(size=(3, 4)).astype("float32")
IMAGE = _random.rand(1, 4, 4, 2).astype("float32")
FILTER = _random.normal(size=(2, 2, 2, 3)).astype("float32")
STEPS = _random.normal(size=(2, 5, 2)).astype("float32")
VOLUME = _random.normal(size=(1, 3, 3, 3, 2)).astype("float32")
ONE_HOT = np.eye(4, dtype="float32")[[1, 0, 3]]

_SIZES = {"larger": (7, 9), "smaller": (3, 2)}
ROWS = {
    "reduce_sum": lambda t: t.reduce_sum(X, reduction_indices=[1], keep_dims=True),
    "reduce_mean by position": lambda t: t.reduce_mean(X, 0, True, "mean"),
    "reduce_max": lambda t: t.reduce_max(X, axis=1, keepdims=True),
    "reduce_logsumexp": lambda t: t.reduce_logsumexp(X, 1),
    "reduce_any": lambda t: t.math.reduce_any(X > 1, reduction_indices=0),
    "count_nonzero": lambda t: t.count_nonzero(X > 0, 1, True),
    "argmax": lambda t: t.argmax(X, dimension=1),
    "argmin with a name": lambda t: t.argmin(X, 1, "least", output_type=t.int32),
    "arg_max": lambda t: t.arg_max(X, 1),
    "softmax": lambda t: t.nn.softmax(X, dim=0),
    "log_softmax": lambda t: t.nn.log_softmax(X, -1, "name"),
    "norm": lambda t: t.norm(X, 1, 0, keep_dims=True),
    "squeeze": lambda t: t.squeeze(X[:, None], squeeze_dims=[1]),
    "expand_dims": lambda t: t.expand_dims(X, dim=1),
    "transpose": lambda t: t.transpose(X, [1, 0], "name"),
    "pad": lambda t: t.pad(X, [[1, 0], [0, 2]], "CONSTANT", "name", 3.0),
    "ones_like": lambda t: t.ones_like(tensor=X, dtype=t.int32),
    "zeros_like": lambda t: t.zeros_like(X, t.float32, "name", True),
    "shape": lambda t: t.shape(X, "name", out_type=t.int64),
    "size": lambda t: t.size(X, "name"),
    "convert_to_tensor": lambda t: t.convert_to_tensor([1, 2], t.int64, "name"),
    "convert_to_tensor, preferred": lambda t: t.convert_to_tensor([1], preferred_dtype=t.float64),
    "gather": lambda t: t.gather(X, [2, 0], None, "name", 1),
    "batch_gather": lambda t: t.batch_gather(X, [[1, 0], [3, 3], [2, 1]]),
    "gather_nd": lambda t: t.gather_nd(X, [[2, 0], [1, 1]], "name"),
    "boolean_mask": lambda t: t.boolean_mask(X, [True, False, True], "name", 0),
    "reverse_sequence": lambda t: t.reverse_sequence(X, [1, 2, 3], seq_dim=1, batch_dim=0),
    "confusion_matrix": lambda t: t.confusion_matrix([0, 1], [1, 1], 2, t.int64),
    "in_top_k": lambda t: t.nn.in_top_k(X, [1, 0, 3], 2),
    "where with rows": lambda t: t.where([True, False, True], X, -X),
    "where": lambda t: t.where(X > 0, X, -X),
    "div of ints": lambda t: t.div(t.constant([7, -7]), 2),
    "div": lambda t: t.div(X, 2.0),
    "floor_div": lambda t: t.floor_div(X, 0.3),
    "to_int32": lambda t: t.to_int32(X * 3),
    "to_float": lambda t: t.to_float([1, 2]),
    "log": lambda t: t.log(abs(X)),
    "lin_space": lambda t: t.lin_space(0.0, 1.0, 3),
    "matrix_band_part": lambda t: t.matrix_band_part(X, 1, 0),
    "squared_difference": lambda t: t.squared_difference(X, 1.0),
    "unsorted_segment_sum": lambda t: t.unsorted_segment_sum(X, [0, 1, 0], 2),
    "cond": lambda t: t.cond(t.constant(True), fn1=lambda: 1.0, fn2=lambda: 2.0),
    "while_loop": lambda t: t.while_loop(lambda i: i < 5, lambda i: i + 2, [t.constant(0)]),
    "substr": lambda t: t.substr(["abc", "def"], 1, 2, "name"),
    "reduce_join": lambda t: t.reduce_join(["a", "b"], 0, separator="-"),
    "string_to_number": lambda t: t.string_to_number(["1.5", "2"], t.float32, "name"),
    "string_to_hash_bucket": lambda t: t.string_to_hash_bucket(["x", "y"], 100, "name"),
    "decode_csv": lambda t: t.stack(t.decode_csv(["1,2", "3,4"], [[0], [0]], ",", True, "name")),
    "decode_raw": lambda t: t.decode_raw(["ab"], t.uint8, True, "name"),
    "moments": lambda t: t.stack(t.nn.moments(X, [0], None, "name", True)),
    "weighted_moments": lambda t: t.stack(t.nn.weighted_moments(X, [0], X * X, "name", True)),
    "weighted cross-entropy": lambda t: t.nn.weighted_cross_entropy_with_logits(
        logits=X, targets=ONE_HOT, pos_weight=2.0
    ),
    "softmax cross-entropy": lambda t: t.nn.softmax_cross_entropy_with_logits(
        labels=ONE_HOT, logits=X, dim=1
    ),
    "softmax cross-entropy, second": lambda t: t.nn.softmax_cross_entropy_with_logits_v2(
        labels=ONE_HOT, logits=X
    ),
    "crelu": lambda t: t.nn.crelu(X, "name", 0),
    "dropout of nothing": lambda t: t.nn.dropout(X, 1.0),
    "embedding_lookup": lambda t: t.nn.embedding_lookup([X], [2, 2, 0], "div", "name"),
    "conv1d": lambda t: t.nn.conv1d(value=STEPS, filters=FILTER[0], stride=2, padding="VALID"),
    "conv2d": lambda t: t.nn.conv2d(IMAGE, FILTER, [1, 2, 1, 1], "SAME", False, "NHWC"),
    "conv2d, named": lambda t: t.nn.conv2d(IMAGE, filter=FILTER, strides=1, padding="VALID"),
    "conv3d": lambda t: t.nn.conv3d(VOLUME, filter=FILTER[None], strides=[1] * 5, padding="SAME"),
    "conv2d_transpose": lambda t: t.nn.conv2d_transpose(
        IMAGE, FILTER.transpose(0, 1, 3, 2), [1, 8, 8, 3], [1, 2, 2, 1]
    ),
    "convolution": lambda t: t.nn.convolution(IMAGE, FILTER, "VALID", dilation_rate=[2, 1]),
    "depthwise_conv2d": lambda t: t.nn.depthwise_conv2d(
        IMAGE, FILTER, [1, 1, 1, 1], "VALID", rate=[1, 2]
    ),
    "separable_conv2d": lambda t: t.nn.separable_conv2d(
        IMAGE, FILTER, np.ones((1, 1, 6, 2), "float32"), [1, 1, 1, 1], "SAME"
    ),
    "max_pool": lambda t: t.nn.max_pool(IMAGE, [1, 2, 2, 1], [1, 2, 2, 1], "SAME", "NHWC", "name"),
    "avg_pool": lambda t: t.nn.avg_pool(value=IMAGE, ksize=2, strides=1, padding="VALID"),
    "pool": lambda t: t.nn.pool(IMAGE, [2, 2], "MAX", "VALID", strides=[2, 2]),
    "depth_to_space": lambda t: t.depth_to_space(np.ones((1, 1, 1, 4), "float32"), 2, "name"),
    "space_to_depth": lambda t: t.space_to_depth(IMAGE, 2, "name"),
    "atrous_conv2d": lambda t: t.nn.atrous_conv2d(IMAGE, FILTER, 2, "SAME"),
    "fused_batch_norm": lambda t: t.concat(
        [t.reshape(y, [-1]) for y in t.nn.fused_batch_norm(IMAGE, IMAGE[0, 0, 0], IMAGE[0, 1, 1])],
        0,
    ),
    "fused_batch_norm at rest": lambda t: t.nn.fused_batch_norm(
        IMAGE, *IMAGE[0, 0, :4], is_training=False
    )[0],
    "xw_plus_b": lambda t: t.nn.xw_plus_b(X, X.T, X[:, 0]),
    "l2_loss": lambda t: t.nn.l2_loss(X),
    "constant_initializer": lambda t: t.constant_initializer([1.0, 2.0, 3.0, 4.0])([2, 2]),
    "zeros_initializer": lambda t: t.zeros_initializer(t.int32)([2]),
    **{
        f"resize, {method}, {size}": lambda t, m=method, s=size: t.image.resize(
            IMAGE, _SIZES[s], getattr(t.image.ResizeMethod, m)
        )
        for method in ("BILINEAR", "NEAREST_NEIGHBOR", "BICUBIC", "AREA")
        for size in _SIZES
    },
    "resize, corners": lambda t: t.image.resize_images(IMAGE[0], [6, 7], align_corners=True),
    "resize, in proportion": lambda t: t.image.resize(IMAGE, [8, 6], preserve_aspect_ratio=True),
    "resize_nearest, corners": lambda t: t.image.resize_nearest_neighbor(IMAGE, [7, 6], True),
    "resize_bilinear, centers": lambda t: t.image.resize_bilinear(
        IMAGE, [7, 3], half_pixel_centers=True
    ),
    "resize_nearest, centers": lambda t: t.image.resize_nearest_neighbor(
        IMAGE, [7, 3], half_pixel_centers=True
    ),
    "resize_bicubic, corners": lambda t: t.image.resize_bicubic(IMAGE, [6, 6], True),
    "resize_bicubic, centers": lambda t: t.image.resize_bicubic(
        IMAGE, [7, 3], half_pixel_centers=True
    ),
}


def outcome(tf, row):
    """The result's dtype and values."""
    result = np.asarray(row(tf.compat.v1))
    if result.dtype == object or result.dtype.kind == "S":
        return ["string", [x.decode() for x in result.reshape(-1).tolist()]]
    return [str(result.dtype), np.round(result.astype("float64"), 6).tolist()]
