"""`tf.compat.v1.flags` and `app.run`: options of a command line, as absl defines them."""

import functools
import sys

from estikeras.compat.flag_values import Error, Flag, FlagValues
from estikeras.public import public

FLAGS = public("compat.v1.flags.FLAGS", "compat.v1.app.flags.FLAGS")(FlagValues())
# The arguments' names in TensorFlow 1.4 and before.
_OLD_NAMES = {"flag_name": "name", "default_value": "default", "docstring": "help"}


@public("compat.v1.flags.FlagHolder", "compat.v1.app.flags.FlagHolder")
class FlagHolder:
    """What a definition gives: the flag's value is its `value`."""

    def __init__(self, flag):
        self._flag = flag

    @property
    def name(self):
        return self._flag.name

    @property
    def default(self):
        return self._flag.default

    @property
    def value(self):
        return getattr(FLAGS, self.name)

    def __bool__(self):
        raise TypeError(f"A flag is no truth value: ask for the `value` of {self.name!r}.")


def _definition(function):
    """Let a function that gives the parser of a flag, and what kind of flag it is, define one."""

    @functools.wraps(function)
    def define(*args, **kwargs):
        kwargs = {_OLD_NAMES.get(name, name): value for name, value in kwargs.items()}
        flag, required = function(*args, **kwargs)
        FLAGS.define(flag)
        if required:
            mark_flag_as_required(flag.name)
        return FlagHolder(flag)

    return define


@public("compat.v1.flags.DEFINE_string", "compat.v1.app.flags.DEFINE_string")
@_definition
def DEFINE_string(name, default, help, required=False):
    """Let `--name=text` be a flag.

    Args:
        name: name of the flag, and of the attribute of `FLAGS`.
        default: value without the flag.
        help: text for `--help`.
        required: whether there must be a value.

    Returns:
        A FlagHolder.
    """
    return Flag(name, default, help, str), required


@public("compat.v1.flags.DEFINE_integer", "compat.v1.app.flags.DEFINE_integer")
@_definition
def DEFINE_integer(name, default, help, lower_bound=None, upper_bound=None, required=False):
    """Let `--name=1` be a flag; see `DEFINE_string`.

    Args:
        name: name of the flag.
        default: value without the flag.
        help: text for `--help`.
        lower_bound: least value, or None.
        upper_bound: greatest value, or None.
        required: whether there must be a value.
    """
    return Flag(name, default, help, _bounded(_integer, lower_bound, upper_bound)), required


@public("compat.v1.flags.DEFINE_float", "compat.v1.app.flags.DEFINE_float")
@_definition
def DEFINE_float(name, default, help, lower_bound=None, upper_bound=None, required=False):
    """Let `--name=0.5` be a flag; see `DEFINE_integer`."""
    return Flag(name, default, help, _bounded(float, lower_bound, upper_bound)), required


def _integer(text):
    """An int of a text, which may be hexadecimal or octal."""
    return int(text, {"0x": 16, "0o": 8}.get(text[:2], 10))


def _bounded(kind, least, greatest):
    def number(text):
        value = kind(text)
        if (least is not None and value < least) or (greatest is not None and value > greatest):
            bounds = [f"at least {least}"] * (least is not None)
            bounds += [f"at most {greatest}"] * (greatest is not None)
            raise ValueError(f"expected {' and '.join(bounds)}")
        return value

    return number


@public(
    "compat.v1.flags.DEFINE_bool",
    "compat.v1.flags.DEFINE_boolean",
    "compat.v1.app.flags.DEFINE_bool",
    "compat.v1.app.flags.DEFINE_boolean",
)
@_definition
def DEFINE_boolean(name, default, help, required=False):
    """Let `--name`, `--noname` and `--name=true` be flags; see `DEFINE_string`."""
    default = bool(default) if isinstance(default, int) else default
    return Flag(name, default, help, _truth, boolean=True), required


def _truth(text):
    known = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
    if text.lower() not in known:
        raise ValueError("expected true or false")
    return known[text.lower()]


@public("compat.v1.flags.DEFINE_enum", "compat.v1.app.flags.DEFINE_enum")
@_definition
def DEFINE_enum(name, default, enum_values, help, required=False):
    """Let `--name=text` be a flag with one of some values; see `DEFINE_string`.

    Args:
        name: name of the flag.
        default: value without the flag.
        enum_values: list of str.
        help: text for `--help`.
        required: whether there must be a value.
    """
    return Flag(name, default, help, _one_of(enum_values)), required


def _one_of(values):
    def known(text):
        if text not in values:
            raise ValueError(f"expected one of {', '.join(values)}")
        return text

    return known


