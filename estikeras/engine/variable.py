"""Variables: state with a name, in a buffer whose address stays the same from step to step."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import context, dtypes, naming, tensor
from estikeras.engine.tensor import Tensor, as_tensor, with_operators
from estikeras.public import public
from strategies import context as replicas

ALIGNMENT = 64


def aligned_empty(shape, dtype):
    """An uninitialised array that begins at a multiple of 64 bytes."""
    dtype = np.dtype(dtype)
    size_bytes = math.prod(shape) * dtype.itemsize
    raw = np.empty(size_bytes + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size_bytes].view(dtype).reshape(shape)


def aligned_copy(array):
    """A C-contiguous copy that begins at a multiple of 64 bytes."""
    copy = aligned_empty(array.shape, array.dtype)
    copy[...] = array
    return copy


@with_operators
@public("keras.Variable", "Variable")
class Variable:
    """State that layers, optimizers and metrics keep; it acts as a tensor in every op.

    Args:
        initializer: the first value, or a callable `(shape, dtype=...)` that gives it.
        shape: tuple of int, needed with a callable.
        dtype: name of a dtype; None takes the value's, or floatx with a callable.
        trainable: whether tapes watch it and optimizers train it.
        autocast: whether layers may read it in their compute dtype.
        aggregation: how replicas combine their values: "none", "mean", "sum" or
            "only_first_replica".
        synchronization: "on_write" for what is kept equal on all replicas like a weight, such as an
            optimizer's variables; "on_read" for what each replica adds to; "auto".
        name: without slashes; None makes one up.

    Attributes:
        equal_on_ranks: whether the ranks of a strategy were given one value for it.

    Raises:
        ValueError: for a wrong name, aggregation or shape.
    """

    __array_priority__ = Tensor.__array_priority__

    def __init__(
        self,
        initializer,
        shape=None,
        dtype=None,
        trainable=True,
        autocast=True,
        aggregation="none",
        synchronization="auto",
        name=None,
        **kwargs,
    ):
        if kwargs:
            raise TypeError(f"Variable() has no argument {next(iter(kwargs))!r}.")
        name = name or naming.auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise errors.invalid("name", got=name, expected="a string without `/`")
        aggregation = (
            "none"
            if aggregation is None
            else str(getattr(aggregation, "value", aggregation)).lower()
        )
        if aggregation not in ("none", "mean", "sum", "only_first_replica"):
            raise errors.invalid(
                "aggregation",
                got=aggregation,
                expected="'none', 'mean', 'sum' or 'only_first_replica'",
            )
        self._name = name
        path = context.current_path()
        path = f"{path}/{name}" if path else name
        store = context.current.variables
        if store is not None:
            path = store.unique(path)
            store.made.append(self)
            known = store.find(path, shape)
            if known is not None:
                self.__dict__ = known.__dict__  # one state, whichever trace asks for it
                return
        self._path = path
        self._trainable = bool(trainable)
        self._autocast = bool(autocast)
        self._aggregation = aggregation
        self._synchronization = synchronization
        self.regularizer = None
        self.constraint = None
        self.overwrite_with_gradient = False
        value = self._first_value(initializer, shape, dtype)
        if value.dtype == "string":
            raise errors.unsupported("A variable of strings", "Keep numbers, or a constant tensor.")
        self._dtype = value.dtype
        self._shape = value.shape
        self._read = None
        self._buffer = self._begin(value.value)
        if store is not None:
            store.add(path, self)

    def _begin(self, array):
        """Memory with the first value: in a strategy's scope the chief's, on all ranks."""
        strategy = replicas.get_strategy() if replicas.has_strategy() else None
        self.equal_on_ranks = strategy is not None
        mirrored = self._trainable or self._synchronization == "on_write"
        if strategy is not None and strategy.shard_update and mirrored:
            memory = strategy.communicator.shared_array(array.nbytes)
            buffer = memory.view(array.dtype).reshape(array.shape)
            if strategy.cluster.local_rank == 0:
                buffer[...] = array
            strategy.communicator.barrier()
        else:
            buffer = aligned_copy(array)
        if strategy is not None:
            strategy.synchronize([(self._path, buffer)], "the variable that is made")
        return buffer

    def _first_value(self, initializer, shape, dtype):
        trace = context.current.trace
        with context.init_scope(), context.scope(autocast=None):
            if callable(initializer):
                if shape is None:
                    raise errors.invalid(
                        "shape", got=None, expected="a shape, since the initializer is a callable"
                    )
                if any(size is None for size in shape):
                    raise errors.invalid(
                        "shape", got=shape, expected="a shape in which all sizes are known"
                    )
                dtype = dtypes.standardize(dtype)
                value = as_tensor(initializer(tuple(shape), dtype=dtype))
            else:
                value = as_tensor(initializer)
                dtype = value.dtype if dtype is None else dtypes.standardize(dtype)
        if trace is not None and isinstance(value, tensor.TracedTensor):
            value = trace.first_value(value)
        if shape is not None and tuple(shape) != value.shape:
            raise errors.shape_mismatch("initializer", got=value.shape, expected=shape)
        return value if value.dtype == dtype else Tensor(value.value.astype(dtypes.to_numpy(dtype)))

    @property
    def identity(self):
        """A number that is the same for all objects of one state, such as those that the traces of
        a model function make, and another one for all others.
        """
        return id(self.__dict__)

    @property
    def buffer(self):
        """The array that holds the value; whoever writes to it calls `before_write` first."""
        return self._buffer

    def before_write(self):
        """Let tensors that were read from the buffer keep their value."""
        if self._read is not None:
            tensor.release(self._read)
            self._read = None

    @property
    def value(self):
        """The current value, a tensor (in the compute dtype inside a layer that autocasts)."""
        now = context.current
        if now.trace is not None:
            read = now.trace.read(self)
        else:
            read = self._read() if self._read is not None else None
            if read is None:
                read, self._read = tensor.share(self._buffer)
        for tape in now.tapes:
            tape.record_read(self, read)
        if (
            now.autocast is not None
            and self._autocast
            and now.autocast != self._dtype
            and dtypes.is_float(self._dtype)
        ):
            return tensor.public_operators()["cast"](read, now.autocast)
        return read

    def __tensor__(self):
        return self.value

    def read_value(self):
        return self.value

    def assign(self, value, read_value=True):
        """Set the value.

        Args:
            value: tensor, array or number that has the variable's shape or is broadcast to it from
                a scalar.
            read_value: kept for the reference's sake.

        Returns:
            The variable.

        Raises:
            ValueError: when the shapes differ.
        """
        value = as_tensor(value)
        if value.shape != self._shape:
            raise errors.shape_mismatch(
                "value",
                got=value.shape,
                expected=self._shape,
                hint=f"It is assigned to the variable {self._path!r}.",
            )
        if self._is_aggregated():
            value = tensor.public_operators()["aggregated"](self, value)
        return self._write(value)

    def _is_aggregated(self):
        return self._aggregation != "none" and replicas.replica() is not None

    def _write(self, value):
        if value.dtype != self._dtype:
            value = tensor.public_operators()["cast"](value, self._dtype)
        if context.current.trace is not None:
            if (
                context.current.tapes
            ):  # what is read later is the variable's, not how its value came about
                value = tensor.public_operators()["stop_gradient"](value)
            context.current.trace.write(self, value)
        else:
            array = value.value
            self.before_write()
            self._buffer[...] = array
        return self

    def assign_add(self, value, read_value=True):
        """Add to the value."""
        if self._is_aggregated():
            change = tensor.public_operators()["aggregated_change"](self, value)
            return self._write(self.value + change)
        return self.assign(self.value + value)

    def assign_sub(self, value, read_value=True):
        """Subtract from the value."""
        if self._is_aggregated():
            change = tensor.public_operators()["aggregated_change"](self, value)
            return self._write(self.value - change)
        return self.assign(self.value - value)

    def numpy(self):
        """A copy of the value as a NumPy array."""
        return self.value.numpy()

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.value.numpy(), dtype=dtype)

    @property
    def name(self):
        """What it was called; in a model function its path and `:0`, as graphs of TensorFlow have
        it.
        """
        trace = context.current.trace
        return self._name if trace is None else trace.name_of(self)

    @property
    def path(self):
        return self._path

    @property
    def shape(self):
        return self._shape

    @property
    def dtype(self):
        now = context.current.autocast
        if now is not None and self._autocast and dtypes.is_float(self._dtype):
            return dtypes.DType(now)
        return self._dtype

    @property
    def ndim(self):
        return len(self._shape)

    @property
    def size(self):
        return math.prod(self._shape)

    @property
    def trainable(self):
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)

    @property
    def autocast(self):
        return self._autocast

    @property
    def aggregation(self):
        return self._aggregation

    @property
    def synchronization(self):
        return self._synchronization

    def __bool__(self):
        return bool(self.value)

    def __int__(self):
        return int(self.value)

    def __float__(self):
        return float(self.value)

    def __len__(self):
        return len(self.value)

    def __iter__(self):
        return iter(self.value)

    def __hash__(self):
        return id(self)

    def __repr__(self):
        kind = f"path={self._path}, shape={self._shape}, dtype={self._dtype}"
        return f"<Variable {kind}, value={self._buffer!r}>"

    def __deepcopy__(self, memo):
        twin = self.__class__.__new__(self.__class__)
        twin.__dict__.update(self.__dict__)
        twin._buffer = aligned_copy(self._buffer)
        twin._read = None
        memo[id(self)] = twin
        return twin

    def __getstate__(self):
        return {**self.__dict__, "_read": None, "_buffer": self._buffer.copy()}

    def __setstate__(self, state):
        self.__dict__.update(state, _buffer=aligned_copy(state["_buffer"]))


class Piece(Variable):
    """Some elements of another variable, flattened, in the same memory.

    Args:
        whole: the other variable.
        start: number of the first element.
        stop: number of the first element after it.
    """

    def __init__(self, whole, start, stop):
        vars(self).update(vars(whole))
        self._whole = whole
        self._buffer = whole.buffer.reshape(-1)[start:stop]
        self._shape, self._read = self._buffer.shape, None

    def before_write(self):
        super().before_write()
        self._whole.before_write()
