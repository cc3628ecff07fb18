"""How long ranks may take, in seconds: all limits in one place, and the rule that applies them.

Knows neither ranks nor sockets. `docs/distribution.md` tells users the same numbers.
"""

import os

# A rank may keep the others waiting, or say nothing, for so long; users set it.
STALL_TIMEOUT_S = 600.0
# A rank that keeps the others waiting is warned of after this.
WARN_AFTER_S = 60.0
# The first step may take so many times longer than the others: it compiles.
FIRST_STEP = 3
# A rank has at least so long to start Python and its imports, however short the timeout.
TO_APPEAR_S = 120.0
# After a rank left with a status that is not 0, the others may leave, too, for so long.
BAD_STATUS_S = 2.0


def stall_timeout_s():
    """The limit that the environment sets, or the default."""
    text = os.environ.get("ESTIKERAS_STALL_TIMEOUT") or str(STALL_TIMEOUT_S)
    try:
        return check_timeout(float(text))
    except ValueError:
        raise ValueError(
            f"ESTIKERAS_STALL_TIMEOUT: expected a number of seconds above 0, got {text!r}."
        ) from None


def check_timeout(seconds):
    """The same number.

    Raises:
        ValueError: if it is not above 0.
    """
    if not seconds > 0:
        raise ValueError(f"`stall_timeout`: expected seconds above 0, got {seconds}.")
    return seconds


def allowed_s(timeout_s, step):
    """How long a rank that has done so many steps may keep the others waiting, or say nothing."""
    return timeout_s * (FIRST_STEP if step == 0 else 1)


def to_appear_s(timeout_s):
    """How long a rank may be unheard of."""
    return max(TO_APPEAR_S, timeout_s)


def period_s(timeout_s, size):
    """How often each of `size` ranks says what it does."""
    return min(0.5 * max(1, size / 256), timeout_s / 5)
