"""Where operations run: on the processor, whatever device a script names."""

import contextlib
import re

from estikeras import errors
from estikeras.public import public

_PLACE = r"(/job:[\w.-]+)?(/replica:\d+)?(/task:\d+)?"
_DEVICE = re.compile(rf"{_PLACE}/?(device:\w+|cpu|gpu|tpu)(:(\d+|\*))?|{_PLACE}", re.I)


@public("keras.device", "device")
def device(device_name):
    """A `with` block whose operations run on the processor, the only device there is.

    A device of another kind stands for it, as in TensorFlow on a machine without that device.

    Args:
        device_name: such as `"cpu:0"`, `"/device:GPU:1"` or `"/job:worker/task:0"`, or None.

    Raises:
        ValueError: for other texts.
    """
    if device_name is not None and not _DEVICE.fullmatch(device_name):
        raise errors.invalid(
            "device_name", got=device_name, expected="a device such as 'cpu:0' or '/device:GPU:1'"
        )
    return contextlib.nullcontext()
