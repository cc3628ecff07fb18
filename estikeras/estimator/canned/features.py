"""What canned estimators ask of features."""

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
