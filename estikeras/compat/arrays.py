"""Functions of arrays, strings and files whose arguments TensorFlow 1 had in another order."""

import functools

from estikeras import errors, ops
from estikeras.compat.older import older
from estikeras.compat.variable_scopes import finding_again
from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.ops import (
    hashing,
    io_bytes,
    io_csv,
    io_examples,
    strings,
    tf_arrays,
    tf_control,
    tf_image,
    tf_indexing,
    tf_linalg,
    tf_math,
    tf_random,
    tf_reduce,
    tf_segment,
)
from estikeras.public import public

_REDUCE = "input_tensor axis keepdims name reduction_indices keep_dims"
_OLD = {"reduction_indices": "axis", "keep_dims": "keepdims"}

reduce_sum = public("compat.v1.reduce_sum", "compat.v1.math.reduce_sum")(
    older(tf_reduce.reduce_sum, _REDUCE, **_OLD)
)
reduce_mean = public("compat.v1.reduce_mean", "compat.v1.math.reduce_mean")(
    older(tf_reduce.reduce_mean, _REDUCE, **_OLD)
)
reduce_max = public("compat.v1.reduce_max", "compat.v1.math.reduce_max")(
    older(tf_reduce.reduce_max, _REDUCE, **_OLD)
)
reduce_min = public("compat.v1.reduce_min", "compat.v1.math.reduce_min")(
    older(tf_reduce.reduce_min, _REDUCE, **_OLD)
)
reduce_prod = public("compat.v1.reduce_prod", "compat.v1.math.reduce_prod")(
    older(tf_reduce.reduce_prod, _REDUCE, **_OLD)
)
reduce_all = public("compat.v1.reduce_all", "compat.v1.math.reduce_all")(
    older(tf_reduce.reduce_all, _REDUCE, **_OLD)
)
reduce_any = public("compat.v1.reduce_any", "compat.v1.math.reduce_any")(
    older(tf_reduce.reduce_any, _REDUCE, **_OLD)
)
reduce_logsumexp = public("compat.v1.reduce_logsumexp", "compat.v1.math.reduce_logsumexp")(
    older(tf_reduce.reduce_logsumexp, _REDUCE, **_OLD)
)
count_nonzero = public("compat.v1.count_nonzero", "compat.v1.math.count_nonzero")(
    older(
        tf_reduce.count_nonzero,
        "input_tensor axis keepdims dtype name reduction_indices keep_dims input",
        input_tensor="input",
        **_OLD,
    )
)
argmax = public("compat.v1.argmax", "compat.v1.math.argmax")(
    older(tf_reduce.argmax, "input axis name dimension output_type", dimension="axis")
)
argmin = public("compat.v1.argmin", "compat.v1.math.argmin")(
    older(tf_reduce.argmin, "input axis name dimension output_type", dimension="axis")
)
norm = public("compat.v1.norm", "compat.v1.linalg.norm")(
    older(tf_linalg.norm, "tensor ord axis keepdims name keep_dims", keep_dims="keepdims")
)
confusion_matrix = public("compat.v1.confusion_matrix", "compat.v1.math.confusion_matrix")(
    older(tf_segment.confusion_matrix, "labels predictions num_classes dtype name weights")
)
in_top_k = public("compat.v1.math.in_top_k", "compat.v1.nn.in_top_k")(
    older(tf_segment.in_top_k, "predictions targets k name")
)

