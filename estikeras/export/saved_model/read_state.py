"""Variables, tables and files, as TensorFlow's operations reach them, in Python."""

from pathlib import Path

import numpy as np

from estikeras.engine import context
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.engine.variable import Variable
from estikeras.export.saved_model.interpreter import reader_of
from estikeras.formats import tensor_bundle
from estikeras.op_errors import FailedPreconditionError
from estikeras.ops import tables
from estikeras.primitives import indexing
from estikeras.primitives.checksums import masked_crc32c

TABLE = {}
reads = reader_of(TABLE)


class State:
    """The resources of a loaded graph.

    Attributes:
        variables: dict from names to VariableResources.
        trainable: names of the variables that are; None if that is not known.
    """

    def __init__(self):
        self.variables, self.tables, self.trainable = {}, {}, None
        self._bundles = {}

    def bundle(self, prefix):
        """A tensor bundle by its path."""
        if prefix not in self._bundles:
            self._bundles[prefix] = tensor_bundle.Reader(prefix, masked_crc32c)
        return self._bundles[prefix]


class VariableResource:
    """The place of a variable, which is made when it gets its first value.

    Args:
        name: its name, with slashes.
        trainable: whether it is one that optimizers train.
        is_reference: whether it is read by being an input.
    """

    def __init__(self, name, trainable, is_reference):
        self.name, self.variable, self.is_reference = name, None, is_reference
        self._trainable, self._text = trainable, None

    def assign(self, value):
        """Set the value."""
        if value.dtype == "string":  # the path of an asset
            self._text = value
        elif self.variable is not None:
            self.variable.assign(value)
        else:
            scope, _, name = self.name.rpartition("/")
            with context.scope(names=((scope, None),) if scope else ()):
                self.variable = Variable(value, trainable=self._trainable, name=name)

    @property
    def value(self):
        """The value, a tensor."""
        if self._text is not None:
            return self._text
        if self.variable is None:
            raise FailedPreconditionError(
                message=f"The variable {self.name!r} of the SavedModel has no value: nothing "
                "restored it."
            )
        return self.variable.value


class TableResource:
    """Keys and values, before it is known what stands for other keys.

    Args:
        key_dtype: dtype of the keys.
        value_dtype: dtype of the values.
    """

    def __init__(self, key_dtype, value_dtype):
        self.key_dtype, self.value_dtype = key_dtype, value_dtype
        self.keys, self.values, self._made = None, None, {}

    def fill(self, keys, values):
        """Set all entries, from tensors."""
        self.keys, self.values = keys.value, values.value
        self._made.clear()

    def find(self, keys, default):
        """The values of keys."""
        if self.keys is None:
            raise FailedPreconditionError(message="A table of the SavedModel was not filled.")
        fallback = default.value.reshape(()).item()
        table = self._made.get(fallback)
        if table is None:
            initializer = tables.Initializer(self.keys, self.values)
            table = self._made[fallback] = tables.StaticHashTable(initializer, fallback)
        return table.lookup(keys)


@reads("VarHandleOp", "VariableV2", "Variable")
def _variable(node):
    state = node.owner.library.state
    name = node.text("shared_name") or node.name
    if name not in state.variables:
        trainable = state.trainable is None or name in state.trainable
        state.variables[name] = VariableResource(name, trainable, node.op != "VarHandleOp")
    return state.variables[name]


@reads("ReadVariableOp")
def _read(node, resource):
    return resource.value


@reads("AssignVariableOp", "Assign")
def _assign(node, resource, value):
    resource.assign(value)
    return resource


@reads("AssignAddVariableOp")
def _assign_add(node, resource, value):
    resource.assign(resource.value + value)
    return ()


@reads("AssignSubVariableOp")
def _assign_sub(node, resource, value):
    resource.assign(resource.value - value)
    return ()


@reads("VarIsInitializedOp")
def _is_initialized(node, resource):
    return Tensor(np.array(resource.variable is not None))


@reads("ResourceGather")
def _resource_gather(node, resource, indices):
    return indexing.take(resource.value, indices, axis=0)


@reads("RestoreV2")
def _restore(node, prefix, names, slices):
    bundle = node.owner.library.state.bundle(prefix.value.item().decode())
    out = []
    for name, part in zip(names.value.tolist(), slices.value.tolist(), strict=True):
        array = bundle.read(name.decode())
        out.append(as_tensor(array[_slices(part.decode())] if part else array))
    return tuple(out)


def _slices(text):
    """What `"10 4 0,5:-"` means: rows 0 to 4 of 10, all columns."""
    ranges = text.split(" ")[-1].split(":")
    return tuple(
        slice(None) if one == "-" else slice(a, a + n)
        for one in ranges
        for a, n in ([map(int, one.split(","))] if one != "-" else [(0, 0)])
    )


@reads("HashTableV2", "HashTable", "MutableHashTableV2")
def _table(node):
    found, name = node.owner.library.state.tables, node.text("shared_name") or node.name
    if name not in found:
        kinds = (node.attribute(f"{part}_dtype") for part in ("key", "value"))
        found[name] = TableResource(*kinds)
    return found[name]


@reads("LookupTableImportV2", "InitializeTableV2", "LookupTableImport", "InitializeTable")
def _fill_table(node, table, keys, values):
    table.fill(keys, values)
    return ()


@reads("InitializeTableFromTextFileV2", "InitializeTableFromTextFile")
def _fill_from_file(node, table, path):
    size = node.attribute("vocab_size", -1)
    initializer = tables.TextFileInitializer(
        str(Path(path.value.item().decode())),
        *(table.key_dtype, node.attribute("key_index")),
        *(table.value_dtype, node.attribute("value_index")),
        vocab_size=None if size < 0 else size,
        delimiter=node.text("delimiter", "\t"),
        value_index_offset=node.attribute("offset", 0),
    )
    table.fill(Tensor(initializer.keys), Tensor(initializer.values))
    return ()


@reads("LookupTableFindV2", "LookupTableFind")
def _find(node, table, keys, default):
    return table.find(keys, default)


@reads("LookupTableSizeV2", "LookupTableSize")
def _size(node, table):
    return Tensor(np.array(len(table.keys), np.int64))
