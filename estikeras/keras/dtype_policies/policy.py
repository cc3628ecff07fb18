"""A dtype policy: in what dtype a layer keeps its variables and computes. Knows no layers."""

from estikeras import errors, ops, settings
from estikeras.engine import dtypes
from estikeras.engine.operation import KerasTensor
from estikeras.engine.tensor import Tensor
from estikeras.engine.variable import Variable
from estikeras.public import public

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_QUANTIZED = ("int4", "int8", "float8", "gptq", "awq")


@public(
    "keras.DTypePolicy",
    "keras.dtype_policies.DTypePolicy",
    "keras.mixed_precision.DTypePolicy",
    "keras.mixed_precision.Policy",
)
class DTypePolicy:
    """The dtype of a layer's variables and the dtype of its computations.

    Args:
        name: a dtype such as `"float32"` for both, or `"mixed_float16"` or `"mixed_bfloat16"`:
            variables are float32 and computations are in the short type. Without a name, the global
            policy.

    Raises:
        ValueError: if the name is none of these.
        NotImplementedError: if it names a quantized policy.
    """

    def __init__(self, name=None):
        name = current().name if name is None else name
        if not isinstance(name, str):
            raise errors.wrong_type(
                "name", got=name, expected="a string such as 'float32' or 'mixed_float16'"
            )
        self._compute_dtype, self._variable_dtype = _parse(name)
        self._name = name

    @property
    def name(self):
        """The policy's name."""
        return self._name

    @property
    def compute_dtype(self):
        """The dtype to which floating inputs and variables are cast in the layer's `call`."""
        return self._compute_dtype

    @property
    def variable_dtype(self):
        """The dtype in which the layer's variables are kept."""
        return self._variable_dtype

    @property
    def quantization_mode(self):
        """Always None: no policy here quantizes."""
        return None

    def convert_input(self, x, autocast, dtype):
        """`x` as a tensor or symbolic tensor, cast to `dtype` if `autocast` is on and both are
        floating.
        """
        from_dtype = getattr(x, "dtype", None)
        wanted = (
            autocast and from_dtype is not None and dtypes.is_float(dtypes.standardize(from_dtype))
        )
        if isinstance(x, KerasTensor):
            return _recast(x, dtype) if wanted and x.dtype != dtype else x
        if isinstance(x, Tensor):
            return _cast_keeping_mask(x, dtype) if wanted and x.dtype != dtype else x
        if isinstance(x, Variable) or hasattr(x, "__array__"):
            return ops.convert_to_tensor(x, dtype=dtype if wanted else None)
        return x

    def get_config(self):
        """The arguments as a dict."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config):
        """A policy from what `get_config` gave."""
        return cls(**config)

    def __eq__(self, other):
        return type(other) is type(self) and other.name == self.name

    def __hash__(self):
        return hash((type(self).__name__, self.name))

    def __repr__(self):
        return f'<{type(self).__name__} "{self.name}">'


@public("keras.FloatDTypePolicy", "keras.dtype_policies.FloatDTypePolicy")
class FloatDTypePolicy(DTypePolicy):
    """A policy of floating dtypes; the same as `DTypePolicy`, kept for the name's sake."""


_global = {}


@public(
    "keras.config.dtype_policy",
    "keras.mixed_precision.dtype_policy",
    "keras.mixed_precision.global_policy",
)
def current():
    """The policy that layers get when they are given none.

    Returns:
        A `DTypePolicy`; that of `floatx` until `set_dtype_policy` was called.
    """
    return _global.get("policy") or DTypePolicy(settings.floatx())


@public(
    "keras.config.set_dtype_policy",
    "keras.mixed_precision.set_dtype_policy",
    "keras.mixed_precision.set_global_policy",
)
def set_dtype_policy(policy):
    """Set the policy that layers get when they are given none.

    Args:
        policy: a `DTypePolicy` or its name; None goes back to that of `floatx`.
    """
    if isinstance(policy, str):
        policy = DTypePolicy(policy)
    if policy is not None and not hasattr(policy, "compute_dtype"):
        raise errors.wrong_type("policy", got=policy, expected="a DTypePolicy or its name")
    _global["policy"] = policy


def _parse(name):
    if name in _MIXED:
        return _MIXED[name], "float32"
    if name.split("_")[0] in _QUANTIZED and (name in _QUANTIZED or "_from_" in name):
        raise errors.unsupported(
            f"The quantized dtype policy {name!r}", "Use 'float32' or 'mixed_float16'."
        )
    try:
        dtype = dtypes.standardize(name)
    except (ValueError, TypeError):
        raise errors.invalid(
            "name", got=name, expected=f"a dtype such as 'float32', or one of {list(_MIXED)}"
        ) from None
    return dtype, dtype


def _recast(x, dtype):
    recast = KerasTensor(x.shape, dtype=dtype, record_history=False)
    mask = getattr(x, "_keras_mask", None)
    if mask is not None:
        recast._keras_mask = mask
    return recast


def _cast_keeping_mask(x, dtype):
    mask = getattr(x, "_keras_mask", None)
    x = ops.cast(x, dtype)
    if mask is not None:
        x._keras_mask = mask
    return x