squeeze = public("compat.v1.squeeze")(
    older(tf_arrays.squeeze, "input axis name squeeze_dims", squeeze_dims="axis")
)
expand_dims = public("compat.v1.expand_dims")(
    older(tf_arrays.expand_dims, "input axis name dim", dim="axis")
)
transpose = public("compat.v1.transpose")(older(tf_arrays.transpose, "a perm name conjugate"))
pad = public("compat.v1.pad")(older(tf_arrays.pad, "tensor paddings mode name constant_values"))
ones_like = public("compat.v1.ones_like")(
    older(tf_arrays.ones_like, "tensor dtype name optimize", "optimize", tensor="input")
)
zeros_like = public("compat.v1.zeros_like")(
    older(tf_arrays.zeros_like, "tensor dtype name optimize", "optimize", tensor="input")
)
shape = public("compat.v1.shape")(older(tf_arrays.shape, "input name out_type"))
size = public("compat.v1.size")(older(tf_arrays.size, "input name out_type"))
convert_to_tensor = public("compat.v1.convert_to_tensor")(
    older(
        tf_arrays.convert_to_tensor,
        "value dtype name preferred_dtype dtype_hint",
        preferred_dtype="dtype_hint",
    )
)
gather = public("compat.v1.gather")(
    older(tf_indexing.gather, "params indices validate_indices name axis batch_dims")
)
gather_nd = public("compat.v1.gather_nd", "compat.v1.manip.gather_nd")(
    older(tf_indexing.gather_nd, "params indices name batch_dims")
)
boolean_mask = public("compat.v1.boolean_mask")(
    older(tf_indexing.boolean_mask, "tensor mask name axis")
)
reverse_sequence = public("compat.v1.reverse_sequence")(
    older(
        tf_indexing.reverse_sequence,
        "input seq_lengths seq_axis batch_axis name seq_dim batch_dim",
        seq_dim="seq_axis",
        batch_dim="batch_axis",
    )
)
multinomial = public("compat.v1.multinomial", "compat.v1.random.multinomial")(
    older(
        tf_random.categorical,
        "logits num_samples seed name output_dtype",
        output_dtype="dtype",
    )
)
random_poisson = public("compat.v1.random_poisson", "compat.v1.random.poisson")(
    older(tf_random.poisson, "lam shape dtype seed name")
)
crop_and_resize = public("compat.v1.image.crop_and_resize")(
    older(
        tf_image.crop_and_resize,
        "image boxes box_ind crop_size method extrapolation_value name box_indices",
        box_ind="box_indices",
    )
)

string_length = public("compat.v1.strings.length")(older(strings.length, "input name unit"))
substr = public("compat.v1.substr", "compat.v1.strings.substr")(
    older(strings.substr, "input pos len name unit")
)
reduce_join = public("compat.v1.reduce_join", "compat.v1.strings.reduce_join")(
    older(
        strings.reduce_join,
        "inputs axis keep_dims separator name reduction_indices keepdims",
        **_OLD,
    )
)
string_to_number = public("compat.v1.string_to_number", "compat.v1.strings.to_number")(
    older(strings.to_number, "string_tensor out_type name input", string_tensor="input")
)
to_hash_bucket = public("compat.v1.string_to_hash_bucket", "compat.v1.strings.to_hash_bucket")(
    older(hashing.to_hash_bucket, "string_tensor num_buckets name input", string_tensor="input")
)

decode_csv = public("compat.v1.decode_csv", "compat.v1.io.decode_csv")(
    older(
        io_csv.decode_csv,
        "records record_defaults field_delim use_quote_delim name na_value select_cols",
    )
)
decode_raw = public("compat.v1.decode_raw", "compat.v1.io.decode_raw")(
    older(
        io_bytes.decode_raw,
        "input_bytes out_type little_endian name bytes fixed_length",
        bytes="input_bytes",
    )
)
parse_example = public("compat.v1.parse_example", "compat.v1.io.parse_example")(
    older(io_examples.parse_example, "serialized features name example_names")
)
parse_single_example = public(
    "compat.v1.parse_single_example", "compat.v1.io.parse_single_example"
)(older(io_examples.parse_single_example, "serialized features name example_names"))

cond = public("compat.v1.cond")(
    older(
        tf_control.cond,
        "pred true_fn false_fn strict name fn1 fn2",
        "strict",
        fn1="true_fn",
        fn2="false_fn",
    )
)
tuple_ = public("compat.v1.tuple")(older(tf_control.tuple, "tensors name control_inputs"))


