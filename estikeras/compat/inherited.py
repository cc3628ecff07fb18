"""Which of today's public names `tf.compat.v1` and `tf.compat.v2` have too.

Most functions of TensorFlow 1 are those of TensorFlow 2, some under another name. What took other
arguments is left out here and defined in this room, or absent.
"""

# Below `tf`: v1's namesake takes other arguments.
_CHANGED_NAMES = """
Variable argmax argmin assert_equal assert_greater assert_less assert_rank boolean_mask cond
convert_to_tensor expand_dims gather gather_nd image.ResizeMethod image.crop_and_resize image.resize
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

_ESTIMATOR = "Write the loop with `tf.estimator.Estimator`, `keras.Model.fit` or `tf.function`."
_QUEUE = "Read data with `tf.data.Dataset`."
_CELL = "Use `keras.layers.LSTM`, `GRU`, `RNN` and their cells."
_SPARSE = "Work with dense tensors: `tf.sparse.to_dense`."
_QUANTIZED = "Train in float32."
_SERVERS = "Start ranks with `mpirun`, or give `RunConfig` a `train_distribute` strategy."
_EXPORTER = "Export with `export_saved_model`, or `model.export`."
_FLAGS = "Use Python's argparse."
_FOURIER = "Use `keras.ops.fft`, `rfft`, `stft` and their kin."

# What scripts of TensorFlow 1 often use and this project has not, with what to use instead.
ABSENT = {
    **dict.fromkeys(
        (
            "InteractiveSession",
            "Session",
            "get_default_session",
            "train.MonitoredSession",
            "train.MonitoredTrainingSession",
            "train.SingularMonitoredSession",
            "train.Supervisor",
        ),
        _ESTIMATOR,
    ),
    **dict.fromkeys(
        (
            "FIFOQueue",
            "FixedLengthRecordReader",
            "PaddingFIFOQueue",
            "PriorityQueue",
            "QueueBase",
            "RandomShuffleQueue",
            "TFRecordReader",
            "TextLineReader",
            "WholeFileReader",
            "train.batch",
            "train.input_producer",
            "train.shuffle_batch",
            "train.slice_input_producer",
            "train.start_queue_runners",
            "train.string_input_producer",
        ),
        _QUEUE,
    ),
    **dict.fromkeys(
        (
            "nn.raw_rnn",
            "nn.static_bidirectional_rnn",
            "nn.static_state_saving_rnn",
        ),
        _CELL,
    ),
    **dict.fromkeys(
        ("quantization", "quantize", "dequantize", "mixed_precision"),
        _QUANTIZED,
    ),
    **dict.fromkeys(("sparse_placeholder", "sparse_tensor_dense_matmul"), _SPARSE),
    **dict.fromkeys(
        (
            "train.ClusterDef",
            "train.JobDef",
            "train.Server",
            "train.ServerDef",
            "train.replica_device_setter",
        ),
        _SERVERS,
    ),
    **dict.fromkeys(
        (
            "train.ChiefSessionCreator",
            "train.LooperThread",
            "train.SessionCreator",
            "train.SessionManager",
            "train.WorkerSessionCreator",
            "train.basic_train_loop",
            "get_session_handle",
            "get_session_tensor",
        ),
        _ESTIMATOR,
    ),
    **dict.fromkeys(
        (
            "queue",
            "train.Coordinator",
            "train.QueueRunner",
            "train.add_queue_runner",
            "train.batch_join",
            "train.limit_epochs",
            "train.match_filenames_once",
            "train.maybe_batch",
            "train.maybe_shuffle_batch",
            "train.queue_runner",
            "train.range_input_producer",
            "train.shuffle_batch_join",
        ),
        _QUEUE,
    ),
    **dict.fromkeys(
        (
            "AttrValue",
            "MetaGraphDef",
            "NodeDef",
            "saved_model.Builder",
            "saved_model.builder",
            "saved_model.simple_save",
            "saved_model.signature_def_utils",
            "saved_model.utils",
            "train.export_meta_graph",
            "train.import_meta_graph",
            "train.write_graph",
            "io.write_graph",
        ),
        _EXPORTER,
    ),
    **dict.fromkeys(("app.flags", "flags"), _FLAGS),
    **dict.fromkeys(
        ("fft", "fft2d", "fft3d", "ifft", "ifft2d", "ifft3d", "signal", "spectral"), _FOURIER
    ),
    **dict.fromkeys(
        (
            "IndexedSlices",
            "SparseTensorValue",
            "sets",
            "sparse",
            "sparse_add",
            "sparse_concat",
            "sparse_reshape",
            "sparse_to_dense",
        ),
        _SPARSE,
    ),
    "Dimension": "Sizes are ints.",
    "Print": "Use `tf.estimator.LoggingTensorHook`.",
    "RegisterGradient": "Use `tf.custom_gradient`.",
    "distributions": "Write the density with `tf.math`.",
    "fixed_size_partitioner": "Leave out the partitioner: variables are never cut.",
    "GraphDef": "Export with `export_saved_model`, or `model.export`.",
    "graph_util": "Export with `export_saved_model`, or `model.export`.",
    "import_graph_def": "Load weights by `tf.train.load_checkpoint`, or a `.keras` file.",
    "nn.ctc_loss": "Use `tf.nn.ctc_loss`, which takes dense labels and their lengths.",
    "hessians": "Use a `tf.GradientTape` inside of another one.",
    "load_op_library": "Write the operation with `tf` or `tf.py_function`.",
    "multinomial": "Use `tf.random.categorical`.",
    "random.multinomial": "Use `tf.random.categorical`.",
    "summary.audio": "Write pictures of spectrograms, or files of one's own.",
    "summary.tensor_summary": "Use `summary.histogram`, `summary.image` or `summary.text`.",
    "layers.Layer": "Derive from `keras.layers.Layer`.",
    "nn.nce_loss": "Take `nn.sigmoid_cross_entropy_with_logits` of the whole vocabulary.",
    "nn.sampled_softmax_loss": "Take the loss of the whole vocabulary.",
    "min_max_variable_partitioner": "Leave out the partitioner: variables are never cut.",
    "train.SyncReplicasOptimizer": "Give `RunConfig` a `train_distribute` strategy.",
    "variable_axis_size_partitioner": "Leave out the partitioner: variables are never cut.",
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
    """What to use in place of a name of `tf.compat.v1`; None if there is nothing to say."""
    absent = ABSENT.get(name)
    if absent is None and name in _CHANGED:
        absent = f"Use `tf.{name}`, which takes its arguments in another order."
    return absent
