"""News of Reuters as word indices in 46 topics, from Keras's cache folder or a download."""

from estikeras.keras.datasets import sequences
from estikeras.keras.datasets.reading import read_npz, shuffled, split
from estikeras.keras.datasets.source import TF_KERAS_DATASETS, Source
from estikeras.public import public

SOURCE = Source(
    "reuters.npz",
    TF_KERAS_DATASETS + "reuters.npz",
    "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
)
WORD_INDEX = Source(
    "reuters_word_index.json",
    TF_KERAS_DATASETS + "reuters_word_index.json",
    "4d44cc38712099c9e383dc6e5f11a921",
)
_TOPICS = """
cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship
cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin
strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr
gas silver wpi hog lead
"""


@public("keras.datasets.reuters.load_data")
def load_data(
    path="reuters.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    test_split=0.2,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
):
    """Load 11,228 pieces of news in 46 topics.

    Args:
        path: the file's name below the folder `datasets` of Keras's home.
        num_words: keep words below this index; None keeps all.
        skip_top: drop words below this index, the most frequent ones.
        maxlen: keep pieces of fewer words than this, the start included; None keeps all.
        test_split: the part of the pieces that is for testing, from 0 to below 1.
        seed: of the shuffling before the split.
        start_char: index that begins every piece, or None for no such index.
        oov_char: index in place of a dropped word, or None to leave it out.
        index_from: added to every word's rank.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists of word indices, and topics
        `(samples,)`, indices into `get_label_names()`.

    Raises:
        ValueError: if `maxlen` leaves nothing, or for a `test_split` outside of its range.
        OSError: if the file is damaged, or neither there nor to be downloaded.

    Reference: D. Lewis, 1997, Reuters-21578 text categorization test collection.
    """
    x, y = shuffled(seed, *read_npz(SOURCE.fetch(path), ("x", "y")))
    x = sequences.shifted(x, start_char, index_from)
    x, y = sequences.shorter_than(maxlen, x, y)
    x = sequences.limited(x, num_words, skip_top, oov_char)
    return split(sequences.as_array(x), y, test_split)


@public("keras.datasets.reuters.get_word_index")
def get_word_index(path="reuters_word_index.json"):
    """The dictionary from words to their rank, beginning with 1; `load_data` adds `index_from`.

    Args:
        path: the file's name below the folder `datasets` of Keras's home.

    Raises:
        OSError: if the file is damaged, or neither there nor to be downloaded.
    """
    return sequences.read_word_index(WORD_INDEX.fetch(path))


@public("keras.datasets.reuters.get_label_names")
def get_label_names():
    """The names of the 46 topics, in the order of the labels."""
    return tuple(_TOPICS.split())
