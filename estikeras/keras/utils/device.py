"""Where operations run: on the processor, the one device there is."""

import contextlib
import re

from estikeras import errors
from estikeras.public import public

_PROCESSOR = re.compile(r"(/job:\w+)?(/replica:\d+)?(/task:\d+)?/?(device:)?cpu(:(\d+|\*))?", re.I)


@public("keras.device", "device")
def device(device_name):
    """A `with` block whose operations run on a device; the processor is the only one.

    Args:
        device_name: such as `"cpu"`, `"cpu:0"` or `"/device:CPU:0"`; None is the processor too.

    Raises:
        NotImplementedError: for another device.
    """
    if device_name is None or _PROCESSOR.fullmatch(device_name):
        return contextlib.nullcontext()
    raise errors.unsupported(
        f"The device {device_name!r}", "Operations run on the processor, cpu:0."
    )
