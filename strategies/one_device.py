"""One replica, also where a launcher started several ranks: each then works for itself."""

from strategies.strategy import Strategy


class OneDeviceStrategy(Strategy):
    """This process alone.

    Args:
        device: name of a CPU; there are no other devices.
    """

    def __init__(self, device="CPU:0"):
        if "CPU" not in str(device).upper():
            raise ValueError(f"`device`: expected a CPU, got {device!r}. All work is done by CPUs.")
        super().__init__()
