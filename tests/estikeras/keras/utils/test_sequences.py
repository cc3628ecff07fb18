import itertools

import numpy as np
import pytest

from estikeras import keras
from tests.support.oracle import real_keras

SEQUENCES = [
    [[1], [2, 3], [4, 5, 6]],
    [[], [1]],
    [[[1, 2]], [[1, 2], [3, 4]]],
    [np.arange(3.0)],
    [],
]
OPTIONS = [
    dict(zip(("maxlen", "padding", "truncating", "value"), values, strict=True))
    for values in itertools.product([None, 1, 2, 5], ["pre", "post"], ["pre", "post"], [0, 9])
]


@pytest.mark.oracle
@pytest.mark.parametrize("sequences", SEQUENCES, ids=str)
def test_padding_is_that_of_the_real_keras(sequences):
    for options in (o for o in OPTIONS if sequences or o["maxlen"]):
        ours = keras.utils.pad_sequences(sequences, **options)
        real = real_keras().utils.pad_sequences(sequences, **options)
        assert ours.dtype == real.dtype
        np.testing.assert_array_equal(ours, real, err_msg=str(options))


def test_strings_are_padded_as_objects():
    padded = keras.utils.pad_sequences([["a"], ["b", "c"]], dtype=object, value="z")
    assert padded.tolist() == [["z", "a"], ["b", "c"]]
    with pytest.raises(ValueError, match=r"value.*dtype=object"):
        keras.utils.pad_sequences([["a"]], value="z")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"sequences": [1, 2]}, "sequences"),
        ({"sequences": 5}, "sequences"),
        ({"sequences": [[1, 2], [[1, 2], [3, 4]]]}, r"sequences.*\(2,\)"),
        ({"sequences": [[1]], "padding": "x"}, "padding"),
        ({"sequences": [[1]], "truncating": "x"}, "truncating"),
    ],
)
def test_wrong_arguments_are_named(arguments, what):
    with pytest.raises(ValueError, match=what):
        keras.utils.pad_sequences(**arguments)
