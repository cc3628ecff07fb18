"""Reviews and news as sequences of word indices: what imdb and reuters have in common.

Words are ranked by frequency; a few indices below `index_from` have a meaning of their own.
"""

import json

import numpy as np

from estikeras import errors
from estikeras.keras.datasets.reading import damaged_files_named


def shifted(sequences, start_char, index_from):
    """Every index raised by `index_from`, behind `start_char` if there is one."""
    start = [] if start_char is None else [start_char]
    shift = index_from or 0
    return [start + [word + shift for word in sequence] for sequence in sequences]


def shorter_than(maxlen, sequences, labels):
    """The sequences of fewer than `maxlen` words, with their labels; all where it is None."""
    if not maxlen:
        return sequences, labels
    kept = [i for i, sequence in enumerate(sequences) if len(sequence) < maxlen]
    if not kept:
        expected = f"more than {min(map(len, sequences))} words, the shortest sequence"
        raise errors.invalid("maxlen", got=maxlen, expected=expected)
    return [sequences[i] for i in kept], labels[kept]


def limited(sequences, num_words, skip_top, oov_char):
    """Words outside of `skip_top <= word < num_words` become `oov_char`, or go if it is None."""
    if not num_words:
        num_words = max(max(sequence) for sequence in sequences)
    if oov_char is None:
        return [[w for w in s if skip_top <= w < num_words] for s in sequences]
    return [[w if skip_top <= w < num_words else oov_char for w in s] for s in sequences]


def as_array(sequences):
    """A one-dimensional array whose elements are lists."""
    array = np.empty(len(sequences), dtype=object)
    array[:] = sequences
    return array


def read_word_index(path):
    """The dictionary word -> rank in a JSON file."""
    with damaged_files_named(path):
        return json.loads(path.read_text(encoding="utf-8"))
