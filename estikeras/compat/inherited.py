"""Which of today's public names `tf.compat.v1` and `tf.compat.v2` have too.

Most functions of TensorFlow 1 are those of TensorFlow 2, some under another name. What took other
arguments is left out here and defined in this room, or absent.
"""

# Below `tf`: v1's namesake takes other arguments.
_CHANGED_NAMES = """
Variable argmax argmin assert_equal assert_greater assert_less assert_rank batch_to_space
boolean_mask cond
convert_to_tensor expand_dims gather gather_nd image.ResizeMethod image.crop_and_resize
image.draw_bounding_boxes image.resize image.sample_distorted_bounding_box
io.decode_csv io.decode_raw io.parse_example io.parse_single_example linalg.norm math.argmax
math.argmin math.confusion_matrix math.count_nonzero math.in_top_k math.reduce_all math.reduce_any
math.reduce_logsumexp math.reduce_max math.reduce_mean math.reduce_min math.reduce_prod
math.reduce_sum math.softmax math.log_softmax name_scope nn.avg_pool nn.avg_pool2d nn.conv1d
nn.conv2d nn.conv2d_transpose nn.conv3d nn.conv3d_transpose nn.convolution nn.crelu nn.ctc_loss
nn.depth_to_space nn.depthwise_conv2d nn.dropout nn.embedding_lookup nn.embedding_lookup_sparse
nn.in_top_k nn.log_softmax nn.safe_embedding_lookup_sparse
nn.max_pool nn.moments nn.pool nn.separable_conv2d nn.softmax nn.softmax_cross_entropy_with_logits
nn.space_to_batch nn.space_to_depth nn.sufficient_statistics nn.weighted_cross_entropy_with_logits
nn.weighted_moments norm ones_like pad random.poisson reduce_all reduce_any reduce_logsumexp
reduce_max reduce_mean reduce_min reduce_prod reduce_sum reverse_sequence shape size space_to_batch
squeeze strings.length strings.reduce_join strings.split strings.substr strings.to_hash_bucket
strings.to_number transpose tuple where while_loop zeros_like debugging.assert_equal
debugging.assert_greater debugging.assert_less debugging.assert_rank
"""
_CHANGED = frozenset(_CHANGED_NAMES.split())