@public("compat.v1.flags.DEFINE_list", "compat.v1.app.flags.DEFINE_list")
@_definition
def DEFINE_list(name, default, help, required=False):
    """Let `--name=a,b` be a flag; see `DEFINE_string`."""
    return Flag(name, default, help, _parts), required


def _parts(text):
    return [part.strip() for part in text.split(",")] if text else []


@public("compat.v1.flags.DEFINE_spaceseplist", "compat.v1.app.flags.DEFINE_spaceseplist")
@_definition
def DEFINE_spaceseplist(name, default, help, required=False):
    """Let `--name="a b"` be a flag; see `DEFINE_string`."""
    return Flag(name, default, help, str.split), required


@public("compat.v1.flags.DEFINE_multi_string", "compat.v1.app.flags.DEFINE_multi_string")
@_definition
def DEFINE_multi_string(name, default, help, required=False):
    """Let `--name=text` be a flag that may be given several times; see `DEFINE_string`."""
    return Flag(name, default, help, str, several=True), required


@public("compat.v1.flags.DEFINE_multi_integer", "compat.v1.app.flags.DEFINE_multi_integer")
@_definition
def DEFINE_multi_integer(name, default, help, lower_bound=None, upper_bound=None, required=False):
    """Let `--name=1` be a flag that may be given several times; see `DEFINE_integer`."""
    parse = _bounded(_integer, lower_bound, upper_bound)
    return Flag(name, default, help, parse, several=True), required


@public("compat.v1.flags.DEFINE_multi_float", "compat.v1.app.flags.DEFINE_multi_float")
@_definition
def DEFINE_multi_float(name, default, help, lower_bound=None, upper_bound=None, required=False):
    """Let `--name=0.5` be a flag that may be given several times; see `DEFINE_integer`."""
    parse = _bounded(float, lower_bound, upper_bound)
    return Flag(name, default, help, parse, several=True), required


@public("compat.v1.flags.DEFINE_multi_enum", "compat.v1.app.flags.DEFINE_multi_enum")
@_definition
def DEFINE_multi_enum(name, default, enum_values, help, required=False):
    """Let `--name=text` be a flag that may be given several times; see `DEFINE_enum`."""
    return Flag(name, default, help, _one_of(enum_values), several=True), required


@public("compat.v1.flags.register_validator", "compat.v1.app.flags.register_validator")
def register_validator(flag_name, checker, message="Flag validation failed"):
    """Check a flag whenever a command line is read.

    Args:
        flag_name: name of the flag.
        checker: function of its value that gives whether it may be so.
        message: what the error says.
    """
    FLAGS.add_validator([flag_name], lambda values: checker(values[flag_name]), message)


@public("compat.v1.flags.validator", "compat.v1.app.flags.validator")
def validator(flag_name, message="Flag validation failed"):
    """`register_validator` as a decorator of the function that checks."""

    def register(checker):
        register_validator(flag_name, checker, message)
        return checker

    return register


@public("compat.v1.flags.mark_flag_as_required", "compat.v1.app.flags.mark_flag_as_required")
def mark_flag_as_required(flag_name):
    """Refuse command lines that leave a flag None.

    Args:
        flag_name: name of the flag.
    """
    register_validator(flag_name, lambda value: value is not None, "a value is required")


@public("compat.v1.flags.mark_flags_as_required", "compat.v1.app.flags.mark_flags_as_required")
def mark_flags_as_required(flag_names):
    """Refuse command lines that leave one of some flags None; see `mark_flag_as_required`."""
    for name in flag_names:
        mark_flag_as_required(name)


@public("compat.v1.flags.set_default", "compat.v1.app.flags.set_default")
def set_default(flag_holder, value):
    """Give a flag another default.

    Args:
        flag_holder: what the definition gave.
        value: the default.
    """
    FLAGS.set_default(flag_holder.name, value)


@public("compat.v1.app.run")
def run(main=None, argv=None):
    """Read the command line into `FLAGS`, call a function with the rest, and exit.

    Args:
        main: function of a list of str, the program's name first and unknown flags among them;
            None takes the script's `main`.
        argv: the command line; None takes that of the process.
    """
    script = sys.modules["__main__"]
    main = vars(script)["main"] if main is None else main
    argv = sys.argv if argv is None else argv
    if {"--help", "-help", "--helpfull", "-h"} & set(argv[1:]):
        sys.stdout.write(f"{script.__doc__ or ''}\nflags:\n\n{FLAGS.main_module_help()}\n")
        sys.exit(1)
    try:
        rest = FLAGS(argv, known_only=True)
    except Error as error:
        sys.exit(f"FATAL Flags parsing error: {error}\nPass --help to see help on flags.")
    sys.exit(main(rest))
