"""GradientTape: records the primitives that are applied and walks back along them with their
gradients.
"""

import contextlib

import numpy as np

from estikeras import errors
from estikeras.engine import context, dtypes, tree
from estikeras.engine.tensor import Tensor, as_tensor, public_operators
from estikeras.engine.variable import Variable
from estikeras.public import public


@public("GradientTape")
class GradientTape:
    """Records operations for automatic differentiation, as a context manager.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: whether trainable variables are watched when they are read.

    Reference: Baydin, Pearlmutter, Radul, Siskind, 2018, Automatic differentiation in machine
        learning: a survey.
    """

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self._recording = False
        self._used = False
        self.reset()

    def reset(self):
        """Forget everything that was recorded."""
        self._entries = []
        self._tracked = {}
        self._reads = {}
        self._used = False

    def __enter__(self):
        context.current.tapes = (*context.current.tapes, self)
        self._recording = True
        return self

    def __exit__(self, *exception):
        context.current.tapes = tuple(tape for tape in context.current.tapes if tape is not self)
        self._recording = False

    @contextlib.contextmanager
    def stop_recording(self):
        """Do not record what runs inside."""
        before, self._recording = self._recording, False
        try:
            yield
        finally:
            self._recording = before

    def watch(self, tensor):
        """Track a tensor or a variable, or several in a structure."""
        for x in tree.flatten(tensor):
            if isinstance(x, Variable):
                self._reads.setdefault(id(x), (x, []))
                x.value  # noqa: B018 (reading it records it)
                continue
            x = as_tensor(x) if not isinstance(x, Tensor) else x
            self._tracked[id(x)] = x

    def tracks(self, tensor):
        """Whether gradients flow to a tensor: it is watched, or depends on what is."""
        return id(tensor) in self._tracked

    def watched_variables(self):
        """The variables that were read or watched, in order."""
        return tuple(variable for variable, _ in self._reads.values())

    def record_read(self, variable, value):
        """Note that `value` was read from `variable`. Called by variables."""
        known = self._reads.get(id(variable))
        if not self._recording or (
            known is None and not (self._watch_variables and variable.trainable)
        ):
            return
        if known is None:
            known = self._reads[id(variable)] = (variable, [])
        if not any(read is value for read in known[1]) and dtypes.is_float(value.dtype):
            known[1].append(value)
            self._tracked[id(value)] = value

    def record(self, primitive, xs, y, params):
        """Note that `primitive` gave `y`. Called by primitives."""
        if primitive.gradient is None or not self._recording:
            return
        if any(id(x) in self._tracked for x in xs):
            self._entries.append((primitive, xs, y, params))
            for output in y if isinstance(y, tuple) else (y,):
                if dtypes.is_float(output.dtype):
                    self._tracked[id(output)] = output

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        """The gradient of the sum of the targets by each source.

        Args:
            target: tensor or structure of tensors.
            sources: tensor, variable or structure of them.
            output_gradients: gradients to begin with, one for each target; None means ones.
            unconnected_gradients: "none" or "zero", what sources get that the target does not
                depend on.

        Returns:
            A structure like `sources` of tensors or None.

        Raises:
            RuntimeError: when a tape that is not persistent is used a second time.
            ValueError: for a wrong `unconnected_gradients`.
        """
        unconnected = str(getattr(unconnected_gradients, "value", unconnected_gradients)).lower()
        if unconnected not in ("none", "zero"):
            raise errors.invalid(
                "unconnected_gradients", got=unconnected_gradients, expected="'none' or 'zero'"
            )
        if self._used and not self._persistent:
            raise RuntimeError(
                "A GradientTape gives gradients once. Make it with "
                "`GradientTape(persistent=True)` to ask again."
            )
        self._used = True
        targets = [t.value if isinstance(t, Variable) else t for t in tree.flatten(target)]
        seeds = (
            tree.flatten(output_gradients)
            if output_gradients is not None
            else [None] * len(targets)
        )
        tapes = context.current.tapes
        with context.scope(
            tapes=tapes if self._persistent else tuple(t for t in tapes if t is not self)
        ):
            grads = self._walk_back(targets, seeds, self._source_ids(sources))
            flat = [self._collect(source, grads, unconnected) for source in tree.flatten(sources)]
        if not self._persistent:
            self._entries = []
        return tree.pack_sequence_as(sources, flat)

    def _source_ids(self, sources):
        ids = set()
        for source in tree.flatten(sources):
            if isinstance(source, Variable):
                ids.update(id(read) for read in self._reads.get(id(source), (None, []))[1])
            elif isinstance(source, Tensor):
                ids.update({id(source)} & self._tracked.keys())
            else:
                raise errors.wrong_type("sources", got=source, expected="tensors and variables")
        return ids

    def _walk_back(self, targets, seeds, needed):
        path = []
        for entry in self._entries:
            _, xs, y, _ = entry
            if any(id(x) in needed for x in xs):
                needed.update(id(output) for output in (y if isinstance(y, tuple) else (y,)))
                path.append(entry)
        grads = {}
        for target, seed in zip(targets, seeds, strict=True):
            if target is not None and id(target) in needed:
                _accumulate(grads, target, _ones_like(target) if seed is None else as_tensor(seed))
        for primitive, xs, y, params in reversed(path):
            if isinstance(y, tuple):
                g = tuple(grads.get(id(output)) for output in y)
                if all(each is None for each in g):
                    continue
            else:
                g = grads.get(id(y))
                if g is None:
                    continue
            for x, gradient in zip(xs, primitive.gradient(g, y, *xs, **params), strict=True):
                if gradient is not None and id(x) in needed:
                    _accumulate(grads, x, gradient)
        return grads

    def _collect(self, source, grads, unconnected):
        reads = (
            self._reads.get(id(source), (None, []))[1] if isinstance(source, Variable) else [source]
        )
        found = [grads[id(read)] for read in reads if id(read) in grads]
        if found:
            total = found[0]
            for more in found[1:]:
                total = total + more
            return total
        if unconnected == "zero":
            return Tensor(np.zeros(source.shape, dtypes.to_numpy(source.dtype)))
        return None

    def jacobian(
        self,
        target,
        sources,
        unconnected_gradients="none",
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """The gradient of each element of `target` by each source, computed element by element.

        Args:
            target: tensor.
            sources: tensor, variable or structure of them.
            unconnected_gradients: as for `gradient`.
            parallel_iterations: kept for the reference's sake; the elements are taken one after
                another.
            experimental_use_pfor: likewise.

        Returns:
            A structure like `sources` of tensors of shape `target.shape + source.shape`, or None.
        """
        rows = []
        persistent, self._persistent = self._persistent, True
        try:
            for i in range(target.size):
                seed = np.zeros(target.size, dtypes.to_numpy(target.dtype))
                seed[i] = 1
                seed = Tensor(seed.reshape(target.shape))
                rows.append(
                    tree.flatten(self.gradient(target, sources, seed, unconnected_gradients))
                )
        finally:
            self._persistent = persistent
        return tree.pack_sequence_as(
            sources, [_stack(column, target.shape) for column in zip(*rows, strict=True)]
        )

    def batch_jacobian(
        self,
        target,
        source,
        unconnected_gradients="none",
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """The jacobian of each row of `target` by the same row of `source`: shape (batch, *target,
        *source).
        """
        full = self.jacobian(target, source, unconnected_gradients)
        if full is None:
            return None
        head = (slice(None),) * (target.ndim - 1)
        return _stack([full[(i, *head, i)] for i in range(target.shape[0])], (target.shape[0],))


def _stack(rows, shape):
    if any(row is None for row in rows):
        return None
    ops = public_operators()
    return ops["reshape"](ops["stack"](list(rows)), (*shape, *rows[0].shape))


def _ones_like(x):
    return Tensor(np.ones(x.shape, dtypes.to_numpy(x.dtype)))


def _accumulate(grads, x, gradient):
    before = grads.get(id(x))
    grads[id(x)] = gradient if before is None else before + gradient
