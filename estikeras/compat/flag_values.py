"""Values of flags: what a command line gave, or what was defined. Knows no kinds of flags."""

import difflib
import sys
import textwrap

from estikeras.public import public


@public("compat.v1.flags.Error", "compat.v1.app.flags.Error")
class Error(Exception):
    """A command line, or a definition of a flag, is wrong."""


@public("compat.v1.flags.DuplicateFlagError", "compat.v1.app.flags.DuplicateFlagError")
class DuplicateFlagError(Error):
    """A flag was defined twice."""


@public("compat.v1.flags.IllegalFlagValueError", "compat.v1.app.flags.IllegalFlagValueError")
class IllegalFlagValueError(Error):
    """A flag got a value that it cannot have."""


@public("compat.v1.flags.UnrecognizedFlagError", "compat.v1.app.flags.UnrecognizedFlagError")
class UnrecognizedFlagError(Error):
    """A command line has a flag that nobody defined."""


@public("compat.v1.flags.ValidationError", "compat.v1.app.flags.ValidationError")
class ValidationError(Error):
    """A validator refuses what flags are."""


class Flag:
    """One flag.

    Attributes:
        name: str.
        help: text for `--help`.
        parse: function that makes a value of a text.
        default: value where the command line says nothing.
        value: value now.
        present: how often the command line has it.
        boolean: whether `--name` and `--noname` are values.
        several: whether each occurrence adds an item to a list.
    """

    def __init__(self, name, default, help, parse, boolean=False, several=False):
        self.name, self.help, self.parse = name, help, parse
        self.boolean, self.several = boolean, several
        self.present = 0
        self.default = self.value = self._standard(default)

    def _standard(self, value):
        if self.several and value is not None:
            values = value if isinstance(value, list | tuple) else [value]
            return [self._parsed(each) if isinstance(each, str) else each for each in values]
        return self._parsed(value) if isinstance(value, str) else value

    def _parsed(self, text):
        try:
            return self.parse(text)
        except ValueError as error:
            raise IllegalFlagValueError(f"flag --{self.name}={text}: {error}") from None

    def read(self, text):
        """Take a value of the command line."""
        value = self._parsed(text)
        if self.several:
            value = [*(self.value if self.present else ()), value]
        self.value = value
        self.present += 1

    def set_default(self, value):
        """Another default, which is the value too unless the command line had one."""
        self.default = self._standard(value)
        if not self.present:
            self.value = self.default


@public("compat.v1.flags.FlagValues", "compat.v1.app.flags.FlagValues")
class FlagValues:
    """The values of all flags, as attributes. The process's command line is read when one is first
    asked for, unless a command line was read before.
    """

    def __init__(self):
        vars(self).update(_flags={}, _validators=[], _parsed=False)

    def define(self, flag):
        """Add a Flag."""
        if flag.name in self._flags:
            raise DuplicateFlagError(f"The flag {flag.name!r} is defined twice. Rename one.")
        self._flags[flag.name] = flag

    def add_validator(self, names, accepts, message):
        """Let a function of a dict of values accept them, whenever a command line is read."""
        missing = next((name for name in names if name not in self._flags), None)
        if missing is not None:
            raise self._unknown(missing)
        self._validators.append((tuple(names), accepts, message))
        if self._parsed:
            self._validate(self._validators[-1:])

    def __getattr__(self, name):
        if name.startswith("__") or name not in self._flags:
            raise AttributeError(f"No flag {name!r} is defined.{self._nearest(name)}")
        if not self._parsed:
            self(sys.argv)
        return self._flags[name].value

    def __setattr__(self, name, value):
        if name not in self._flags:
            raise AttributeError(f"No flag {name!r} is defined.{self._nearest(name)}")
        self._flags[name].value = value
        self._flags[name].present += 1

    def __delattr__(self, name):
        del self._flags[name]

    def __getitem__(self, name):
        if name not in self._flags:
            raise KeyError(f"No flag {name!r} is defined.{self._nearest(name)}")
        return self._flags[name]

    def __contains__(self, name):
        return name in self._flags

    def __iter__(self):
        return iter(self._flags)

    def __len__(self):
        return len(self._flags)

    def __dir__(self):
        return sorted(self._flags)

    def __call__(self, argv, known_only=False):
        """Read a command line.

        Args:
            argv: list of str, the program's name first.
            known_only: whether to leave unknown flags alone.

        Returns:
            What is no flag, the program's name first.

        Raises:
            Error: for an unknown flag, or one with a wrong value.
        """
        rest, waiting = [argv[0]], list(argv[:0:-1])
        while waiting:
            argument = waiting.pop()
            if argument == "--":
                rest.extend(([argument] if known_only else []) + waiting[::-1])
                break
            flag, text = self._flag_of(argument)
            if flag is None:
                rest.append(argument)
                if argument.startswith("-") and argument != "-" and not known_only:
                    raise self._unknown(argument.lstrip("-").partition("=")[0])
                continue
            if text is None and not waiting:
                raise Error(f"Missing value for flag {argument}")
            flag.read(waiting.pop() if text is None else text)
        vars(self)["_parsed"] = True
        self._validate(self._validators)
        return rest

    def _flag_of(self, argument):
        """The Flag of an argument and its value; None for what is none, or comes next."""
        if not argument.startswith("-"):
            return None, None
        name, equals, text = argument[2 if argument.startswith("--") else 1 :].partition("=")
        flag, negated = self._flags.get(name), self._flags.get(name.removeprefix("no"))
        if flag is None and name.startswith("no") and negated is not None and negated.boolean:
            if equals:
                raise IllegalFlagValueError(f"{argument} does not take a value.")
            return negated, "false"
        if flag is not None and flag.boolean and not equals:
            return flag, "true"
        return flag, text if equals else None

    def _validate(self, validators):
        for names, accepts, message in validators:
            if not accepts({name: self._flags[name].value for name in names}):
                given = ", ".join(f"--{name}={self._flags[name].value}" for name in names)
                raise ValidationError(f"flag {given}: {message}")

    def _unknown(self, name):
        return UnrecognizedFlagError(f"Unknown command line flag {name!r}.{self._nearest(name)}")

    def _nearest(self, name):
        near = difflib.get_close_matches(name, self._flags)
        return f" Did you mean {' or '.join(near)}?" if near else ""

    def flag_values_dict(self):
        """Dict from the names of flags to their values."""
        return {name: flag.value for name, flag in self._flags.items()}

    def is_parsed(self):
        """Whether a command line was read."""
        return self._parsed

    def mark_as_parsed(self):
        """Let the defaults be the values, whatever the process's command line is."""
        vars(self)["_parsed"] = True

    def unparse_flags(self):
        """Read the process's command line again when a flag is next asked for."""
        for flag in self._flags.values():
            flag.value, flag.present = flag.default, 0
        vars(self)["_parsed"] = False

    def set_default(self, name, value):
        """Give a flag another default.

        Args:
            name: name of the flag.
            value: the default.
        """
        self[name].set_default(value)

    def main_module_help(self):
        """What `--help` prints of flags."""
        lines = []
        for name, flag in sorted(self._flags.items()):
            text = f"  --{'[no]' if flag.boolean else ''}{name}: {flag.help}"
            lines.extend(textwrap.wrap(text, 80, subsequent_indent="    "))
            if flag.default is not None:
                lines.append(f"    (default: {flag.default!r})")
        return "\n".join(lines)
