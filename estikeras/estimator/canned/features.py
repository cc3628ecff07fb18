"""What canned estimators ask of features and of the sizes of layers."""

import numbers
from collections.abc import Iterable

from estikeras import errors


def check_features(features):
    """Refuse features that are no dict."""
    if not isinstance(features, dict):
        raise errors.invalid(
            "features",
            got=features,
            expected="a dict from names to tensors",
            hint="`input_fn` gives them; feature columns find theirs by name.",
        )


def layer_sizes(argument, sizes):
    """The sizes of hidden layers as a tuple of ints; there may be none, as in the reference.

    Digits do as well, such as those of `"64 32".split()`.

    Raises:
        ValueError: for what is no list of ints above 0.
    """
    given = tuple(sizes) if isinstance(sizes, Iterable) and not isinstance(sizes, str) else None
    if given is not None:
        given = tuple([int(n) if isinstance(n, str) and n.isdecimal() else n for n in given])
    if given is None or not all(isinstance(n, numbers.Integral) and n > 0 for n in given):
        raise errors.invalid(
            argument,
            got=sizes,
            expected="a list of ints above 0, the sizes of the hidden layers",
            hint=f"One layer is `{argument}=[{sizes}]`." if isinstance(sizes, int) else None,
        )
    return given
