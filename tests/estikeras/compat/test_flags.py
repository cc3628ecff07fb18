"""Flags: how a command line is read; the facts are those of TensorFlow 2.15 with absl."""

import sys

import pytest

import estikeras.compat.v1 as tf

flags = tf.flags


@pytest.fixture
def defined():
    """Some flags, in the process's FLAGS for the time of a test."""
    FLAGS = flags.FLAGS
    assert not len(FLAGS)
    flags.DEFINE_integer("n", 3, "How many.", lower_bound=1)
    flags.DEFINE_bool("fast", True, "Whether.")
    flags.DEFINE_multi_integer("m", 1, "Several.")
    flags.DEFINE_multi_enum("e", ["a"], ["a", "b"], "Some of two.")
    flags.DEFINE_spaceseplist("words", "x y", "Words.")
    flags.DEFINE_string(flag_name="s", default_value=None, docstring="Text.")
    yield FLAGS
    vars(FLAGS).update(_flags={}, _validators=[], _parsed=False)


DEFAULTS = {"n": 3, "fast": True, "m": [1], "e": ["a"], "words": ["x", "y"], "s": None}


@pytest.mark.parametrize(
    ("line", "values", "rest"),
    [
        ("--n=5 rest --nofast", {"n": 5, "fast": False}, "rest"),
        ("-n 0x10 --m 2 --m=3 --e=b", {"n": 16, "m": [2, 3], "e": ["b"]}, ""),
        ("--x=1 --n=2", {"n": 2}, "--x=1"),
        ("-- --n=5", {}, "-- --n=5"),
        ("--fast=False --nofast --s=", {"fast": False, "s": ""}, ""),
        ("--nn=3 a --n=4", {"n": 4}, "--nn=3 a"),
        ("--fast no --words=", {"words": []}, "no"),
        ("- x --s --fast", {"s": "--fast"}, "- x"),
    ],
)
def test_command_lines_are_read(defined, line, values, rest):
    assert defined(["script", *line.split(" ")], known_only=True) == ["script", *rest.split()]
    assert defined.flag_values_dict() == {**DEFAULTS, **values}


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        ("--n=0", flags.IllegalFlagValueError, "--n=0: expected at least 1"),
        ("--n=a", flags.IllegalFlagValueError, "--n=a: invalid literal"),
        ("--fast=no", flags.IllegalFlagValueError, "true or false"),
        ("--nofast=1", flags.IllegalFlagValueError, "--nofast=1 does not take a value"),
        ("--e=c", flags.IllegalFlagValueError, "one of a, b"),
        ("--fats", flags.UnrecognizedFlagError, "'fats'. Did you mean fast?"),
        ("--s", flags.Error, "Missing value for flag --s"),
    ],
)
def test_wrong_command_lines_say_what_is_wrong(defined, line, error, message):
    with pytest.raises(error, match=message.replace("?", r"\?")):
        defined(["script", line])


def test_the_first_flag_asked_for_reads_the_command_line(defined, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["script", "--n=7"])
    assert not defined.is_parsed()
    assert defined.n == 7 and defined["n"].default == 3
    holder = flags.DEFINE_float("rate", "0.5", "How much.", required=True)
    assert (holder.value, holder.name) == (0.5, "rate")
    with pytest.raises(TypeError, match="value"):
        bool(holder)
    defined.rate = None
    flags.set_default(holder, 0.1)
    assert defined.rate is None
    with pytest.raises(AttributeError, match=r"'ratio'.*rate"):
        _ = defined.ratio
    with pytest.raises(flags.DuplicateFlagError, match="'rate'"):
        flags.DEFINE_float("rate", 1.0, "Again.")


def test_required_flags_need_a_value_which_a_default_is(defined):
    flags.mark_flags_as_required(["n", "s"])
    with pytest.raises(flags.ValidationError, match="--s=None: a value is required"):
        defined(["script"])
    assert defined(["script", "--s=text"]) == ["script"]


def test_validators_see_every_command_line(defined):
    @flags.validator("n", "must be even")
    def even(value):
        return value % 2 == 0

    with pytest.raises(flags.ValidationError, match="--n=5: must be even"):
        defined(["script", "--n=5"])
    assert even(4) and defined(["script", "--n=4"]) == ["script"]
    with pytest.raises(flags.UnrecognizedFlagError, match="'k'"):
        flags.register_validator("k", even)


def test_help_tells_of_all_flags(defined, capsys):
    with pytest.raises(SystemExit):
        tf.app.run(lambda argv: None, ["script", "--help"])
    assert "--[no]fast: Whether.\n    (default: True)\n" in capsys.readouterr().out
