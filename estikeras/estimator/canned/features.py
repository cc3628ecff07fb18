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
    """The sizes of hidden layers as a tuple; there may be none, as in the reference.

    Raises:
        ValueError: for what is no list of ints above 0.
    """
    given = tuple(sizes) if isinstance(sizes, Iterable) and not isinstance(sizes, str) else None
    if given is None or not all(isinstance(n, numbers.Integral) and n > 0 for n in given):
        raise errors.invalid(
            argument,
            got=sizes,
            expected="a list of ints above 0, the sizes of the hidden layers",
            hint=f"One layer is `{argument}=[{sizes}]`." if isinstance(sizes, int) else None,
        )
    return given
