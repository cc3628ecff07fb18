"""Bytes to tensors and back: raw numbers, serialized tensors, base64, compressed strings."""

from estikeras import errors
from estikeras.engine import context, dtypes
from estikeras.engine.tensor import Tensor, TracedTensor, TraceError, as_tensor
from estikeras.formats import compressed, tensor_proto
from estikeras.op_errors import InvalidArgumentError
from estikeras.primitives import strings
from estikeras.public import public


class LengthTraceError(TraceError):
    """A function that is being traced decodes strings of which it must know how long they are."""


@public("io.decode_raw")
def decode_raw(input_bytes, out_type, little_endian=True, fixed_length=None, name=None):
    """The bytes of strings as numbers.

    Args:
        input_bytes: string tensor (...); without `fixed_length` all of one length.
        out_type: dtype of the numbers.
        little_endian: bool, whether a number's lowest byte comes first.
        fixed_length: int, how many bytes of each string are read: more are left, and zeros stand
            for what is missing. None reads all, which cannot be traced.
        name: of no consequence.

    Returns:
        tensor (..., numbers).

    Raises:
        InvalidArgumentError: for strings of different lengths, or a length that is no whole number
            of numbers.
    """
    x, dtype = as_tensor(input_bytes), dtypes.standardize(out_type)
    size = dtypes.to_numpy(dtype).itemsize
    strings.check_strings("input_bytes", x)
    if fixed_length is not None:
        if fixed_length <= 0 or fixed_length % size:
            raise errors.invalid(
                "fixed_length", got=fixed_length, expected=f"a multiple of {size}, the dtype's size"
            )
        return strings.decode_raw(
            x, out_type=dtype, size=fixed_length // size, swap=_swaps(dtype, little_endian)
        )
    if isinstance(x, TracedTensor):
        length = next(context.current.lengths_known, None)
        if length is not None:
            return strings.decode_raw(
                x,
                out_type=dtype,
                size=length // size,
                swap=_swaps(dtype, little_endian),
                exact=True,
            )
        raise LengthTraceError(
            "tf.io.decode_raw must know how many bytes strings without a value have: say "
            "so by `fixed_length=`."
        )
    lengths = set(map(len, x.value.reshape(-1).tolist())) or {0}
    if len(lengths) > 1:
        raise InvalidArgumentError(
            message=f"`input_bytes`: strings must be of one length, got {sorted(lengths)[:5]}; "
            "`fixed_length` cuts and fills them."
        )
    (length,) = lengths
    if context.current.lengths_seen is not None:
        context.current.lengths_seen.append(length)
    if length % size:
        raise InvalidArgumentError(
            message=f"`input_bytes`: {length} bytes are no whole number of {dtype}, {size} each."
        )
    return strings.decode_raw(
        x, out_type=dtype, size=length // size, swap=_swaps(dtype, little_endian)
    )


def _swaps(dtype, little_endian):
    return not little_endian and dtypes.to_numpy(dtype).itemsize > 1


@public("io.serialize_tensor")
def serialize_tensor(tensor, name=None):
    """A tensor as a string, in TensorFlow's form `TensorProto`.

    Args:
        tensor: any tensor.
        name: of no consequence.

    Returns:
        string tensor ().
    """
    return as_tensor(tensor_proto.encode(as_tensor(tensor).value))


@public("io.parse_tensor")
def parse_tensor(serialized, out_type, name=None):
    """A tensor from what `serialize_tensor` gave.

    Args:
        serialized: string tensor ().
        out_type: dtype that the tensor must have.
        name: of no consequence.

    Raises:
        InvalidArgumentError: if the bytes are no tensor, or one of another dtype.
    """
    out_type = dtypes.standardize(out_type)
    try:
        array = tensor_proto.decode(single_string("serialized", serialized))
    except ValueError as error:
        raise InvalidArgumentError(message=f"`serialized`: {error}") from None
    tensor = Tensor(array)
    if tensor.dtype != out_type:
        raise InvalidArgumentError(
            message=f"`out_type`: the tensor is of dtype {tensor.dtype}, expected {out_type}."
        )
    return tensor


def single_string(argument, x):
    """The bytes of a string tensor of no dimensions.

    Raises:
        TraceError: in a trace.
    """
    x = as_tensor(x)
    strings.check_strings(argument, x)
    if type(x) is TracedTensor:
        raise TraceError(
            f"`{argument}` is known only when steps are run, and with it what size the result has, "
            "such as an image. Decode in input_fn, by `dataset.map`; a model that is served takes "
            "what is decoded."
        )
    if x.shape != ():
        raise errors.shape_mismatch(argument, got=x.shape, expected=())
    return x.value.item()


@public("io.decode_base64")
def decode_base64(input, name=None):
    """Strings from their web-safe base64, with or without padding."""
    return strings.decode_base64(input)


@public("io.encode_base64")
def encode_base64(input, pad=False, name=None):
    """Strings as web-safe base64.

    Args:
        input: string tensor.
        pad: bool, whether `=` fill the length up to a multiple of 4.
        name: of no consequence.
    """
    return strings.encode_base64(input, pad=bool(pad))


@public("io.decode_compressed")
def decode_compressed(bytes, compression_type="", name=None):
    """Strings from their compressed form.

    Args:
        bytes: string tensor.
        compression_type: `""`, `"ZLIB"` or `"GZIP"`.
        name: of no consequence.
    """
    return strings.decode_compressed(bytes, kind=compressed.standardize(compression_type))
