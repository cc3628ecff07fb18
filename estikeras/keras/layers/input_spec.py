"""What a layer accepts: rank, shape and dtype of each input, and the check that says what is
wrong.
"""

from estikeras import errors
from estikeras.engine import dtypes, tree
from estikeras.public import public


@public("keras.InputSpec", "keras.layers.InputSpec")
class InputSpec:
    """The rank, shape and dtype that an input of a layer must have; what is None may be anything.

    Args:
        dtype: name of a dtype.
        shape: tuple of int or None, the batch included.
        ndim: number of dimensions.
        max_ndim: greatest number of dimensions.
        min_ndim: smallest number of dimensions.
        axes: dict from axis to its size.
        allow_last_axis_squeeze: whether a last axis of size 1 may be missing or surplus.
        name: key of the input where a model gets a dict.
        optional: whether the input may be None.

    Raises:
        ValueError: if an axis lies outside of the rank.
        TypeError: if `axes` is no dict of ints.
    """

    def __init__(
        self,
        dtype=None,
        shape=None,
        ndim=None,
        max_ndim=None,
        min_ndim=None,
        axes=None,
        allow_last_axis_squeeze=False,
        name=None,
        optional=False,
    ):
        self.dtype = None if dtype is None else dtypes.standardize(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if self.shape is None else len(self.shape)
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.name, self.optional = name, optional
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        try:
            self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        except (AttributeError, TypeError, ValueError):
            raise errors.wrong_type("axes", got=axes, expected="a dict from axis to size") from None
        limit = self.ndim if self.ndim is not None else self.max_ndim
        if limit is not None and self.axes and max(self.axes) >= limit:
            raise errors.invalid("axes", got=self.axes, expected=f"axes below the rank {limit}")

    def __repr__(self):
        fields = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        given = [f"{field}={value}" for field in fields if (value := getattr(self, field))]
        return f"InputSpec({', '.join(given)})"

    def get_config(self):
        """The arguments as a dict."""
        fields = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {field: getattr(self, field) for field in fields}

    @classmethod
    def from_config(cls, config):
        """A spec from what `get_config` gave."""
        return cls(**config)


def check(specs, inputs, layer_name):
    """Check the inputs of a layer against its specs.

    Args:
        specs: an InputSpec or None, or a structure of them.
        inputs: tensors in a list, a dict by the specs' names, or a single tensor.
        layer_name: for the message.

    Raises:
        ValueError: if their number, a rank or a shape does not fit.
    """
    if specs is None:
        return
    specs = tree.flatten(specs)
    for position, (spec, x) in enumerate(
        zip(specs, _in_order(specs, inputs, layer_name), strict=True)
    ):
        if spec is None or (x is None and spec.optional):
            continue
        shape = getattr(x, "shape", None)
        if shape is None:
            raise errors.wrong_type(
                f"input {position} of layer {layer_name!r}", got=x, expected="a tensor"
            )
        problem = _problem(spec, tuple(shape), getattr(x, "dtype", None))
        if problem is not None:
            name = f" ({spec.name!r})" if spec.name else ""
            raise ValueError(
                f"Input {position}{name} of layer {layer_name!r} is incompatible with the "
                f"layer: expected {problem}, "
                f"got shape {tuple(shape)}."
            )


def _in_order(specs, inputs, layer_name):
    names = [getattr(spec, "name", None) for spec in specs]
    if isinstance(inputs, dict) and all(name is not None for name in names):
        missing = [
            n for n, s in zip(names, specs, strict=True) if n not in inputs and not s.optional
        ]
        if missing:
            raise ValueError(
                f"Layer {layer_name!r} misses the input {missing[0]!r}: expected a dict with "
                f"the keys {names}, "
                f"got the keys {list(inputs)}."
            )
        return [inputs.get(name) for name in names]
    flat = tree.flatten(inputs)
    if len(flat) != len(specs):
        keys = f" ({', '.join(map(repr, names))})" if all(names) else ""
        raise ValueError(
            f"Layer {layer_name!r} expects {len(specs)} input(s){keys}, but it received "
            f"{len(flat)}."
        )
    return flat


def _problem(spec, shape, dtype):
    """What was expected, or None if all fits."""
    rank = len(shape)
    loose = spec.allow_last_axis_squeeze and spec.shape is not None
    if spec.ndim is not None and rank != spec.ndim and not (loose and _squeezable(spec, shape)):
        return f"ndim={spec.ndim}" + (f" (shape {spec.shape})" if spec.shape else "")
    if spec.max_ndim is not None and rank > spec.max_ndim:
        return f"max_ndim={spec.max_ndim}"
    if spec.min_ndim is not None and rank < spec.min_ndim:
        return f"min_ndim={spec.min_ndim}"
    if spec.dtype is not None and dtype is not None and dtypes.standardize(dtype) != spec.dtype:
        return f"dtype={spec.dtype} (it has dtype {dtype})"
    for axis, size in spec.axes.items():
        if size is not None and -rank <= axis < rank and shape[axis] not in (size, None):
            return f"axis {axis} to have size {size}"
    if spec.shape is not None:
        wanted, came = list(spec.shape), list(shape)
        if loose and len(wanted) != len(came):
            wanted, came = (wanted[:-1], came) if len(wanted) > len(came) else (wanted, came[:-1])
        for want, size in zip(wanted, came, strict=True):
            if want is not None and size is not None and want != size:
                return f"shape {spec.shape}"
    return None


def _squeezable(spec, shape):
    shorter, longer = sorted((tuple(spec.shape), tuple(shape)), key=len)
    return len(longer) == len(shorter) + 1 and longer[-1] == 1
