"""A map from paths of layers to their dtype policies. Knows no layers."""

import re
from collections.abc import MutableMapping

from estikeras import errors
from estikeras.keras.dtype_policies import serialization
from estikeras.public import public


@public("keras.dtype_policies.DTypePolicyMap")
class DTypePolicyMap(MutableMapping):
    """Dtype policies by the path of a layer; a path may be a regular expression.

    Args:
        default_policy: the policy (or its name) of the layers that no key names; None is the global
            policy.
        policy_map: dict from path to `DTypePolicy`.

    Raises:
        TypeError: if `policy_map` is no dict.
    """

    def __init__(self, default_policy=None, policy_map=None):
        if isinstance(default_policy, DTypePolicyMap):
            raise errors.wrong_type(
                "default_policy", got=default_policy, expected="a DTypePolicy or its name"
            )
        if policy_map is not None and not isinstance(policy_map, dict):
            raise errors.wrong_type(
                "policy_map", got=policy_map, expected="a dict from path to DTypePolicy"
            )
        self._default_name = default_policy
        self._default = serialization.get(default_policy)
        self._policies = {
            key: serialization.get(value) for key, value in (policy_map or {}).items()
        }

    @property
    def name(self):
        """The name of the default policy, marked as that of a map."""
        return f"map_{self._default.name}"

    @property
    def default_policy(self):
        """The policy of layers that no key names."""
        return self._default

    @property
    def compute_dtype(self):
        """The default policy's."""
        return self._default.compute_dtype

    @property
    def variable_dtype(self):
        """The default policy's."""
        return self._default.variable_dtype

    @property
    def quantization_mode(self):
        """Always None: no policy here quantizes."""
        return None

    def convert_input(self, x, autocast, dtype):
        """As the default policy does it."""
        return self._default.convert_input(x, autocast, dtype)

    def __getitem__(self, key):
        if key in self._policies:
            return self._policies[key]
        matching = [path for path in self._policies if re.search(path, key)]
        if len(matching) > 1:
            raise errors.invalid(
                "key", got=key, expected=f"a path that only one key matches, not all of {matching}"
            )
        return self._policies[matching[0]] if matching else self._default

    def __setitem__(self, key, policy):
        if key in self._policies:
            raise errors.invalid(
                "key", got=key, expected="a path that has no policy yet; delete the old one first"
            )
        self._policies[key] = serialization.get(policy)

    def __delitem__(self, key):
        del self._policies[key]

    def __contains__(self, key):
        return key in self._policies

    def __len__(self):
        return len(self._policies)

    def __iter__(self):
        return iter(self._policies)

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        same = isinstance(other, DTypePolicyMap) and other._default == self._default
        return same and other._policies == self._policies

    def get_config(self):
        """The arguments as a dict."""
        return {
            "default_policy": None if self._default_name is None else self._default.name,
            "policy_map": {
                key: serialization.serialize(value) for key, value in self._policies.items()
            },
        }

    @classmethod
    def from_config(cls, config):
        """A map from what `get_config` gave."""
        return cls(config["default_policy"], dict(config["policy_map"]))

    def __repr__(self):
        mapping = [(key, value.name) for key, value in self._policies.items()]
        return f"<DTypePolicyMap default_policy={self._default.name}, mapping={mapping}>"
