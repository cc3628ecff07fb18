"""What scripts write to set up TensorFlow's sessions: kept, and without an effect here."""

import warnings

from estikeras import errors
from estikeras.public import public


class _Message:
    """Named fields with defaults; a dict or list by default is the message's own.

    Args:
        **fields: values by name.

    Raises:
        AttributeError: for a name that the message has not.
    """

    fields = {}

    def __init__(self, **fields):
        for name, default in self.fields.items():
            super().__setattr__(name, default() if isinstance(default, type) else default)
        for name, value in fields.items():
            setattr(self, name, value)

    def __setattr__(self, name, value):
        if self.fields and name not in self.fields:
            raise AttributeError(
                f"{type(self).__name__} has no field {name!r}. It has {sorted(self.fields)}."
            )
        super().__setattr__(name, value)

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None

    def __repr__(self):
        given = (f"{name}={value!r}" for name, value in vars(self).items() if value)
        return f"{type(self).__name__}({', '.join(given)})"


class _Free(_Message):
    """A message that takes fields of any name."""


@public("compat.v1.GPUOptions")
class GPUOptions(_Message):
    """Options for GPUs, of which none is used."""

    fields = {
        "per_process_gpu_memory_fraction": 0.0,
        "allow_growth": False,
        "allocator_type": "",
        "deferred_deletion_bytes": 0,
        "visible_device_list": "",
        "polling_active_delay_usecs": 0,
        "polling_inactive_delay_msecs": 0,
        "force_gpu_compatible": False,
        "experimental": _Free,
    }


@public("compat.v1.OptimizerOptions")
class OptimizerOptions(_Message):
    """Options for rewriting graphs, which here has none."""

    L1, L0 = 0, -1
    DEFAULT, OFF, ON_1, ON_2 = 0, -1, 1, 2
    fields = {
        "do_common_subexpression_elimination": False,
        "do_constant_folding": False,
        "max_folded_constant_in_bytes": 0,
        "do_function_inlining": False,
        "opt_level": 0,
        "global_jit_level": 0,
        "cpu_global_jit": False,
    }


@public("compat.v1.GraphOptions")
class GraphOptions(_Message):
    """Options for graphs."""

    fields = {
        "enable_recv_scheduling": False,
        "optimizer_options": OptimizerOptions,
        "build_cost_model": 0,
        "build_cost_model_after": 0,
        "infer_shapes": False,
        "place_pruned_graph": False,
        "enable_bfloat16_sendrecv": False,
        "timeline_step": 0,
        "rewrite_options": _Free,
    }


@public("compat.v1.ConfigProto")
class ConfigProto(_Message):
    """What `RunConfig(session_config=...)` takes, and warns that it has no effect."""

    fields = {
        "device_count": dict,
        "intra_op_parallelism_threads": 0,
        "inter_op_parallelism_threads": 0,
        "use_per_session_threads": False,
        "session_inter_op_thread_pool": list,
        "placement_period": 0,
        "device_filters": list,
        "gpu_options": GPUOptions,
        "allow_soft_placement": False,
        "log_device_placement": False,
        "graph_options": GraphOptions,
        "operation_timeout_in_ms": 0,
        "rpc_options": _Free,
        "cluster_def": _Free,
        "isolate_session_state": False,
        "share_cluster_devices_in_session": False,
        "experimental": _Free,
    }


def check_session_config(name, value):
    """Take a ConfigProto, with a warning where it asks for something that would matter.

    Args:
        name: the argument's name.
        value: what was given.

    Raises:
        ValueError: if it is no ConfigProto.
    """
    if not isinstance(value, ConfigProto):
        raise errors.invalid(name, got=value, expected=f"{name} must be instance of ConfigProto")
    if value != ConfigProto(allow_soft_placement=value.allow_soft_placement):
        warnings.warn(
            f"`{name}` has no effect: all work is done on this machine's processor. The number of "
            "threads is that of ESTIKERAS_NUM_THREADS.",
            stacklevel=4,
        )
