"""What scripts ask about devices, of which there is one: the processor."""

from dataclasses import dataclass

from estikeras import errors
from estikeras.public import public

_CPU = "CPU"


@public("config.PhysicalDevice")
@dataclass(frozen=True)
class PhysicalDevice:
    """A device of this machine.

    Args:
        name: such as `"/physical_device:CPU:0"`.
        device_type: such as `"CPU"`.
    """

    name: str
    device_type: str


@public("config.LogicalDevice")
@dataclass(frozen=True)
class LogicalDevice:
    """A device on which operations run; arguments are as those of `PhysicalDevice`."""

    name: str
    device_type: str


_PROCESSOR = PhysicalDevice("/physical_device:CPU:0", _CPU)


@public(
    "config.list_physical_devices",
    "config.experimental.list_physical_devices",
    "config.get_visible_devices",
    "config.experimental.get_visible_devices",
)
def list_physical_devices(device_type=None):
    """The processor in a list, which is empty for other kinds of devices.

    Args:
        device_type: such as `"GPU"`; None stands for all.
    """
    return [_PROCESSOR] if device_type in (None, _CPU) else []


@public("config.list_logical_devices", "config.experimental.list_logical_devices")
def list_logical_devices(device_type=None):
    """As `list_physical_devices`, under the name that operations know."""
    return [LogicalDevice("/device:CPU:0", _CPU)] if device_type in (None, _CPU) else []


@public("config.set_visible_devices", "config.experimental.set_visible_devices")
def set_visible_devices(devices, device_type=None):
    """Hide the devices that are not in a list: GPUs, of which there is none.

    Args:
        devices: a device, or a list of them.
        device_type: the kind of devices that is hidden; None hides all kinds.

    Raises:
        ValueError: if the processor would be hidden, or a device is not there.
    """
    seen = list(devices) if isinstance(devices, list | tuple) else [devices]
    if seen != list_physical_devices(device_type):
        raise errors.invalid(
            "devices", got=devices, expected=f"{list_physical_devices(device_type)}, all there is"
        )


@public("config.experimental.set_memory_growth")
def set_memory_growth(device, enable):
    """For GPUs, of which there is none.

    Args:
        device: a device.
        enable: whether its memory is taken as it is needed.

    Raises:
        ValueError: always.
    """
    raise errors.invalid("device", got=device, expected="a GPU, of which there is none")


@public("test.is_gpu_available")
def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None):
    """False: all work is done by the processor.

    Args:
        cuda_only: of no consequence.
        min_cuda_compute_capability: of no consequence.
    """
    return False


@public("test.gpu_device_name")
def gpu_device_name():
    """The name of the first GPU: "", as there is none."""
    return ""


@public(
    "test.is_built_with_cuda",
    "test.is_built_with_gpu_support",
    "test.is_built_with_rocm",
    "test.is_built_with_xla",
)
def is_built_with_cuda():
    """False: all work is done by the processor."""
    return False
