"""From a graph to instructions: which kernel or NumPy function computes each node, in which order,
into which storage.
"""

from estikeras.engine import dtypes
from estikeras.engine.passes.collectives import is_collective
from estikeras.engine.passes.fuse import Fused
from estikeras.engine.program.codegen import FusedLoop
from estikeras.engine.tensor import StringTraceError
from estikeras.kernels import abi, executor

VIEW = "view"  # the kernel of primitives that only change the shape: no instruction, same storage


class Storage:
    """Memory for one or more tensors.

    Attributes:
        kind: "arena", "input", "constant", "variable", or "fixed" for memory that others see too.
        size_bytes: how much.
        owner: the Tensor of a constant, the Variable of a variable, the array of fixed memory.
        address: set when the memory is known.
        merged: the storage that took this one's place, or None.
    """

    __slots__ = ("address", "kind", "merged", "owner", "size_bytes")

    def __init__(self, kind, size_bytes, owner=None):
        self.kind, self.size_bytes, self.owner, self.address, self.merged = (
            kind,
            size_bytes,
            owner,
            None,
            None,
        )

    def lie_in(self, array):
        """Let it be the memory of an array."""
        self.kind, self.owner, self.address = "fixed", array, array.ctypes.data

    def found(self):
        """The storage that stands for this one."""
        storage = self
        while storage.merged is not None:
            storage = storage.merged
        return storage


class Instruction:
    """One node's work.

    Attributes:
        node: the node of the graph; None for a copy.
        reads: storages that it reads.
        writes: storages of its outputs.
        calls: abi.Calls, or None when NumPy computes it.
        scratch: storages of work arrays.
    """

    __slots__ = ("calls", "node", "reads", "scratch", "writes")

    def __init__(self, node, reads, writes):
        self.node, self.reads, self.writes = node, reads, writes
        self.calls, self.scratch = None, []


