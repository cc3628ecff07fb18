"""The vocabulary of a layer: how it is given, learnt, told, saved and loaded. Knows no calls."""

import numpy as np

from estikeras import errors, ops, settings
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.engine.variable import Variable
from estikeras.keras.layers import tracking
from estikeras.keras.layers.preprocessing import data_layer, vocabulary_file
from estikeras.keras.layers.preprocessing.token_counts import TokenCounts
from estikeras.ops import lookup

# What the table gives for entries without an index.
MASKED, UNKNOWN = -1, -2


class VocabularyLayer(data_layer.DataLayer):
    """What `IndexLookup` is, without its calls; its attributes are set there."""

    def get_vocabulary(self, include_special_tokens=True):
        """The entries in the order of their indices.

        Args:
            include_special_tokens: whether the mask and what stands for other entries are among
                them.

        Returns:
            A list of str or int.
        """
        entries = [self._shown(token) for token in self._tokens]
        return [*self._special_tokens(), *entries] if include_special_tokens else entries

    def vocabulary_size(self):
        """The number of entries, special ones among them."""
        return self._token_start + len(self._tokens)

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Set the entries, in place of those that are there.

        Args:
            vocabulary: list, array or tensor, with the special entries at its beginning or without
                them; or the path of a text file with an entry a line.
            idf_weights: floats, one an entry, for "tf_idf".

        Raises:
            ValueError: if an entry is there twice, a special one is elsewhere, there are too many,
                none, or the weights do not fit.
            RuntimeError: if the size of the outputs would change.
        """
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            raise errors.invalid(
                "idf_weights",
                got=idf_weights,
                expected="floats with `output_mode='tf_idf'`, and None without",
            )
        if isinstance(vocabulary, str):
            if self.output_mode == "tf_idf":
                raise errors.invalid(
                    "vocabulary", got=vocabulary, expected="a list, as `output_mode` is 'tf_idf'"
                )
            # As in the reference, every line is an entry of its own, special or not.
            entries, has_special = vocabulary_file.read_lines(vocabulary), False
        else:
            entries = plain(vocabulary)
            special = [None if t is None else self._key(t) for t in self._special_tokens()]
            has_special = [*map(self._key, entries[: len(special)])] == special
        if not entries:
            raise errors.invalid("vocabulary", got=vocabulary, expected="at least one entry")
        tokens = [self._key(entry) for entry in entries]
        tokens = tokens[self._token_start :] if has_special else tokens
        self._check_tokens(tokens, special_too=not isinstance(vocabulary, str))
        if idf_weights is not None:
            idf_weights = self._padded_weights(idf_weights, len(entries), has_special)
        self._set_tokens(tokens)
        self._record_size()
        if idf_weights is not None:
            self._set_weights(idf_weights)

    def _check_tokens(self, tokens, special_too):
        if len(set(tokens)) < len(tokens):
            seen = set()
            twice = [t for t in tokens if t in seen or seen.add(t)]
            raise errors.invalid("vocabulary", got=twice[:5], expected="entries that differ")
        reserved = [self.mask_token, self.oov_token if self.invert else None]
        for token in reserved if special_too else ():
            if token is not None and self._key(token) in tokens:
                raise errors.invalid(
                    "vocabulary",
                    got=f"{token!r} among the entries",
                    expected="special entries left out, or all at the beginning: "
                    f"{self._special_tokens()}",
                )
        self._check_size(self._token_start + len(tokens))
        if self.max_tokens is not None and self._token_start + len(tokens) > self.max_tokens:
            raise errors.invalid(
                "vocabulary",
                got=f"{self._token_start + len(tokens)} entries, special ones among them",
                expected=f"at most `max_tokens={self.max_tokens}`",
            )

    def _padded_weights(self, weights, count, has_special):
        weights = np.asarray(plain(weights), settings.floatx())
        if weights.shape != (count,):
            raise errors.shape_mismatch("idf_weights", got=weights.shape, expected=(count,))
        front = 0 if has_special else self._token_start
        return self._padded(weights, front)

    @tracking.untracked
    def _set_tokens(self, tokens):
        self._tokens, self._has_vocabulary = tokens, True
        indices = range(self._token_start, self._token_start + len(tokens))
        mask = None if self.mask_token is None else self._key(self.mask_token)
        keys, values = (indices, tokens) if self.invert else (tokens, indices)
        entries = dict(zip(keys, values, strict=True))
        if mask is not None and self.invert:
            entries[0] = mask
        elif mask is not None:
            entries[mask] = 0 if self._has_mask_index else MASKED
        self._table.set(entries)

    def _new_table(self):
        if self.invert:
            return lookup.Table(self._key(self.oov_token), "int64", self.vocabulary_dtype)
        default = {0: None, 1: self._oov_start}.get(self.num_oov_indices, UNKNOWN)
        return lookup.Table(default, self.vocabulary_dtype)

    @tracking.untracked
    def _set_weights(self, weights):
        """Set the weights of all entries, in the variable that programs read if it fits."""
        if self.idf_weights is not None and self.idf_weights.shape == weights.shape:
            self.idf_weights.assign(weights)
        else:
            dtype = settings.floatx()
            self.idf_weights = Variable(weights, dtype=dtype, trainable=False, name="idf_weights")

    def _key(self, entry):
        """An entry as the table has it: bytes or an int."""
        raise NotImplementedError

    def _shown(self, key):
        """The entry of a key, as users see it."""
        raise NotImplementedError

    @property
    def _has_mask_index(self):
        return self.mask_token is not None and self.output_mode == "int"

    @property
    def _oov_start(self):
        return 1 if self._has_mask_index else 0

    @property
    def _token_start(self):
        return self._oov_start + self.num_oov_indices

    def _special_tokens(self):
        return [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices

    def _record_size(self):
        self._check_size(self.vocabulary_size())
        self._frozen_size = self.vocabulary_size()

    def _check_size(self, size):
        if self.output_mode == "int" or self.pad_to_max_tokens:
            return
        if self._frozen_size not in (None, size):
            raise RuntimeError(
                f"The vocabulary of {self.name!r} cannot grow or shrink from {self._frozen_size} "
                f"entries to {size}, since its outputs have that size. Make a new layer, or set "
                "`pad_to_max_tokens=True`."
            )

    @property
    def depth(self):
        """The size of the outputs that are vectors; None as long as it is not known."""
        return self.max_tokens if self.pad_to_max_tokens else self._frozen_size

    # Learning

    def adapt(self, data, steps=None):
        """Learn the vocabulary: entries by how often they occur, the most frequent first.

        Args:
            data: an array, list or tensor whose first axis is the samples, or an iterable of
                batches.
            steps: int, how many batches to take, or None for all.
        """
        self.reset_state()
        if data_layer.is_whole(data, lists=True):
            data = data_layer.as_tensor(data)
            self.update_state(ops.expand_dims(data, -1) if data.ndim == 1 else data)
        else:
            for batch in data_layer.first(data, steps):
                self.update_state(batch)
        self.finalize_state()

    def update_state(self, data):
        """Count a batch.

        Args:
            data: strings or integers; a vector or single one is one document, else rows are.
        """
        data = self._as_keys(data_layer.as_tensor(data)).value
        self.count(data.reshape(len(data) if data.ndim > 1 else 1, -1).tolist())

    def count(self, documents):
        """Count the tokens of documents.

        Args:
            documents: list of lists of bytes or int.
        """
        if self._has_input_vocabulary:
            raise ValueError(
                f"The vocabulary of {self.name!r} was given to it, so it cannot be learnt. Make "
                "the layer without `vocabulary` to learn it by `adapt`."
            )
        self._counts.add(documents)

    def finalize_state(self):
        """Make the vocabulary of what was counted."""
        if self._counts.tokens:
            limit = None if self.max_tokens is None else max(self.max_tokens - self._token_start, 0)
            special = {self._key(t) for t in (self.mask_token, self.oov_token) if t is not None}
            tokens = self._counts.most_common(special, limit)
            self._check_size(self._token_start + len(tokens))
            self._set_tokens(tokens)
            if self.output_mode == "tf_idf":
                weights = self._counts.inverse_document_frequencies(tokens)
                weights = weights.astype(settings.floatx())
                self._set_weights(self._padded(weights, self._token_start))
            self.reset_state()
        self._record_size()

    def reset_state(self):
        """Forget what was counted."""
        self._counts = TokenCounts()

    def _padded(self, weights, front):
        """The weights of all entries: those of special ones are the mean, those of padding 0."""
        mean = weights.mean() if weights.size else 0
        total = self.max_tokens if self.pad_to_max_tokens else front + len(weights)
        padding = (front, total - front - len(weights))
        return np.pad(weights, padding, constant_values=(mean, 0))

    # Files

    def save_own_variables(self, store):
        if self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights.numpy()

    def load_own_variables(self, store):
        if self.output_mode == "tf_idf" and "idf_weights" in store:
            self._set_weights(np.asarray(store["idf_weights"], settings.floatx()))

    def save_assets(self, folder):
        """Write the vocabulary, unless the config has it.

        Args:
            folder: path of a folder.
        """
        if self.input_vocabulary is None:
            vocabulary_file.save(folder, self.get_vocabulary())

    def load_assets(self, folder):
        """Read what `save_assets` wrote.

        Args:
            folder: path of a folder.
        """
        if self.input_vocabulary is None:
            entries = vocabulary_file.load(folder)[self._token_start :]
            if entries:
                self._set_tokens([self._key(entry) for entry in entries])
                self._record_size()


def plain(values):
    """A list of what may be a tensor, array, tuple or list; None stays."""
    if values is None or isinstance(values, str):
        return values
    if isinstance(values, Tensor) or hasattr(values, "__tensor__"):
        values = as_tensor(values).value
    values = values.tolist() if hasattr(values, "tolist") else list(values)
    return [value.decode() if isinstance(value, bytes) else value for value in values]
