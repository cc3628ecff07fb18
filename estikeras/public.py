"""Marks what users may import, and under which names; `scripts/names` reads the marks."""


def public(*names):
    """Mark the decorated class or function as public under every name given, such as
    `"keras.layers.Dense"`.

    The mark is read by `scripts/names`, which never imports the module; at run time it changes
    nothing.

    Args:
        *names: full names below `estikeras`, at least one.

    Returns:
        A decorator that returns its argument unchanged.
    """
    if not names:
        raise TypeError("public() needs at least one name, such as public('keras.layers.Dense').")

    def mark(thing):
        return thing

    return mark
