"""`tf.compat.v1.flags` and `app.run`: options of a command line, by Python's argparse."""

import argparse
import sys

from estikeras.public import public

_parser, _booleans = argparse.ArgumentParser(allow_abbrev=False), set()


@public("compat.v1.flags.FlagValues", "compat.v1.app.flags.FlagValues")
class FlagValues(argparse.Namespace):
    """The values of all options, as attributes: their defaults until the command line is read."""

    def __call__(self, argv, known_only=False):
        """Read a command line.

        Args:
            argv: list of str, the program's name first.
            known_only: whether to leave unknown options alone.

        Returns:
            What is no option, the program's name first.
        """
        arguments = [_with_value(argument) for argument in argv[1:]]
        if known_only:
            _, rest = _parser.parse_known_args(arguments, self)
            return [argv[0], *self.positional_arguments, *rest]
        return [argv[0], *_parser.parse_args(arguments, self).positional_arguments]

    def flag_values_dict(self):
        """Dict from the names of options to their values."""
        return {k: v for k, v in vars(self).items() if k != "positional_arguments"}


FLAGS = public("compat.v1.flags.FLAGS", "compat.v1.app.flags.FLAGS")(FlagValues())
_parser.add_argument("positional_arguments", nargs="*", help=argparse.SUPPRESS)


def _with_value(argument):
    """`--name` and `--noname` of a boolean option as `--name=true` and `--name=false`."""
    name = argument.removeprefix("--")
    if name in _booleans:
        return f"--{name}=true"
    if name.startswith("no") and name[2:] in _booleans:
        return f"--{name[2:]}=false"
    return argument


def _define(name, default, help, **options):
    _parser.add_argument(f"--{name}", dest=name, default=default, help=help, **options)
    setattr(FLAGS, name, default)


@public("compat.v1.flags.DEFINE_string", "compat.v1.app.flags.DEFINE_string")
def DEFINE_string(name, default, help):
    """Let `--name=text` be an option.

    Args:
        name: name of the option, and of the attribute of `FLAGS`.
        default: value without the option.
        help: text for `--help`.
    """
    _define(name, default, help)


@public("compat.v1.flags.DEFINE_integer", "compat.v1.app.flags.DEFINE_integer")
def DEFINE_integer(name, default, help, lower_bound=None, upper_bound=None):
    """Let `--name=1` be an option.

    Args:
        name: name of the option, and of the attribute of `FLAGS`.
        default: value without the option.
        help: text for `--help`.
        lower_bound: least value, or None.
        upper_bound: greatest value, or None.
    """
    _define(name, default, help, type=_bounded(int, lower_bound, upper_bound))


@public("compat.v1.flags.DEFINE_float", "compat.v1.app.flags.DEFINE_float")
def DEFINE_float(name, default, help, lower_bound=None, upper_bound=None):
    """Let `--name=0.5` be an option; see `DEFINE_integer` for the arguments."""
    _define(name, default, help, type=_bounded(float, lower_bound, upper_bound))


def _bounded(kind, least, greatest):
    def number(text):
        value = kind(text)
        if (least is not None and value < least) or (greatest is not None and value > greatest):
            raise ValueError(text)
        return value

    bounded = least is not None or greatest is not None
    number.__name__ = kind.__name__ + (f" from {least} to {greatest}" if bounded else "")
    return number


@public(
    "compat.v1.flags.DEFINE_bool",
    "compat.v1.flags.DEFINE_boolean",
    "compat.v1.app.flags.DEFINE_bool",
    "compat.v1.app.flags.DEFINE_boolean",
)
def DEFINE_boolean(name, default, help):
    """Let `--name`, `--noname` and `--name=true` be options.

    Args:
        name: name of the option, and of the attribute of `FLAGS`.
        default: value without the option.
        help: text for `--help`.
    """
    default = _truth(default) if isinstance(default, str) else default
    _define(name, default, help, type=_truth)
    _booleans.add(name)


def _truth(text):
    known = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


@public("compat.v1.flags.DEFINE_enum", "compat.v1.app.flags.DEFINE_enum")
def DEFINE_enum(name, default, enum_values, help):
    """Let `--name=text` be an option with one of some values.

    Args:
        name: name of the option, and of the attribute of `FLAGS`.
        default: value without the option.
        enum_values: list of str.
        help: text for `--help`.
    """
    _define(name, default, help, choices=enum_values)


@public("compat.v1.flags.DEFINE_list", "compat.v1.app.flags.DEFINE_list")
def DEFINE_list(name, default, help):
    """Let `--name=a,b` be an option.

    Args:
        name: name of the option, and of the attribute of `FLAGS`.
        default: list, or text with commas, without the option.
        help: text for `--help`.
    """
    default = _parts(default) if isinstance(default, str) else default
    _define(name, default, help, type=_parts)


def _parts(text):
    return [part.strip() for part in text.split(",")] if text else []


@public("compat.v1.flags.DEFINE_multi_string", "compat.v1.app.flags.DEFINE_multi_string")
def DEFINE_multi_string(name, default, help):
    """Let `--name=text` be an option that may be given several times.

    Args:
        name: name of the option, and of the attribute of `FLAGS`.
        default: list of str without the option.
        help: text for `--help`.
    """
    default = [default] if isinstance(default, str) else default
    _parser.add_argument(f"--{name}", dest=name, action=_Append, default=default, help=help)
    setattr(FLAGS, name, default)


class _Append(argparse.Action):
    """Collects the values that are given, without the default."""

    def __call__(self, parser, namespace, values, option_string=None):
        before = getattr(namespace, self.dest)
        setattr(namespace, self.dest, [*([] if before is self.default else before), values])


@public("compat.v1.flags.mark_flag_as_required", "compat.v1.app.flags.mark_flag_as_required")
def mark_flag_as_required(flag_name):
    """Refuse command lines without an option."""
    for action in _parser._actions:
        if action.dest == flag_name:
            action.required = True


@public("compat.v1.app.run")
def run(main=None, argv=None):
    """Read the command line into `FLAGS`, call a function with the rest, and exit.

    Args:
        main: function of a list of str, the program's name first; None takes the script's `main`.
        argv: the command line; None takes that of the process.
    """
    main = vars(sys.modules["__main__"])["main"] if main is None else main
    sys.exit(main(FLAGS(sys.argv if argv is None else argv)))
