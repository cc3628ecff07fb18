"""Ops inside functional models as plain values: the classes that the reference writes for them,
and back.

The reference has a class for each op; its config holds the options, its call the tensors. Here an
op is a function, so this table says in which module the class is and how many of the function's
first arguments are the call's.
"""

import inspect

from estikeras import errors, namespace
from estikeras.engine import tree
from estikeras.engine.operation import FunctionOperation
from estikeras.keras.saving import deserialize_keras_object, serialize_keras_object

# (module, number of arguments of the call): names; what is not listed is ("numpy", 1).
_CALLS = {
    ("core", 1): "cast convert_to_tensor saturate_cast stop_gradient unstack",
    ("core", 2): "associative_scan map scatter slice",
    ("core", 3): "cond scan scatter_update slice_update switch",
    ("einops", 3): "rearrange",
    (
        "linalg",
        1,
    ): "cholesky cholesky_inverse det eig eigh inv lu_factor matrix_rank norm pinv qr svd",
    ("linalg", 2): "lstsq solve solve_triangular",
    ("linalg", 3): "jvp",
    ("math", 1): (
        "erf erfc erfinv extract_sequences fft fft2 ifft2 irfft istft logdet logsumexp rfft rsqrt "
        "stft top_k view_as_complex view_as_real"
    ),
    ("math", 2): "cdist in_top_k segment_max segment_min segment_prod segment_sum",
    ("nn", 1): (
        "adaptive_average_pool adaptive_max_pool average_pool celu depth_to_space elu fold "
        "gelu glu "
        "hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu log_sigmoid log_softmax max_pool "
        "moments multi_hot normalize one_hot relu relu6 selu sigmoid silu soft_shrink softmax "
        "softplus softsign space_to_depth sparse_plus sparse_sigmoid sparsemax squareplus "
        "tanh_shrink threshold unfold"
    ),
    ("nn", 2): (
        "binary_crossentropy categorical_crossentropy conv conv_transpose ctc_decode "
        "depthwise_conv "
        "polar psnr sparse_categorical_crossentropy"
    ),
    ("nn", 3): "separable_conv",
    ("nn", 4): "ctc_loss",
    ("nn", 6): "dot_product_attention",
    ("numpy", 2): (
        "add allclose append arctan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift "
        "bitwise_xor correlate cross digitize divide divide_no_nan dot equal floor_divide "
        "fmax fmin "
        "fmod full_like gcd geomspace get_item greater greater_equal heaviside hypot inner isin "
        "kron lcm ldexp left_shift less less_equal linspace logaddexp logaddexp2 logical_and "
        "logical_or logical_xor logspace matmul maximum minimum mod multiply nanpercentile "
        "nanquantile nextafter not_equal outer percentile power quantile right_shift searchsorted "
        "subtract take take_along_axis tensordot true_divide vdot"
    ),
    ("numpy", 3): "arange select where",
    ("numpy", 4): "isclose",
}
_PLACES = {name: place for place, names in _CALLS.items() for name in names.split()}
# Ops whose call takes other arguments than the first ones: module, names of the arguments.
_NAMED = {
    "average": ("numpy", ("x", "weights")),
    "einsum": ("numpy", ("operands",)),
    "full": ("numpy", ("fill_value",)),
    "pad": ("numpy", ("x", "constant_values")),
    "vectorized_map": ("core", ("elements",)),
}
# Classes whose names are not the op's in camel case.
_CLASSES = {
    "allclose": "AllClose",
    "cdist": "CDist",
    "ctc_decode": "CTCDecode",
    "ctc_loss": "CTCLoss",
    "fft": "FFT",
    "fft2": "FFT2",
    "ifft2": "IFFT2",
    "irfft": "IRFFT",
    "isin": "IsIn",
    "jvp": "JVP",
    "psnr": "PSNR",
    "rfft": "RFFT",
    "searchsorted": "SearchSorted",
    "svd": "SVD",
}


def is_operation(config):
    """Whether a config is that of an op, not of a layer."""
    return str(config.get("module", "")).startswith("keras.src.ops.")


def to_config(operation):
    """The config of an op: module, class and options.

    Args:
        operation: a FunctionOperation with its one call.

    Raises:
        NotImplementedError: if the reference has no such op.
    """
    name = operation.function.__name__
    if name not in namespace.names("keras.ops"):
        raise errors.unsupported(
            f"Saving a model that uses {name!r}", "Use ops of `keras.ops`, or put it in a layer."
        )
    options, _ = _split(operation._inbound_nodes[0])
    class_name = _CLASSES.get(name) or "".join(part.capitalize() for part in name.split("_"))
    return {
        "module": f"keras.src.ops.{_place(name)[0]}",
        "class_name": class_name,
        "config": {
            "name": operation.name,
            **{key: serialize_keras_object(value) for key, value in options.items()},
        },
        "registered_name": class_name,
    }


def call_arguments(node):
    """The arguments of a node that the reference's class takes in its call, as a pair (args,
    kwargs).
    """
    name, args = node.operation.function.__name__, _split(node)[1]
    if name in _NAMED and name != "einsum":
        return args[:1], dict(zip(_NAMED[name][1][1:], args[1:], strict=True))
    return args, {}


def from_config(config):
    """The op of a config; its options come with `revive_arguments`."""
    function = _function(config["class_name"])
    return FunctionOperation(function, name=config["config"].get("name"))


def revive_arguments(config, args, kwargs):
    """All arguments of the function, from those of the call and the options in the config."""
    options = {key: value for key, value in config["config"].items() if key != "name"}
    options = deserialize_keras_object(options)
    function = _function(config["class_name"])
    if function.__name__ == "einsum":
        return (options.pop("subscripts"), *args), options
    parameters = list(inspect.signature(function).parameters)
    named = _NAMED.get(function.__name__)
    names = list(named[1]) if named else [name for name in parameters if name not in options]
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    options = {key: _as_tuple(value) for key, value in options.items() if key in parameters}
    if function.__name__ == "get_item" and isinstance(given.get("key"), list):
        given["key"] = tuple(given["key"])
    return (), {**options, **given}


def _place(name):
    return (_NAMED[name][0], 0) if name in _NAMED else _PLACES.get(name, ("numpy", 1))


def _split(node):
    """The options, and the arguments of the call."""
    function = node.operation.function
    if function.__name__ == "einsum":
        return {"subscripts": node.args[0], **node.kwargs}, node.args[1:]
    bound = inspect.signature(function).bind(*node.args, **node.kwargs)
    bound.apply_defaults()
    arguments = dict(bound.arguments)
    named = _NAMED.get(function.__name__)
    names = named[1] if named else list(arguments)[: _place(function.__name__)[1]]
    return {key: value for key, value in arguments.items() if key not in names}, tuple(
        arguments[n] for n in names
    )


def _function(class_name):
    wanted = class_name.lower()
    for name in namespace.names("keras.ops"):
        if name.replace("_", "") == wanted:
            return namespace.lookup("keras.ops", name)
    raise errors.unknown_name("op", class_name, namespace.names("keras.ops"))


def _as_tuple(value):
    """Lists, as JSON has them, as the tuples that options are."""
    return (
        tuple(_as_tuple(item) for item in value)
        if isinstance(value, list) and not tree.is_nested(value[:1])
        else value
    )