def _finding_again(function):
    """The function, of whose `fn` all steps find the variables that the first one made."""

    @functools.wraps(function)
    def call(fn, *args, **kwargs):
        return function(finding_again(fn), *args, **kwargs)

    return call


foldl = public("compat.v1.foldl")(_finding_again(tf_control.foldl))
foldr = public("compat.v1.foldr")(_finding_again(tf_control.foldr))
map_fn = public("compat.v1.map_fn")(_finding_again(tf_control.map_fn))
scan = public("compat.v1.scan")(_finding_again(tf_control.scan))


@public("compat.v1.while_loop")
def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
    maximum_iterations=None,
    return_same_structure=False,
):
    """The loop variables after `body` was applied for as long as `cond` of them is true.

    Args: those of `tf.while_loop`, and:
        return_same_structure: whether a single loop variable comes in the list that it was given
            in; by default it comes alone.
    """
    result = tf_control.while_loop(
        finding_again(cond),
        finding_again(body),
        loop_vars,
        back_prop=back_prop,
        maximum_iterations=maximum_iterations,
    )
    alone = not return_same_structure and isinstance(result, list | tuple) and len(result) == 1
    return result[0] if alone else result


@public("compat.v1.where")
def where(condition, x=None, y=None, name=None):
    """The elements of x where the condition is true, else of y; with the condition alone, the
    positions.

    Args:
        condition: bool tensor of x's shape, or one entry for each row of x.
        x: tensor.
        y: tensor of x's shape.
        name: of no consequence.
    """
    if x is not None and y is not None:
        condition, x, y = as_tensor(condition), as_tensor(x), as_tensor(y)
        if x.shape != y.shape:
            raise errors.shape_mismatch("y", got=y.shape, expected=x.shape)
        if len(condition.shape) == 1 and len(x.shape) > 1:
            condition = ops.reshape(condition, (-1, *(1,) * (len(x.shape) - 1)))
    return tf_indexing.where(condition, x, y)


def _cast(dtype):
    def cast(x, name=None):
        return tf_arrays.cast(x, dtype)

    cast.__name__ = cast.__qualname__ = f"to_{dtype}"
    cast.__doc__ = f"`x` as {dtype}."
    return cast


to_float = public("compat.v1.to_float")(_cast("float32"))
to_double = public("compat.v1.to_double")(_cast("float64"))
to_int32 = public("compat.v1.to_int32")(_cast("int32"))
to_int64 = public("compat.v1.to_int64")(_cast("int64"))
to_bfloat16 = public("compat.v1.to_bfloat16")(_cast("bfloat16"))


@public("compat.v1.batch_gather")
def batch_gather(params, indices, name=None):
    """Slices of each row of a batch: `params[i, indices[i]]`, for all axes but the last one of
    `indices`.
    """
    indices = as_tensor(indices)
    last = len(indices.shape) - 1
    return tf_indexing.gather(params, indices, axis=last, batch_dims=last)


@public("compat.v1.div")
def div(x, y, name=None):
    """`x / y`, rounded down for integers."""
    x = as_tensor(x)
    return tf_math.floordiv(x, y) if dtypes.is_int(x.dtype) else x / y


@public("compat.v1.floor_div")
def floor_div(x, y, name=None):
    """`x / y`, rounded down."""
    return tf_math.floordiv(x, y)


@public("compat.v1.arg_max")
def arg_max(input, dimension, output_type="int64", name=None):
    """The places of the largest elements along an axis."""
    return tf_reduce.argmax(input, dimension, output_type)


@public("compat.v1.arg_min")
def arg_min(input, dimension, output_type="int64", name=None):
    """The places of the smallest elements along an axis."""
    return tf_reduce.argmin(input, dimension, output_type)
