"""How often tokens were seen, from which vocabularies are made."""

import collections

import numpy as np


class TokenCounts:
    """Counts of tokens, and of the documents in which they occur."""

    def __init__(self):
        self.tokens, self.documents = collections.Counter(), collections.Counter()
        self.num_documents = 0

    def add(self, documents):
        """Count documents.

        Args:
            documents: list of lists of bytes or int.
        """
        for document in documents:
            self.tokens.update(document)
            self.documents.update(set(document))
        self.num_documents += len(documents)

    def most_common(self, without, limit):
        """The tokens from the most frequent on, those of equal count from the largest on.

        Args:
            without: tokens that are left out.
            limit: int, how many at most, or None.
        """
        counted = [item for item in self.tokens.items() if item[0] not in without]
        counted.sort(key=lambda item: (item[1], item[0]), reverse=True)
        return [token for token, _ in counted[:limit]]

    def inverse_document_frequencies(self, tokens):
        """`log(1 + documents / (1 + documents with the token))` of each token, float64."""
        within = np.array([self.documents[token] for token in tokens], np.float64)
        return np.log(1 + self.num_documents / (1 + within))