# Names that were dropped -> what the same function is called now.
_RENAMED = {
    name: f"{namespace}{name}"
    for namespace, names in {
        "io.": "FixedLenFeature FixedLenSequenceFeature SparseFeature VarLenFeature decode_base64 "
        "decode_compressed encode_base64 matching_files parse_single_sequence_example "
        "parse_tensor read_file serialize_tensor write_file",
        "math.": "accumulate_n angle ceil conj cumprod digamma erf erfc expm1 floordiv floormod "
        "imag invert_permutation is_finite is_inf is_nan is_non_decreasing "
        "is_strictly_increasing lgamma log log1p log_sigmoid logical_xor mod real reciprocal rint "
        "rsqrt segment_max segment_mean segment_min segment_prod segment_sum squared_difference "
        "unsorted_segment_max unsorted_segment_mean unsorted_segment_min unsorted_segment_prod "
        "unsorted_segment_sqrt_n unsorted_segment_sum",
        "linalg.": "cholesky cholesky_solve cross global_norm matrix_transpose qr svd trace",
        "errors.": "OpError",
        "strings.": "regex_replace",
        "random.": "truncated_normal",
    }.items()
    for name in names.split()
} | {
    **{
        f"debugging.{name}": f"math.{name}"
        for name in (
            "is_finite",
            "is_inf",
            "is_nan",
            "is_non_decreasing",
            "is_strictly_increasing",
        )
    },
    **{f"manip.{name}": name for name in ("reshape", "reverse", "roll", "scatter_nd", "tile")},
    **{
        f"saved_model.{namespace}.{name}": f"saved_model.{name}"
        for namespace, names in {
            "constants": "ASSETS_DIRECTORY SAVED_MODEL_FILENAME_PB SAVED_MODEL_SCHEMA_VERSION "
            "VARIABLES_DIRECTORY VARIABLES_FILENAME",
            "signature_constants": "CLASSIFY_INPUTS CLASSIFY_METHOD_NAME CLASSIFY_OUTPUT_CLASSES "
            "CLASSIFY_OUTPUT_SCORES PREDICT_INPUTS PREDICT_METHOD_NAME PREDICT_OUTPUTS "
            "REGRESS_INPUTS REGRESS_METHOD_NAME REGRESS_OUTPUTS",
        }.items()
        for name in names.split()
    },
    **{
        f"initializers.{name}": f"compat.v1.{name}_initializer"
        for name in ("global_variables", "local_variables", "variables")
    },
    "initializers.tables_initializer": "compat.v1.tables_initializer",
    "bincount": "math.bincount",
    "diag": "linalg.tensor_diag",
    "diag_part": "linalg.tensor_diag_part",
    "div_no_nan": "math.divide_no_nan",
    "py_func": "numpy_function",
    "dtypes.double": "float64",
    "dtypes.half": "float16",
    "dtypes.as_string": "strings.as_string",
    "gfile.FastGFile": "io.gfile.GFile",
    "gfile.GFile": "io.gfile.GFile",
    "gfile.Open": "io.gfile.GFile",
    "image.resize_image_with_crop_or_pad": "image.resize_with_crop_or_pad",
    "image.resize_image_with_pad": "image.resize_with_pad",
    "image.transpose_image": "image.transpose",
    "lin_space": "linspace",
    "linalg.transpose": "linalg.matrix_transpose",
    "matrix_band_part": "linalg.band_part",
    "matrix_determinant": "linalg.det",
    "matrix_diag": "linalg.diag",
    "matrix_diag_part": "linalg.diag_part",
    "matrix_inverse": "linalg.inv",
    "matrix_set_diag": "linalg.set_diag",
    "matrix_solve": "linalg.solve",
    "matrix_solve_ls": "linalg.lstsq",
    "matrix_triangular_solve": "linalg.triangular_solve",
    "nn.avg_pool_v2": "nn.avg_pool",
    "nn.max_pool_v2": "nn.max_pool",
    "python_io.TFRecordOptions": "io.TFRecordOptions",
    "python_io.TFRecordWriter": "io.TFRecordWriter",
    "random.set_random_seed": "random.set_seed",
    "random_crop": "image.random_crop",
    "random_gamma": "random.gamma",
    "random_normal": "random.normal",
    "random_shuffle": "random.shuffle",
    "random_uniform": "random.uniform",
    "reverse_v2": "reverse",
    "self_adjoint_eig": "linalg.eigh",
    "self_adjoint_eigvals": "linalg.eigvalsh",
    "set_random_seed": "random.set_seed",
    "sparse_tensor_to_dense": "sparse.to_dense",
    "string_join": "strings.join",
    "string_strip": "strings.strip",
    "string_to_hash_bucket_fast": "strings.to_hash_bucket_fast",
    "string_to_hash_bucket_strong": "strings.to_hash_bucket_strong",
    "tensor_scatter_add": "tensor_scatter_nd_add",
    "tensor_scatter_sub": "tensor_scatter_nd_sub",
    "tensor_scatter_update": "tensor_scatter_nd_update",
    "where_v2": "where",
}


def table(generation, names):
    """Public name below a generation's namespace -> `"module:object"`.

    Args:
        generation: "compat.v1" or "compat.v2".
        names: the table of all public names.
    """
    prefix = f"{generation}."
    inherited = {name: target for name, target in names.items() if not name.startswith("compat.")}
    if generation == "compat.v1":
        renamed = {old: names[new] for old, new in _RENAMED.items()}
        kept = {name: target for name, target in inherited.items() if name not in _CHANGED}
        inherited = {**renamed, **kept}
    own = {name[len(prefix) :]: t for name, t in names.items() if name.startswith(prefix)}
    return {**inherited, **own}


def instead(name):
    """What to use in place of a name of `tf.compat.v1` that `tf` has; None for others."""
    if name in _CHANGED:
        return f"Use `tf.{name}`, which takes its arguments in another order."
    return None
