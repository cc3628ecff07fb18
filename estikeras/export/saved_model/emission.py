"""From steps to TensorFlow's nodes: what the functions of the tables `ops_*` write with.

Such a function takes an Emission, the Values of the inputs and the primitive's parameters, and
gives a Value for each output; None for one that only gradients read.
"""

from collections import namedtuple
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.engine.dtypes import DType, from_numpy
from estikeras.export.saved_model import sizes
from estikeras.export.saved_model.building import RESOURCE, Value
from estikeras.export.saved_model.pairing import is_known

# A file that is copied: its name in the folder of assets, and the Value of that name.
Asset = namedtuple("Asset", ["name", "value"])
_STRING = DType("string")


def entering(table):
    """The decorator that enters a function into a table.

    Args:
        table: dict from names of primitives to functions, as `Emission` takes it.

    Returns:
        A function of names of primitives that gives the decorator.
    """

    def emits(*names):
        def enter(function):
            for name in names:
                table[name] = function
            return function

        return enter

    return emits


class Emission:
    """Writes the nodes of steps, one after the other.

    Args:
        table: dict from names of primitives to functions that write them.
        nodes: a Nodes.
        library: the repeated field of FunctionDefs that the graph uses.
        assets: dict from Tables to the text files that fill them.
        audiences: the Audiences of the steps.

    Attributes:
        step: the Step that is written now.
        tables: names of nodes that fill tables.
        assets: dict from paths of files to the Assets they became.
    """

    def __init__(self, table, nodes, library, assets, audiences):
        self._table, self._audiences = table, audiences
        self.nodes, self.library, self._assets = nodes, library, assets
        self.step, self.tables, self.assets = None, [], {}
        self._values, self._constants, self._handles = {}, {}, {}
        self._known = {names: sizes.Known(self) for names in audiences.all}
        self._prefix, self._near = "", ()

    def value(self, place):
        """The Value of a Place; a constant is written when it is first asked for."""
        found = self._values.get(id(place))
        if found is None:
            found = self._constant_of(place)
            self.set(place, found)
        return found

    def set(self, place, value):
        """Let `value` be that of a Place, whose shape it has."""
        value = Value(value.ref, place.dtype, place.shape)
        self._values[id(place)] = value
        for names, known in self._known.items():
            if self._audiences.have(names, place):
                known.note(value)

    def write(self, step):
        """Write an "apply" step.

        Raises:
            NotImplementedError: if the table has no entry for its primitive, or not for all of its
                outputs that are read.
        """
        function = self._table.get(step.primitive.name)
        if function is None:
            raise errors.unsupported(
                f"Saving {step} as a SavedModel",
                "Leave it out of what is saved, or save a `.keras` file.",
            )
        self._prefix = f"{step.scope}/{step.primitive.name}".lstrip("/")
        inputs = [self.value(place) for place in step.inputs]
        self.step, self._near = step, inputs
        outputs = function(self, *inputs, **step.params)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        for place, value in zip(step.outputs, outputs, strict=True):
            if value is not None:
                self.set(place, value)

    def unsupported(self, what, instead="Save a `.keras` file, or use another layer."):
        """An error for a case that a function of the table does not cover."""
        return errors.unsupported(f"Saving {self.step} with {what} as a SavedModel", instead)

    def _constant_of(self, place):
        self.step = step = place.step
        self._near = ()
        if step.kind != "constant":
            raise self.unsupported(f"a result that only gradients read ({place.shape})")
        first, second = step.payload
        if not np.array_equal(first, second):
            return sizes.constant(self, self._known[self._audiences.of(step)], first, second)
        return self.constant(first)

    def op(self, op, *inputs, gives=None, outputs=None, name=None, of_shape=None, **attrs):
        """Add a node.

        Args:
            op: name of TensorFlow's operation.
            *inputs: Values.
            gives: dtype of the output, by default that of the first input.
            outputs: list of dtypes for several outputs; then a tuple is given.
            name: name of the node.
            of_shape: shape of the output, where it is used later.
            **attrs: attributes; `T` is the dtype of the first input unless it is given, None leaves
                it out.

        Returns:
            A Value.
        """
        if inputs and "T" not in attrs:  # a handle's dtype is none of tensors
            attrs["T"] = DType(inputs[0].dtype)
        attrs = {key: value for key, value in attrs.items() if value is not None}
        refs = [x.ref for x in inputs]
        name = self.nodes.add(op, name or f"{self._prefix}/{op}", refs, attrs)
        if outputs is not None:
            refs = [name, *[f"{name}:{i}" for i in range(1, len(outputs))]]
            return tuple(Value(ref, kind) for ref, kind in zip(refs, outputs, strict=True))
        return Value(name, gives or inputs[0].dtype, of_shape)

    def constant(self, array, dtype=None):
        """A Value with the given content; equal ones share a node.

        Args:
            array: array, or what makes one.
            dtype: name of its dtype, by default the array's.
        """
        if dtype == "string" or (isinstance(array, np.ndarray) and array.dtype == object):
            array = np.asarray(array, object)
            dtype, content = "string", tuple(array.reshape(-1).tolist())
        else:
            array = np.asarray(array, dtype)
            dtype = from_numpy(array.dtype)
            content = array.tobytes()
        key = dtype, array.shape, content
        if key not in self._constants:
            name = self.nodes.add(
                "Const", f"{self._prefix}/Const", (), {"value": array, "dtype": DType(dtype)}
            )
            self._constants[key] = Value(name, dtype, array.shape)
        return self._constants[key]

    def like(self, number, x):
        """A scalar constant of the dtype of a Value."""
        return self.constant(np.array(number), x.dtype)

    def scalar(self, size):
        """A size as an int32 scalar."""
        if is_known(size):
            return self.constant(size, "int32")
        # Two sizes may be equal in the traces and not when the graph runs: that of an input is
        # meant rather than that of another tensor.
        return self._known[self._audiences.of(self.step)].scalar(size, self._near)

    def vector(self, numbers, one_open=False):
        """Sizes as an int32 vector.

        Args:
            numbers: sequence of ints and Sizes.
            one_open: whether -1 may stand for one that is not known.
        """
        numbers = list(numbers)
        unknown = [i for i, size in enumerate(numbers) if not is_known(size)]
        if one_open and unknown and 0 not in numbers:
            near = [size for value in self._near for size in value.shape]
            # The last that no input has, as long as all others can be computed.
            opened = ([i for i in unknown if numbers[i] not in near] or unknown)[-1]
            numbers[opened] = -1
            unknown.remove(opened)
        if not unknown:
            return self.constant(np.array(numbers, np.int32))
        return self.op(
            "Pack",
            *[self.scalar(size) for size in numbers],
            N=len(numbers),
            of_shape=(len(numbers),),
        )

    def reshape(self, x, shape):
        """A Value in another shape."""
        return self.op("Reshape", x, self.vector(shape, one_open=True), of_shape=tuple(shape))

    def transpose(self, x, axes):
        """A Value with its axes in another order."""
        axes = tuple(axes)
        if axes == tuple(range(len(axes))):
            return x
        shape = tuple(x.shape[axis] for axis in axes)
        return self.op("Transpose", x, self.constant(np.array(axes, np.int32)), of_shape=shape)

    def cast(self, x, dtype):
        """A Value in another dtype."""
        if x.dtype == dtype:
            return x
        return self.op(
            "Cast", x, gives=dtype, T=None, SrcT=DType(x.dtype), DstT=DType(dtype), of_shape=x.shape
        )

    def table(self, table):
        """The handle of a Table, which is filled when the SavedModel is loaded."""
        handle = self._handles.get(id(table))
        if handle is None:
            key, dtype = DType(table.key_dtype), DType(table.dtype)
            name = f"{self._prefix}/hash_table"
            handle = self.op(
                "HashTableV2", gives=RESOURCE, name=name, key_dtype=key, value_dtype=dtype,
                shared_name=f"{name}_{len(self._handles)}",
            )  # fmt: skip
            self._handles[id(table)] = handle
            self._fill(table, handle, key, dtype)
        return handle

    def _fill(self, table, handle, key, dtype):
        entries = table.entries()
        path = self._assets.get(table)
        if path is not None:
            filled = self._fill_from_file(handle, entries, path)
        else:
            keys = _strings(entries) if key == "string" else np.array([*entries], np.int64)
            values = [*entries.values()]
            values = _strings(values) if dtype == "string" else np.array(values, np.int64)
            filled = self.op(
                "LookupTableImportV2", handle, self.constant(keys), self.constant(values),
                T=None, Tin=key, Tout=dtype,
            )  # fmt: skip
        self.tables.append(filled.ref)

    def _fill_from_file(self, handle, entries, path):
        path = Path(path)
        lines = path.read_bytes().splitlines()[: len(entries)]
        if lines != [*entries] or [*entries.values()] != [*range(len(entries))]:
            raise errors.invalid(
                "assets", got=str(path), expected=f"a file whose lines are the table's "
                f"{len(entries)} keys, in the order of their values from 0 on",
            )  # fmt: skip
        asset = self.assets.get(path)
        if asset is None:
            taken = {other.name for other in self.assets.values()}
            name = path.name if path.name not in taken else f"{len(taken)}_{path.name}"
            text = np.array(name.encode(), object)
            node = self.nodes.add("Const", "asset_path", (), {"value": text, "dtype": _STRING})
            asset = self.assets[path] = Asset(name, Value(node, "string", ()))
        return self.op(
            "InitializeTableFromTextFileV2", handle, asset.value,
            T=None, key_index=-2, value_index=-1, vocab_size=len(entries),
        )  # fmt: skip


def _strings(items):
    array = np.empty(len(items), object)
    array[:] = list(items)
    return array


def table_default(table):
    """The value of what is no key of a Table, as an array."""
    nothing, dtype = (-1, np.int64) if table.dtype == "int64" else (b"", object)
    return np.array(nothing if table.default is None else table.default, dtype)