class Lowering:
    """The instructions of a graph and the storages of its tensors.

    Args:
        graph: after the passes.
        threads: how many threads will run it.

    Attributes:
        instructions: in order; those from `commit` on write variables.
        storages: id of a tensor -> Storage.
        commit: number of the first instruction that writes a variable.
        arenas: id of a collective's node -> where its tensors lie, and the replicas meet.
    """

    def __init__(self, graph, threads):
        if any(y.dtype == "string" for node in graph.nodes for y in node.outputs):
            raise StringTraceError("Strings have no place in compiled programs.")
        self.graph, self.threads = graph, threads
        self.storages = {}
        order = self._order()
        for node in graph.nodes:
            self._allocate(node)
        self._last_read = self._last_reads(order)
        self.in_place, staged, copied = {}, [], []
        self.outputs = [self._stage(x, None, staged) or self.of(x) for x in graph.outputs]
        self._settle_updates(order, staged, copied)
        self._reuse(order)
        self.outputs = [storage.found() for storage in self.outputs]
        self.arenas = {}
        brought = self._settle_collectives(order)
        self.outputs = [storage.found() for storage in self.outputs]
        self.instructions = []
        for node in order:
            self.instructions += [self._copy(*pair) for pair in brought.get(id(node), ())]
            self.instructions.append(self._instruction(node))
        writers = [
            i
            for i, x in enumerate(self.instructions)
            if any(s.kind == "variable" for s in x.writes)
        ]
        self.commit = min(writers, default=len(self.instructions))
        self.instructions[self.commit : self.commit] = [self._copy(*pair) for pair in staged]
        self.commit += len(staged)
        self.instructions += [self._copy(source.found(), home) for source, home in copied]

    def of(self, x):
        """The storage of a tensor."""
        return self.storages[id(x)].found()

    def _order(self):
        """Nodes that do work. Those that only make new values of variables come last: they may
        write to the variables.
        """
        work = [n for n in self.graph.nodes if n.kind == "apply" and n.primitive.kernel != VIEW]
        read = {id(x.node) for node in self.graph.nodes for x in node.inputs}
        held = {id(x.node) for x in self.graph.outputs}
        last = [n for n in work if id(n) not in read and id(n) not in held]
        last_ids = {id(n) for n in last}
        return [n for n in work if id(n) not in last_ids] + last

    def _allocate(self, node):
        if node.kind == "apply" and node.primitive.kernel == VIEW:
            self.storages[id(node.outputs[0])] = self.of(node.inputs[0])
            return
        kind = "arena" if node.kind == "apply" else node.kind
        for y in node.outputs:
            owner = node.payload
            self.storages[id(y)] = Storage(kind, y.size * abi.itemsize(y.dtype), owner)

    def _last_reads(self, order):
        last = {}
        for i, node in enumerate(order):
            for x in node.inputs:
                last[id(self.of(x))] = i
        for x in self.graph.results():
            last[id(self.of(x))] = len(order)
        return last

    def _variable_storage(self, variable):
        read = self.graph.reads.get(variable)
        if read is not None and id(read) in self.storages:
            return self.of(read)
        key = ("variable", id(variable))
        if key not in self.storages:
            size = variable.size * abi.itemsize(variable._dtype)
            self.storages[key] = Storage("variable", size, variable)
        return self.storages[key]

    def _stage(self, x, variable, staged):
        """A copy, made before any variable is written, of an old value that is needed after; None
        if none is needed.
        """
        storage = self.of(x)
        if (
            storage.kind != "variable"
            or storage.owner is variable
            or storage.owner not in self.graph.updates
        ):
            return None
        copy = Storage("arena", storage.size_bytes)
        staged.append((storage, copy))
        return copy

    def _settle_updates(self, order, staged, copied):
        """Let nodes write the variables' new values straight into the variables where that is safe;
        copy elsewhere.
        """
        made_at = {id(self.of(y)): i for i, node in enumerate(order) for y in node.outputs}
        read_nodes = {id(x.node) for node in self.graph.nodes for x in node.inputs}
        readers = {}
        for i, node in enumerate(order):
            for x in node.inputs:
                readers.setdefault(id(self.of(x)), []).append((i, x))
        outputs = {id(storage) for storage in self.outputs}
        old = {v: self._stage(x, v, staged) for v, x in self.graph.updates.items()}
        for variable, x in self.graph.updates.items():
            storage, home = old[variable] or self.of(x), self._variable_storage(variable)
            if storage is home:
                continue
            position = made_at.get(id(storage)) if storage.kind == "arena" else None
            direct = (
                position is not None
                and id(order[position]) not in read_nodes
                and id(storage) not in outputs
            )
            if direct and self._may_overwrite(
                order[position], position, storage, readers.get(id(home), [])
            ):
                storage.merged = home
            else:
                copied.append((storage, home))

    def _may_overwrite(self, node, position, storage, readers):
        """Whether the node may write to where those tensors are read from; notes which input it
        then overwrites.
        """
        if any(i > position for i, _ in readers):
            return False
        own = {id(x): x for i, x in readers if i == position}
        if not own:
            return True
        if len(own) > 1 or not isinstance(node.primitive, Fused):
            return False
        (x,) = own.values()
        j = next(j for j, y in enumerate(node.outputs) if self.of(y) is storage)
        i = next(i for i, z in enumerate(node.inputs) if z is x)
        if x.shape != node.outputs[j].shape or x.dtype != node.outputs[j].dtype:
            return False
        self.in_place.setdefault(id(node), {})[j] = i
        return True

    def _reuse(self, order):
        """Let fused nodes overwrite an input that nobody needs afterwards."""
        held = {id(storage) for storage in self.outputs}
        for position, node in enumerate(order):
            if not isinstance(node.primitive, Fused):
                continue
            shared = self.in_place.setdefault(id(node), {})
            for j, y in enumerate(node.outputs):
                if j in shared or self.of(y).kind != "arena":
                    continue
                for i, x in enumerate(node.inputs):
                    old = self.of(x)
                    if id(old) in held:
                        continue
                    fits = x.shape == y.shape and x.dtype == y.dtype and old.kind == "arena"
                    once = sum(self.of(z) is old for z in node.inputs) == 1
                    if (
                        fits
                        and once
                        and i not in shared.values()
                        and self._last_read[id(old)] == position
                    ):
                        shared[j] = i
                        new = self.of(y)
                        new.merged = old
                        self._last_read[id(old)] = self._last_read.get(id(new), position)
                        break

    def _settle_collectives(self, order):
        """Let tensors be born where the replicas exchange them, and results be read where they
        appear; gives, by node, the copies that are needed before it.
        """
        brought, numbers, held = {}, {}, {id(storage) for storage in self.outputs}
        for position, node in enumerate(order):
            if not is_collective(node):
                continue
            kinds, group = node.params["kinds"], node.params["group"]
            specs = tuple(
                (kind, x.shape, dtypes.to_numpy(x.dtype))
                for kind, x in zip(kinds, node.inputs, strict=True)
            )
            number = numbers[specs] = numbers.get(specs, -1) + 1
            arena = self.arenas[id(node)] = group.arena(specs, number)
            for x, y, own, come in zip(
                node.inputs, node.outputs, arena.views, arena.results, strict=True
            ):
                storage, place = self.of(x), _fixed(own)
                if (
                    storage.kind == "arena"
                    and storage.size_bytes == place.size_bytes
                    and id(storage) not in held
                    and self._last_read[id(storage)] <= position
                ):
                    storage.merged = place
                else:
                    brought.setdefault(id(node), []).append((storage, place))
                result = self.of(y)
                result.merged = place if come is own else _fixed(come)
        return brought

    def _instruction(self, node):
        reads, writes = [self.of(x) for x in node.inputs], [self.of(y) for y in node.outputs]
        instruction = Instruction(node, reads, writes)
        inputs, outputs = [x.spec for x in node.inputs], [y.spec for y in node.outputs]
        if isinstance(node.primitive, Fused):
            loop = FusedLoop(node.primitive, inputs, outputs, self.in_place.get(id(node)))
            parallel = self.threads > 1 and loop.work >= abi.SMALL_WORK
            instruction.calls = [abi.Call(loop.native(), loop.arguments(), parallel)]
        elif node.primitive.kernel is not None:
            kinds = [spec.dtype for spec in (*inputs, *outputs)]
            kernel = abi.lookup(node.primitive.kernel, kinds)
            plan = kernel and kernel.plan(inputs, outputs, node.params, self.threads)
            if plan:
                instruction.calls = plan.calls
                instruction.scratch = [Storage("arena", size) for size in plan.scratch]
        return instruction

    def _copy(self, source, home):
        instruction = Instruction(None, [source], [home])
        arguments = (("in", 0), ("out", 0), home.size_bytes)
        instruction.calls = [abi.Call(executor.copy.native({}), arguments, False)]
        return instruction


def _fixed(array):
    """The storage of an array that lies where it lies."""
    storage = Storage("fixed", array.nbytes)
    storage.lie_in(array)
    return storage
