"""Film reviews as word indices, good or bad, from Keras's cache folder or a download."""

import numpy as np

from estikeras.keras.datasets import sequences
from estikeras.keras.datasets.reading import read_npz, shuffled
from estikeras.keras.datasets.source import TF_KERAS_DATASETS, Source
from estikeras.public import public

SOURCE = Source(
    "imdb.npz",
    TF_KERAS_DATASETS + "imdb.npz",
    "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
)
WORD_INDEX = Source(
    "imdb_word_index.json",
    TF_KERAS_DATASETS + "imdb_word_index.json",
    "bfafd718b763782e994055a2d397834f",
)


@public("keras.datasets.imdb.load_data")
def load_data(
    path="imdb.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
):
    """Load 25,000 film reviews for training and 25,000 for testing.

    Args:
        path: the file's name below the folder `datasets` of Keras's home.
        num_words: keep words below this index; None keeps all.
        skip_top: drop words below this index, the most frequent ones.
        maxlen: keep reviews of fewer words than this, the start included; None keeps all.
        seed: of the shuffling.
        start_char: index that begins every review, or None for no such index.
        oov_char: index in place of a dropped word, or None to leave it out.
        index_from: added to every word's rank.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists of word indices, and labels
        `(samples,)`, 1 for a good review.

    Raises:
        ValueError: if `maxlen` leaves no review.
        OSError: if the file is damaged, or neither there nor to be downloaded.

    Reference: A. Maas et al., 2011, Learning Word Vectors for Sentiment Analysis.
    """
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = read_npz(SOURCE.fetch(path), names)
    parts, state = [], np.random.RandomState(seed)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        x, y = shuffled(state, x, y)
        x = sequences.shifted(x, start_char, index_from)
        parts.append(sequences.shorter_than(maxlen, x, y))
    (x_train, y_train), (x_test, y_test) = parts
    both = sequences.limited(x_train + x_test, num_words, skip_top, oov_char)
    x_train, x_test = both[: len(x_train)], both[len(x_train) :]
    return (sequences.as_array(x_train), y_train), (sequences.as_array(x_test), y_test)


@public("keras.datasets.imdb.get_word_index")
def get_word_index(path="imdb_word_index.json"):
    """The dictionary from words to their rank, beginning with 1; `load_data` adds `index_from`.

    Args:
        path: the file's name below the folder `datasets` of Keras's home.

    Raises:
        OSError: if the file is damaged, or neither there nor to be downloaded.
    """
    return sequences.read_word_index(WORD_INDEX.fetch(path))
