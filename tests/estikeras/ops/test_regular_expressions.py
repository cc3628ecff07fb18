"""Regular expressions with the syntax of RE2, which TensorFlow has."""

import pytest

from estikeras import errors
from estikeras.strings import regex_replace

TEXT = "Ab[c]-d_9 &x~y|z\t!é\n\"q'"
REPLACED = {  # pattern -> what TensorFlow 2.15 gives for TEXT where `<>` replaces what matches
    "[[:punct:]]": "Ab<>c<><>d<>9 <>x<>y<>z\t<>é\n<>q<>",
    "[^[:alnum:][:space:]]": "Ab<>c<><>d<>9 <>x<>y<>z\t<><>\n<>q<>",
    "[[:upper:][:digit:]_]": "<>b[c]-d<><> &x~y|z\t!é\n\"q'",
    r"[\w[:punct:]]+": "<> <>\t<>é\n<>",
    "[[:blank:]]": "Ab[c]-d_9<>&x~y|z<>!é\n\"q'",
    "[[(]": "Ab<>c]-d_9 &x~y|z\t!é\n\"q'",
    "[]b]": "A<>[c<>-d_9 &x~y|z\t!é\n\"q'",
    "[&~|]": "Ab[c]-d_9 <>x<>y<>z\t!é\n\"q'",
    "[:punct:]": "Ab[<>]-d_9 &x~y|z\t!é\n\"q'",
    r"[\]\[]": "Ab<>c<>-d_9 &x~y|z\t!é\n\"q'",
}


@pytest.mark.parametrize("pattern", REPLACED)
def test_classes_are_those_of_the_reference(pattern):
    assert regex_replace(TEXT, pattern, "<>").numpy().decode() == REPLACED[pattern]


def test_a_class_of_another_name_is_refused():
    with pytest.raises(errors.InvalidArgumentError, match=r"\[:nope:\].*'alpha'"):
        regex_replace(TEXT, "[[:nope:]]", "")
