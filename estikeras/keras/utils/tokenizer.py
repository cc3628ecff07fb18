"""`keras.preprocessing.text`: words of texts as numbers, in Python, as Keras 2 had it."""

import hashlib
import json
import math
from collections import Counter, OrderedDict, defaultdict

import numpy as np

from estikeras import errors
from estikeras.public import public

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_MODES = ("binary", "count", "freq", "tfidf")


@public("keras.preprocessing.text.text_to_word_sequence")
def text_to_word_sequence(input_text, filters=FILTERS, lower=True, split=" "):
    """The words of a text, a list.

    Args:
        input_text: str.
        filters: characters that separate words, too.
        lower: whether words are made lower case.
        split: what separates words.
    """
    text = input_text.lower() if lower else input_text
    text = text.translate(str.maketrans(dict.fromkeys(filters, split)))
    return [word for word in text.split(split) if word]


@public("keras.preprocessing.text.hashing_trick")
def hashing_trick(
    text, n, hash_function=None, filters=FILTERS, lower=True, split=" ", analyzer=None
):
    """The words of a text as numbers from 1 to n - 1, which several words may share.

    Args:
        text: str.
        n: one more than the greatest number.
        hash_function: function from a word to an int, or `"md5"`; None is Python's `hash`, which
            differs from one process to the next.
        filters: as for `text_to_word_sequence`.
        lower: as for `text_to_word_sequence`.
        split: as for `text_to_word_sequence`.
        analyzer: function that gives the words of a text, in place of `text_to_word_sequence`.
    """
    number = {None: hash, "md5": _md5}.get(hash_function, hash_function)
    words = (
        text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    )
    return [number(word) % (n - 1) + 1 for word in words]


def _md5(word):
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


@public("keras.preprocessing.text.one_hot")
def one_hot(input_text, n, filters=FILTERS, lower=True, split=" ", analyzer=None):
    """`hashing_trick` with Python's `hash`."""
    return hashing_trick(input_text, n, None, filters, lower, split, analyzer)


@public("keras.preprocessing.text.Tokenizer")
class Tokenizer:
    """Numbers words by how often they are in texts: the most frequent one is 1.

    Args:
        num_words: words get numbers below this one; the others are left out. None for all.
        filters: as for `text_to_word_sequence`.
        lower: whether words are made lower case.
        split: what separates words.
        char_level: whether characters are taken for words.
        oov_token: word that stands for those that are left out, with the number 1; or None.
        analyzer: function that gives the words of a text.
        document_count: how many texts were seen before.

    Attributes:
        word_counts: how often each word was seen, in the order in which they came.
        word_docs: in how many texts each word was.
        index_docs: the same, by the words' numbers.
        word_index: the number of each word.
        index_word: the word of each number.
        document_count: how many texts were seen.
    """

    def __init__(
        self,
        num_words=None,
        filters=FILTERS,
        lower=True,
        split=" ",
        char_level=False,
        oov_token=None,
        analyzer=None,
        document_count=0,
    ):
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.document_count = document_count
        self.word_counts = OrderedDict()
        self.word_docs, self.index_docs = defaultdict(int), defaultdict(int)
        self.word_index, self.index_word = {}, {}

    def fit_on_texts(self, texts):
        """Count the words of texts, and number them.

        Args:
            texts: iterable of str, or of lists of words.
        """
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ranked = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        if self.oov_token is not None:
            ranked.insert(0, self.oov_token)
        self.word_index = {word: number for number, word in enumerate(ranked, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences):
        """Count in how many sequences numbers are, for `sequences_to_matrix`.

        Args:
            sequences: list of lists of int.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts):
        """The numbers of the words of texts, a list of lists.

        Args:
            texts: iterable of str, or of lists of words.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        """As `texts_to_sequences`, one after the other."""
        for text in texts:
            yield self._kept(self.word_index.get(word) for word in self._words(text))

    def sequences_to_texts(self, sequences):
        """Texts of the words that have some numbers, a list of str.

        Args:
            sequences: iterable of lists of int.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences):
        """As `sequences_to_texts`, one after the other."""
        for sequence in sequences:
            known = (number if number in self.index_word else None for number in sequence)
            yield " ".join(self.index_word[number] for number in self._kept(known))

    def texts_to_matrix(self, texts, mode="binary"):
        """A row for each text; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """A row for each sequence, with a column for each number.

        Args:
            sequences: list of lists of int.
            mode: `"binary"`, `"count"`, `"freq"` (the part of the sequence) or `"tfidf"`.

        Raises:
            ValueError: before `fit_on_texts`, where it is needed, and for another mode.
        """
        if mode not in _MODES:
            raise errors.invalid("mode", got=mode, expected=f"one of {_MODES}")
        if not self.num_words and not self.word_index:
            raise ValueError("The Tokenizer has no numbers: give `num_words`, or fit it on texts.")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("The Tokenizer has seen no texts: fit it on some for `mode='tfidf'`.")
        columns = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), columns))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, count in Counter(sequence).items():
                if number < columns:
                    row[number] = self._weight(mode, number, count, len(sequence))
        return matrix

    def _weight(self, mode, number, count, length):
        if mode == "tfidf":
            rarity = math.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))
            return (1 + math.log(count)) * rarity
        return {"binary": 1.0, "count": count, "freq": count / length}[mode]

    def _words(self, text):
        if self.char_level or isinstance(text, list):
            whole = [word.lower() for word in text] if isinstance(text, list) else text.lower()
            return whole if self.lower else text
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _kept(self, numbers):
        """Numbers below the limit; what stands for the others and for None, or nothing."""
        rest = self.word_index.get(self.oov_token)
        fitting = (
            n if n and not (self.num_words and n >= self.num_words) else rest for n in numbers
        )
        return [number for number in fitting if number is not None]

    def get_config(self):
        """What it was made with and what it has counted, a dict; the latter as JSON."""
        given = ("num_words", "filters", "lower", "split", "char_level", "oov_token")
        counted = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        return {
            **{name: getattr(self, name) for name in (*given, "document_count")},
            **{name: json.dumps(getattr(self, name)) for name in counted},
        }

    def to_json(self, **kwargs):
        """All of it as JSON, see `tokenizer_from_json`; `kwargs` are those of `json.dumps`."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)


@public("keras.preprocessing.text.tokenizer_from_json")
def tokenizer_from_json(json_string):
    """The Tokenizer that `to_json` has written.

    Args:
        json_string: str.
    """
    config = json.loads(json_string)["config"]
    by_number = {name: json.loads(config.pop(name)) for name in ("index_docs", "index_word")}
    by_word = {
        name: json.loads(config.pop(name)) for name in ("word_counts", "word_docs", "word_index")
    }
    made = Tokenizer(**config)
    made.word_counts = OrderedDict(by_word["word_counts"])
    made.word_docs.update(by_word["word_docs"])
    made.word_index = by_word["word_index"]
    made.index_docs.update({int(k): v for k, v in by_number["index_docs"].items()})
    made.index_word = {int(k): v for k, v in by_number["index_word"].items()}
    return made
