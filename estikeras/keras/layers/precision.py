"""In which dtypes a layer keeps its weights and computes. Knows policies, not layers."""

from estikeras import errors
from estikeras.keras.dtype_policies import serialization as dtype_policies
from estikeras.keras.dtype_policies.policy_map import DTypePolicyMap


class Precision:
    """What `Layer` offers for its dtype policy."""

    @property
    def dtype_policy(self):
        """The `DTypePolicy`; may be set by name."""
        policy = self._dtype_policy
        if isinstance(policy, DTypePolicyMap):
            return policy[self._path or self.name]
        return policy

    @dtype_policy.setter
    def dtype_policy(self, value):
        self._dtype_policy = dtype_policies.get(value)

    @property
    def dtype(self):
        """The dtype of the weights."""
        return self.variable_dtype

    @property
    def variable_dtype(self):
        """The dtype of the weights."""
        return self.dtype_policy.variable_dtype

    @property
    def compute_dtype(self):
        """The dtype of the computation."""
        return self.dtype_policy.compute_dtype

    @property
    def input_dtype(self):
        """The dtype to which floating inputs are cast."""
        return self.compute_dtype

    @property
    def quantization_mode(self):
        """Always None: no layer quantizes."""
        return None

    def quantize(self, mode=None, **kwargs):
        """Not there."""
        raise errors.unsupported(
            f"{type(self).__name__}.quantize({mode!r})",
            "Use dtype='mixed_float16' for less memory.",
        )
