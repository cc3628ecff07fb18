"""How errors read: which argument, what came, what was expected, what to do. Every function returns
an exception to raise.
"""

import difflib


def _describe(value):
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "..."


def _message(argument, got, expected, hint):
    text = f"`{argument}`: expected {expected}, got {got}."
    return f"{text} {hint}" if hint else text


def shape_mismatch(argument, *, got, expected, hint=None):
    """A ValueError for a shape that does not fit: `got` and `expected` are shapes or their
    description.
    """
    expected = expected if isinstance(expected, str) else f"shape {tuple(expected)}"
    got = got if isinstance(got, str) else f"shape {tuple(got)}"
    return ValueError(_message(argument, got, expected, hint))


def invalid(argument, *, got, expected, hint=None):
    """A ValueError for a value outside of what the argument takes; `expected` is a description."""
    return ValueError(_message(argument, _describe(got), expected, hint))


def wrong_type(argument, *, got, expected, hint=None):
    """A TypeError for a value of the wrong type; `expected` is a description."""
    came = f"{_describe(got)} of type {type(got).__name__}"
    return TypeError(_message(argument, came, expected, hint))


def unknown_name(kind, name, known):
    """A ValueError for a name that is not among `known`, with the nearest ones."""
    near = difflib.get_close_matches(str(name), [str(k) for k in known], n=3, cutoff=0.5)
    lower = {str(k).lower(): str(k) for k in known}
    near = near or [
        lower[n] for n in difflib.get_close_matches(str(name).lower(), lower, n=3, cutoff=0.5)
    ]
    hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
    return ValueError(f"Unknown {kind}: {_describe(name)}.{hint}")


def unsupported(what, instead):
    """A NotImplementedError for what exists in the reference and not here; `instead` names the
    alternative.
    """
    return NotImplementedError(f"{what} is not supported. {instead}")
