"""Words as numbers; the expected values are those of Keras 2.15."""

import json
import math
import random

import numpy as np
import pytest

from estikeras.keras.preprocessing import sequence, text

TEXTS = ["The cat sat on the mat.", "A dog; the dog\tsat!", ["Cat", "dog"]]


def fitted(**options):
    made = text.Tokenizer(**options)
    made.fit_on_texts(TEXTS)
    return made


def test_words_are_what_is_between_filtered_characters():
    split = text.text_to_word_sequence
    assert split("Hello,  World!") == ["hello", "world"]
    assert split("a-B_c", filters="-", lower=False) == ["a", "B_c"]
    assert split("one|two", filters="", split="|") == ["one", "two"]


def test_words_are_numbered_by_how_frequent_they_are():
    made = fitted()
    order = ["the", "dog", "cat", "sat", "on", "mat", "a"]
    assert made.word_index == {word: k for k, word in enumerate(order, 1)}
    assert list(made.word_counts.items())[:3] == [("the", 3), ("cat", 2), ("sat", 2)]
    assert (made.word_docs["dog"], made.index_docs[2], made.document_count) == (2, 2, 3)
    assert made.texts_to_sequences(["The bird sat", ["DOG"]]) == [[1, 4], [2]]
    assert made.sequences_to_texts([[1, 99, 2]]) == ["the dog"]


@pytest.mark.parametrize(
    ("options", "sequences", "texts"),
    [
        ({"num_words": 3}, [[1, 1], [2]], ["the the", "dog"]),
        ({"oov_token": "?"}, [[2, 1, 2], [3, 5]], ["the ? the", "dog sat"]),
        ({"num_words": 4, "oov_token": "?"}, [[2, 1, 2], [3, 1]], ["the ? the", "dog ?"]),
    ],
)
def test_words_that_are_left_out_have_a_number_if_it_was_wanted(options, sequences, texts):
    made = fitted(**options)
    assert made.texts_to_sequences(["the bird the", "dog sat"]) == sequences
    assert made.sequences_to_texts(sequences) == texts


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("binary", [0, 1, 1, 0]),
        ("count", [0, 2, 1, 0]),
        ("freq", [0, 2 / 3, 1 / 3, 0]),
        ("tfidf", [0, (1 + math.log(2)) * math.log(2), math.log(2), 0]),
    ],
)
def test_texts_become_rows_of_a_matrix(mode, row):
    matrix = fitted(num_words=4).texts_to_matrix(["the the dog sat", ""], mode)
    assert matrix.dtype == np.float64
    np.testing.assert_allclose(matrix, [np.float64(row), [0] * 4], rtol=1e-12)


def test_matrices_need_numbers_and_a_mode():
    with pytest.raises(ValueError, match="num_words"):
        text.Tokenizer().sequences_to_matrix([[1]])
    with pytest.raises(ValueError, match="tfidf"):
        text.Tokenizer(3).sequences_to_matrix([[1]], "tfidf")
    with pytest.raises(ValueError, match=r"mode.*'binary'"):
        text.Tokenizer(3).sequences_to_matrix([[1]], "sum")
    made = text.Tokenizer(4)
    made.fit_on_sequences([[1, 2], [1, 1]])
    assert (made.index_docs[1], made.document_count) == (2, 2)


def test_characters_and_analyzers_give_words_too():
    letters = text.Tokenizer(char_level=True)
    letters.fit_on_texts(["Abca"])
    assert letters.word_index == {"a": 1, "b": 2, "c": 3}
    pairs = text.Tokenizer(analyzer=lambda words: words.split("+"))
    pairs.fit_on_texts(["x y+z"])
    assert pairs.word_index == {"x y": 1, "z": 2}


def test_tokenizers_are_kept_as_json():
    made = fitted(num_words=5, oov_token="?")
    loaded = text.tokenizer_from_json(made.to_json(indent=1))
    assert json.loads(loaded.to_json()) == json.loads(made.to_json())
    assert loaded.texts_to_sequences(["the bird"]) == made.texts_to_sequences(["the bird"])
    assert loaded.index_word[2] == "the" and loaded.index_docs == made.index_docs


def test_words_are_hashed():
    assert text.hashing_trick("The cat, the dog", 50, "md5") == [43, 32, 43, 2]
    assert text.hashing_trick("ab abc", 9, len) == [3, 4]
    same = text.one_hot("same same other", 10)
    assert same[0] == same[1] and all(1 <= number < 10 for number in same)


def test_pairs_of_words_are_near_or_any():
    couples, labels = sequence.skipgrams([1, 2, 0, 3], 5, window_size=1, shuffle=False)
    assert couples[:2] == [[1, 2], [2, 1]] and labels == [1, 1, 0, 0]
    assert all(word in (1, 2) and 1 <= other < 5 for word, other in couples[2:])
    one = sequence.skipgrams(range(8), 8, seed=3, categorical=True, negative_samples=0)
    assert one == sequence.skipgrams(range(8), 8, seed=3, categorical=True, negative_samples=0)
    assert one[1] == [[0, 1]] * len(one[0]) and len(one[0]) == 2 * (6 + 5 + 4 + 3)
    random.seed(0)
    none = sequence.skipgrams([1, 2, 3], 4, sampling_table=np.zeros(4))
    assert none == ([], [])


def test_frequent_words_are_taken_less_often():
    table = sequence.make_sampling_table(4)
    np.testing.assert_allclose(table, [0.00315225, 0.00315225, 0.00547597, 0.00741556], rtol=1e-5)
    assert sequence.make_sampling_table(10**6)[-1] == 1.0
