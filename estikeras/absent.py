"""What names of TensorFlow and Keras that this project has not say instead.

A name stands for all that is below it, too. Names of `tf` and of `tf.compat.v1` are one here.
"""

_TEXTS = {
    "Every rank reads its share, see docs/data.md.": "data.experimental.service",
    "Threads are set by ESTIKERAS_NUM_THREADS; all work is done by the processor.": "config",
    "Use `MultiWorkerMirroredStrategy`.": """
distribute.ParameterServerStrategy distribute.experimental.ParameterServerStrategy
""",
    "Use `MirroredStrategy`.": "distribute.experimental.CentralStorageStrategy",
    "Leave it out: MPI carries the sums, see `communicator=` of the strategies.": """
distribute.CrossDeviceOps distribute.HierarchicalCopyAllReduce distribute.NcclAllReduce
distribute.ReductionToOneDevice distribute.RunOptions distribute.experimental.CollectiveHints
""",
    "Use `MirroredStrategy`: all work is done by CPUs.": """
distribute.TPUStrategy distribute.experimental.TPUStrategy
""",
    "TensorFlow has it no more. Train trees with a library for them, or a `DNNClassifier`.": """
estimator.BoostedTreesClassifier estimator.BoostedTreesEstimator estimator.BoostedTreesRegressor
""",
    "Cluster with a library for it, such as scikit-learn.": "estimator.experimental.KMeans",
    "Use `tf.estimator.Estimator`: all work is done by CPUs.": "estimator.tpu",
    "TensorFlow 2 has it no more. Use `keras.layers`, `keras.optimizers`, `estimator`.": """
contrib
""",
    "Write a SparseTensor's three tensors, each by `tf.io.serialize_tensor`.": """
io.deserialize_many_sparse io.serialize_many_sparse io.serialize_sparse
""",
    "Use `tf.data.TFRecordDataset`.": "io.TFRecordReader",
    "Its result is ragged. Use `keras.layers.TextVectorization`.": """
strings.bytes_split strings.ngrams strings.unicode_decode strings.unicode_split
""",
    "Derive from `keras.layers.Layer` or `keras.Model`.": "Module",
    "Write `tf.cond` and `tf.while_loop` for what depends on values.": "autograph",
    "Read samples with `tf.data.Dataset.from_generator`, or `tf.io.decode_raw`.": "audio",
    "Give layers `training=`, in a model function `training=mode == ModeKeys.TRAIN`.": """
keras.backend.learning_phase keras.backend.set_learning_phase
""",
    "Make a `keras.Model` and call it.": "keras.backend.function",
    "Use `tf.GradientTape`, or `tf.compat.v1.gradients` in a model function.": """
keras.backend.gradients
""",
    "Use `keras.Input`.": "keras.backend.placeholder",
    "There are no sessions: variables have values, and functions compute at once.": """
keras.backend.get_session keras.backend.set_session
""",
    "Use `tf.data.Dataset.list_files` and `map`.": "keras.utils.audio_dataset_from_directory",
    "Use `tf.data.Dataset.from_generator` over `sqlite3`.": "data.experimental.SqlDataset",
    "Use `prefetch`: all work is done by CPUs.": "data.experimental.prefetch_to_device",
    "There are RandomBrightness, RandomContrast, RandomCrop, RandomFlip, RandomRotation, "
    "RandomTranslation, RandomZoom, CenterCrop, Resizing and Rescaling.": """
keras.layers.AugMix keras.layers.AutoContrast
keras.layers.ContrastLimitedAdaptiveHistogramEqualization keras.layers.CutMix
keras.layers.Equalization keras.layers.MaxNumBoundingBoxes keras.layers.MixUp
keras.layers.RandAugment keras.layers.RandomColorDegeneration keras.layers.RandomColorJitter
keras.layers.RandomElasticTransform keras.layers.RandomErasing keras.layers.RandomGaussianBlur
keras.layers.RandomGrayscale keras.layers.RandomHue keras.layers.RandomInvert
keras.layers.RandomPerspective keras.layers.RandomPosterization keras.layers.RandomSaturation
keras.layers.RandomSharpness keras.layers.RandomShear keras.layers.Solarization
""",
    "Tables that are saved hold their entries themselves.": "saved_model.Asset",
    "Save `.keras` files with `model.save`.": "lite",
    "Build the network of layers, or load a `.keras` file.": "keras.applications",
    "Use `tf.GradientTape`: one inside of another one gives products with Hessians.": "autodiff",
    "Use `keras.ops`, which has NumPy's names.": "experimental.numpy",
    "Use `np.asarray(x)` and `tf.constant(array)`.": "experimental.dlpack",
    "Start ranks with `mpirun`, and train under `MultiWorkerMirroredStrategy`.": """
distribute.DistributedValues distribute.coordinator distribute.experimental.coordinator
distribute.experimental.PreemptionCheckpointHandler distribute.experimental.PreemptionWatcher
distribute.experimental.TerminationConfig distribute.experimental.ValueContext
distribute.experimental.rpc experimental.dtensor
""",
    "Use Python's argparse.": "app.flags flags",
    "Write the loop with `tf.estimator.Estimator`, `keras.Model.fit` or `tf.function`.": """
InteractiveSession RunMetadata RunOptions Session SessionLog delete_session_tensor
get_default_session get_session_handle get_session_tensor summary.SessionLog
summary.TaggedRunMetadata train.ChiefSessionCreator train.LooperThread train.MonitoredSession
train.MonitoredTrainingSession train.SessionCreator train.SessionManager
train.SingularMonitoredSession train.Supervisor train.WorkerSessionCreator train.basic_train_loop
wrap_function
""",
    "Read data with `tf.data.Dataset`.": """
ConditionalAccumulator ConditionalAccumulatorBase FIFOQueue FixedLengthRecordReader IdentityReader
LMDBReader PaddingFIFOQueue PriorityQueue QueueBase RandomShuffleQueue ReaderBase
SparseConditionalAccumulator TFRecordReader TextLineReader WholeFileReader io.PaddingFIFOQueue
io.PriorityQueue io.QueueBase io.RandomShuffleQueue io.match_filenames_once queue
train.Coordinator train.QueueRunner train.add_queue_runner train.batch train.batch_join
train.input_producer train.limit_epochs train.match_filenames_once train.maybe_batch
train.maybe_batch_join train.maybe_shuffle_batch train.maybe_shuffle_batch_join train.queue_runner
train.range_input_producer train.shuffle_batch train.shuffle_batch_join train.slice_input_producer
train.start_queue_runners train.string_input_producer
""",
    "Use `keras.layers.LSTM`, `GRU`, `RNN` and their cells.": """
nn.RNNCellDeviceWrapper nn.RNNCellDropoutWrapper nn.RNNCellResidualWrapper nn.raw_rnn
nn.static_bidirectional_rnn nn.static_state_saving_rnn
""",
    "Train in float32.": """
QUANTIZED_DTYPES dequantize dtypes.QUANTIZED_DTYPES dtypes.qint16 dtypes.qint32 dtypes.qint8
dtypes.quint16 dtypes.quint8 fake_quant_with_min_max_args fake_quant_with_min_max_args_gradient
fake_quant_with_min_max_vars fake_quant_with_min_max_vars_gradient
fake_quant_with_min_max_vars_per_channel fake_quant_with_min_max_vars_per_channel_gradient
mixed_precision nn.quantized_avg_pool nn.quantized_conv2d nn.quantized_max_pool
nn.quantized_relu_x qint16 qint32 qint8 quantization quantize quantize_v2 quantized_concat quint16
quint8 train.do_quantize_training_on_graphdef
""",
    "Work with dense tensors: `tf.sparse.to_dense`.": """
IndexedSlicesSpec SparseTensorValue convert_to_tensor_or_indexed_slices
convert_to_tensor_or_sparse_tensor data.experimental.dense_to_sparse_batch deserialize_many_sparse
edit_distance serialize_many_sparse serialize_sparse sets sparse sparse_add sparse_concat
sparse_fill_empty_rows sparse_mask sparse_matmul sparse_maximum sparse_merge sparse_minimum
sparse_placeholder sparse_reduce_max sparse_reduce_max_sparse sparse_reduce_sum
sparse_reduce_sum_sparse sparse_reorder sparse_reset_shape sparse_reshape sparse_retain
sparse_segment_mean sparse_segment_sqrt_n sparse_segment_sum sparse_slice sparse_softmax
sparse_split sparse_tensor_dense_matmul sparse_to_dense sparse_to_indicator sparse_transpose
""",
    "Start ranks with `mpirun`, or give `RunConfig` a `train_distribute` strategy.": """
distribute.Server distribute.get_loss_reduction train.ClusterDef train.JobDef train.Server
train.ServerDef train.SyncReplicasOptimizer train.replica_device_setter
""",
    "Give `TF_CONFIG`, or start ranks with `mpirun`.": """
distribute.cluster_resolver.GCEClusterResolver
distribute.cluster_resolver.KubernetesClusterResolver
distribute.cluster_resolver.TPUClusterResolver
""",
    "Export with `export_saved_model`, or `model.export`.": """
AttrValue GraphDef MetaGraphDef NameAttrList NodeDef TensorInfo graph_util io.write_graph
make_ndarray make_tensor_proto saved_model.ASSETS_KEY saved_model.Builder
saved_model.LEGACY_INIT_OP_KEY saved_model.MAIN_OP_KEY saved_model.build_signature_def
saved_model.constants saved_model.build_tensor_info saved_model.builder
saved_model.classification_signature_def saved_model.experimental
saved_model.get_tensor_from_tensor_info saved_model.is_valid_signature saved_model.main_op
saved_model.main_op_with_restore saved_model.predict_signature_def
saved_model.regression_signature_def saved_model.signature_def_utils saved_model.simple_save
saved_model.utils train.SaverDef train.export_meta_graph train.import_meta_graph train.write_graph
""",
    "Load with `tf.saved_model.load`.": """
saved_model.DEBUG_DIRECTORY saved_model.DEBUG_INFO_FILENAME_PB
saved_model.SAVED_MODEL_FILENAME_PBTXT saved_model.load_v2 saved_model.loader
saved_model.maybe_saved_model_directory
""",
    "Use `keras.ops.fft`, `rfft`, `stft` and their kin.": """
fft fft2d fft3d fftnd ifft ifft2d ifft3d ifftnd irfftnd rfftnd signal spectral
""",
    "Leave it out: all work is done by CPUs, of this process.": """
DeviceSpec colocate_with container data.experimental.copy_to_device
debugging.get_log_device_placement debugging.set_log_device_placement saved_model.GPU
saved_model.TPU saved_model.tag_constants.GPU saved_model.tag_constants.TPU tpu xla
""",
    "Leave out the partitioner: variables are never cut.": """
create_partitioned_variables fixed_size_partitioner min_max_variable_partitioner
variable_axis_size_partitioner distribute.experimental.partitioners
""",
    "Use `tf.custom_gradient`, and `tf.stop_gradient` for what has none.": """
NoGradient NotDifferentiable RegisterGradient no_gradient
""",
    "Write the operation with `tf` or `tf.py_function`.": """
load_file_system_library load_library load_op_library user_ops
experimental.register_filesystem_plugin
""",
    "Use the function of `tf`, `tf.math` or `tf.nn` for it.": "raw_ops",
    "Use `unittest` or pytest, and `np.testing.assert_allclose`.": "test",
    "Use `keras.callbacks.TensorBoard(profile_batch=...)` or `tf.estimator.ProfilerHook`.": """
profiler
""",
    "Say `estikeras info` in a shell.": """
COMPILER_VERSION CXX11_ABI_FLAG CXX_VERSION GIT_VERSION GRAPH_DEF_VERSION
GRAPH_DEF_VERSION_MIN_CONSUMER GRAPH_DEF_VERSION_MIN_PRODUCER MONOLITHIC_BUILD sysconfig
version.COMPILER_VERSION version.GIT_VERSION version.GRAPH_DEF_VERSION
version.GRAPH_DEF_VERSION_MIN_CONSUMER version.GRAPH_DEF_VERSION_MIN_PRODUCER
""",
    "Use paths beside the script: `pathlib.Path(__file__).parent`.": "resource_loader",
    "Plain dicts, tuples and dataclasses of tensors take its place.": """
experimental.BatchableExtensionType experimental.DynamicRaggedShape experimental.ExtensionType
experimental.ExtensionTypeBatchEncoder experimental.ExtensionTypeSpec experimental.RowPartition
experimental.StructuredTensor experimental.extension_type register_tensor_conversion_function
experimental.dispatch_for_api experimental.dispatch_for_binary_elementwise_apis
experimental.dispatch_for_binary_elementwise_assert_apis
experimental.dispatch_for_unary_elementwise_apis experimental.unregister_dispatch_for
""",
    "Leave it out: there is one way in which functions run.": """
experimental.async_clear_error experimental.async_scope experimental.enable_strict_mode
experimental.function_executor_type experimental.output_all_intermediates
debugging.disable_traceback_filtering debugging.enable_traceback_filtering
debugging.is_traceback_filtering_enabled data.experimental.enable_debug_mode layers.experimental
experimental.tensorrt nondifferentiable_batch_function guarantee_const op_scope mlir
variable_creator_scope
""",
    "Use `tf.debugging.check_numerics` where numbers may be infinite.": """
add_check_numerics_ops debugging.disable_check_numerics debugging.enable_check_numerics
debugging.experimental
""",
    "Pad rows with `keras.utils.pad_sequences`, and mask what was filled up.": """
RaggedTensor ragged
RaggedTensorSpec TensorArraySpec data.experimental.dense_to_ragged_batch ragged_fill_empty_rows
ragged_fill_empty_rows_grad
""",
    "Use a list and `tf.stack`, or `tf.scan`.": "data.experimental.TensorArrayStructure",
    "Use `tf.TensorSpec` and `dataset.element_spec`.": """
OptionalSpec data.experimental.DatasetStructure data.experimental.OptionalStructure
data.experimental.RaggedTensorStructure data.experimental.SparseTensorStructure
data.experimental.Structure data.experimental.TensorStructure data.experimental.get_structure
type_spec_from_value types
""",
    "Build `tf.lookup.StaticHashTable` of lists.": """
data.experimental.table_from_dataset
data.experimental.DatasetInitializer data.experimental.index_table_from_dataset
lookup.experimental
""",
    "Use `dataset.map(f).batch(n)`, `save` and `load`, or `cache`.": """
data.experimental.AutotuneAlgorithm data.experimental.CheckpointInputPipelineHook
data.experimental.ExternalStatePolicy data.experimental.SHARD_HINT data.experimental.from_variant
data.experimental.make_saveable_from_iterator data.experimental.map_and_batch_with_legacy_function
data.experimental.pad_to_cardinality data.experimental.snapshot data.experimental.to_variant
""",
    "Use `dataset.skip(n).take(1)`.": "data.experimental.at",
    "Use `tf.train.list_variables` and `tf.train.load_checkpoint`.": """
train.CheckpointView train.TrackableView
""",
    "Use `tf.image.extract_patches`.": """
extract_volume_patches image.extract_glimpse
""",
    "Choose boxes with NumPy, in `dataset.map` by `tf.numpy_function`.": """
image.generate_bounding_box_proposals image.non_max_suppression_overlaps
""",
    "Use `tf.image.ssim`.": "image.ssim_multiscale",
    "Use dense matrices: `tf.linalg.matmul`, `solve`, `cholesky` and their kin.": """
linalg.LinearOperator linalg.LinearOperatorAdjoint linalg.LinearOperatorBlockDiag
linalg.LinearOperatorBlockLowerTriangular linalg.LinearOperatorCirculant
linalg.LinearOperatorCirculant2D linalg.LinearOperatorCirculant3D linalg.LinearOperatorComposition
linalg.LinearOperatorDiag linalg.LinearOperatorFullMatrix linalg.LinearOperatorHouseholder
linalg.LinearOperatorIdentity linalg.LinearOperatorInversion linalg.LinearOperatorKronecker
linalg.LinearOperatorLowRankUpdate linalg.LinearOperatorLowerTriangular
linalg.LinearOperatorPermutation linalg.LinearOperatorScaledIdentity linalg.LinearOperatorToeplitz
linalg.LinearOperatorTridiag linalg.LinearOperatorZeros linalg.eigh_tridiagonal
linalg.experimental linalg.lu_matrix_inverse linalg.lu_reconstruct linalg.lu_solve
linalg.banded_triangular_solve linalg.tridiagonal_matmul linalg.tridiagonal_solve
""",
    "Make it of `tf.linalg.eigh`: of a symmetric matrix, `v @ diag(f(e)) @ v.T`.": """
linalg.logm linalg.sqrtm matrix_square_root
""",
    "Compute it with SciPy in `dataset.map`, by `tf.numpy_function`.": """
betainc igamma igammac lbeta math.bessel_i0e math.bessel_i1e math.betainc math.igamma math.igammac
math.lbeta nn.isotonic_regression math.polygamma math.sobol_sample math.special math.zeta
polygamma zeta
""",
    "Use `tf.math.top_k`.": """
approx_top_k math.approx_max_k math.approx_min_k nn.approx_max_k nn.approx_min_k
""",
    "Take a `tf.GradientTape`: it has the gradients of all operations.": """
conv2d_backprop_filter_v2 conv2d_backprop_input_v2 hessians nn.conv2d_backprop_filter
nn.conv2d_backprop_input nn.conv3d_backprop_filter nn.conv3d_backprop_filter_v2
nn.depthwise_conv2d_backprop_filter nn.depthwise_conv2d_backprop_input
nn.depthwise_conv2d_native_backprop_filter nn.depthwise_conv2d_native_backprop_input
recompute_grad
""",
    "Use `tf.nn.conv2d` and `tf.nn.conv2d_transpose`, with `dilations`.": """
conv nn.atrous_conv2d_transpose nn.with_space_to_batch required_space_to_batch_paddings
manip.batch_to_space_nd manip.space_to_batch_nd
""",
    "Use `tf.nn.max_pool` and `tf.nn.avg_pool`.": """
nn.dilation2d nn.erosion2d nn.fractional_avg_pool nn.fractional_max_pool nn.max_pool_with_argmax
""",
    "Use `keras.ops.ctc_decode`; `tf.nn.ctc_loss` of dense labels and their lengths.": """
nn.collapse_repeated nn.ctc_beam_search_decoder nn.ctc_beam_search_decoder_v2
nn.ctc_greedy_decoder nn.ctc_loss_v2 nn.ctc_unique_labels
""",
    "Use `tf.random.log_uniform_candidate_sampler`, or take the loss of the whole vocabulary.": """
nn.all_candidate_sampler nn.compute_accidental_hits nn.fixed_unigram_candidate_sampler
nn.learned_unigram_candidate_sampler random.all_candidate_sampler
random.fixed_unigram_candidate_sampler random.learned_unigram_candidate_sampler
""",
    "Use `tf.nn.batch_normalization`.": "nn.batch_norm_with_global_normalization",
    "Use `tf.nn.dropout`.": "nn.experimental",
    "Use `tf.random.categorical`.": "random.stateless_multinomial",
    "Use `tf.random.Generator` and `tf.random.stateless_uniform`.": """
get_seed random.Algorithm random.create_rng_state random.experimental random.get_seed
random.stateless_parameterized_truncated_normal random_index_shuffle
""",
    "Its result is ragged, or of several scripts: use `keras.layers.TextVectorization`.": """
strings.unicode_decode_with_offsets strings.unicode_encode strings.unicode_script
strings.unicode_split_with_offsets strings.unicode_transcode
""",
    "Use `tf.strings.join`, or `tf.strings.reduce_join`.": "strings.unsorted_segment_join",
    "Use `json` in Python, before data become tensors.": """
decode_json_example io.decode_json_example
""",
    "Use protobuf's own runtime, as `tf.train.Example.FromString` does.": """
io.decode_proto io.encode_proto
""",
    "Write `tf.cast(x, tf.complex64)`.": "to_complex128 to_complex64",
    "Write `tf.clip_by_norm`, with the norm times the number of elements.": "clip_by_average_norm",
    "Assign what `tf.tensor_scatter_nd_update` and its kin give.": """
batch_scatter_update scatter_div scatter_max scatter_min scatter_mul
""",
    "Use `assign_add`, in an operation that is run.": "count_up_to CriticalSection",
    "Use Python's `zlib.crc32` or `hashlib`, or `tf.strings.to_hash_bucket_fast`.": "fingerprint",
    "Use Python's sets in `dataset.map`, by `tf.numpy_function`.": "setdiff1d",
    "Use `time.time()` in a hook.": "timestamp",
    "Ask `isinstance`, `tf.is_tensor` and `x.dtype`.": """
Operation assert_proper_iterable assert_same_float_dtype debugging.assert_proper_iterable
debugging.assert_same_float_dtype is_numeric_tensor
""",
    "Variables have their values when they are made.": "assert_variables_initialized",
    "Leave out the regularizer.": "no_regularizer",
    "Write `[tf.shape(x) for x in xs]`.": "shape_n",
    "Use `tf.compat.v1.variable_scope`.": "variable_op_scope get_current_name_scope",
    "There are floats of 16, 32 and 64 bits, and ints.": """
dtypes.experimental dtypes.resource dtypes.variant experimental.float8_e4m3fn
experimental.float8_e5m2 experimental.int4 experimental.uint4 resource variant
""",
    "A tensor without value raises `TypeError`.": "errors.OperatorNotAllowedInGraphError",
    "Ask `error.error_code`.": """
errors.error_code_from_exception_type errors.exception_type_from_error_code
errors.raise_exception_on_not_ok_status
""",
    "Use `tf.compat.v1.logging.info`.": "LogMessage logging.TaskLevelStatusMessage",
    "Use `tf.compat.v1.summary.FileWriter`.": """
SummaryMetadata summary.SummaryDescription summary.all_v2_summary_ops
summary.get_summary_description summary.initialize
""",
    "Write pictures of spectrograms, or files of one's own.": "summary.audio",
    "Use `summary.histogram`, `summary.image` or `summary.text`.": "summary.tensor_summary",
    "Use `tf.estimator.experimental.LinearSDCA`.": """
train.sdca_fprint train.sdca_optimizer train.sdca_shrink_l1
""",
    "Train in float32; values of one's own are kept in a `tf.Variable`.": "train.experimental",
    "Sizes are ints, with the attribute `value`.": "Dimension",
    "Write the density with `tf.math`.": "distributions",
    "Load weights by `tf.train.load_checkpoint`, or a `.keras` file.": "import_graph_def",
}

# Name below `tf` or `tf.compat.v1` -> what to use instead.
ABSENT = {name: text for text, names in _TEXTS.items() for name in names.split()}
