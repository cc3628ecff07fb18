"""Pairs of words that are near to each other, and others, of which embeddings are learned. [1]

[1]: Mikolov, Sutskever, Chen, Corrado, Dean, 2013, Distributed representations of words and phrases
and their compositionality, sections 2.2 and 2.3.
"""

import random

import numpy as np

from estikeras.public import public

_EULER = 0.577


@public("keras.preprocessing.sequence.make_sampling_table")
def make_sampling_table(size, sampling_factor=1e-5):
    """With what probability a word is taken, by its rank, if the frequencies follow Zipf's law.

    Args:
        size: how many words there are.
        sampling_factor: the frequency from which on words are taken less often.

    Returns:
        Array (size,) float64.
    """
    rank = np.maximum(np.arange(size), 1)
    harmonic = rank * (np.log(rank) + _EULER) + 0.5 - 1.0 / (12.0 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * harmonic))


@public("keras.preprocessing.sequence.skipgrams")
def skipgrams(
    sequence,
    vocabulary_size,
    window_size=4,
    negative_samples=1.0,
    shuffle=True,
    categorical=False,
    sampling_table=None,
    seed=None,
):
    """Pairs of words of a sequence that are near to each other, and pairs with any word.

    Args:
        sequence: list of int, in which 0 is no word.
        vocabulary_size: one more than the greatest number of a word.
        window_size: how far apart two words are at most.
        negative_samples: how many pairs with any word there are for one that is near.
        shuffle: whether the pairs are put in random order.
        categorical: whether labels are `[0, 1]` and `[1, 0]`, not 1 and 0.
        sampling_table: array of the probabilities with which words are taken, or None.
        seed: int of the random order, or None.

    Returns:
        A list of pairs, as lists, and a list of their labels.
    """
    near = []
    for place, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        first = max(0, place - window_size)
        window = sequence[first : place + window_size + 1]
        others = (other for k, other in enumerate(window, first) if k != place and other)
        near.extend([word, other] for other in others)
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    couples, labels = list(near), [yes] * len(near)
    if negative_samples > 0:
        count = int(len(near) * negative_samples)
        words = [word for word, _ in near]
        random.shuffle(words)
        couples += [
            [words[k % len(words)], random.randint(1, vocabulary_size - 1)] for k in range(count)
        ]
        labels += [no] * count
    if shuffle:
        seed = random.randint(0, 10**7) if seed is None else seed
        for items in (couples, labels):
            random.Random(seed).shuffle(items)
    return couples, labels
