"""Runs parts of the graph that input_fn and model_fn made, on the batches that they read.

Shapes in a graph are fixed, so a batch of another size traces both functions again, with the same
variables; what hooks ask for is known by its place in the first trace.
"""

import contextlib
import time

from estikeras import errors
from estikeras.compat.graphs import Graph
from estikeras.compat.summary import MergedSummary
from estikeras.data import awaiting
from estikeras.engine import context, tree
from estikeras.engine.actions import Action
from estikeras.engine.tensor import Tensor, TracedTensor, as_tensor
from estikeras.engine.variable import Variable
from estikeras.engine.variable_store import VariableStore
from estikeras.estimator import saving
from estikeras.estimator.sources import Source
from estikeras.estimator.trace import Trace, value_of
from estikeras.keras.trainer.replicas import (
    Share,
    share_variable,
    telling_of_failures,
    weigh,
)
from estikeras.op_errors import InvalidArgumentError, OutOfRangeError
from estikeras.ops.core import cast
from strategies import context as replicas
from strategies.errors import disagreement

NATIVE_SECONDS = 0.1  # how long one run of many steps may take, so that Ctrl-C stays prompt
STEPS_OF_RANKS = 1000  # likewise, where ranks meet between steps, which Ctrl-C ends


class Session:
    """Values and batches for the graph of a model function.

    Args:
        read: function of no arguments that runs input_fn and gives the tensors of a batch.
        build: function of these that runs model_fn; both are called inside of the graph, again for
            each other form of a batch.
        strategy: a Strategy whose ranks share every batch, or None.

    Attributes:
        store: the VariableStore with the variables that were made.
        traced: the SessionGraph of the first trace, whose tensors can be run.
        built: what `build` returned then: a structure of tensors, actions and others.

    Raises:
        OutOfRangeError: when there is no first batch.
    """

    def __init__(self, read, build, strategy=None):
        self.store, self._read, self._build = VariableStore(), read, build
        several = strategy is not None and strategy.num_replicas_in_sync > 1
        self.strategy = strategy if several else None
        # Never even, so that the graphs for all batches have the same operations.
        self._share = Share(False, share_variable())
        self._sources, self._traces, self._stop = [], {}, False
        self._begun = {}  # ids of what is fetched -> Datasets of which passes begin with that
        self._at_once = 1 if self.strategy is None else STEPS_OF_RANKS
        self._first = None
        self._first = self._traced(())
        self.traced, self.built = self._first.graph, self._first.built

    @property
    def variables(self):
        """All variables that the graph reads or writes, but what metrics sum up."""
        used = [*self.store.saved().values(), *self.traced.reads, *self.traced.updates]
        for action in self.traced.actions:
            used += action.updates
        found = {v.identity: v for v in used if v.synchronization != "on_read"}
        return list(found.values())

    @property
    def named_variables(self):
        """What checkpoints keep, by the names that they have there: a dict."""
        return saving.named_variables(self.traced, self.store)[0]

    # What hooks may ask for.

    @property
    def graph(self):
        """The graph, as hooks look things up in it."""
        return Graph.of(self)

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Compute some tensors and run some operations.

        Args:
            fetches: structure of tensors, operations, variables, or names of them.
            feed_dict: dict from placeholder to value, or None.
            options: kept for the reference's sake.
            run_metadata: likewise.

        Returns:
            A structure like `fetches` of NumPy values; None for operations.

        Raises:
            OutOfRangeError: when a batch is needed and there is none left.
        """
        return self._run(fetches, feed_dict, 1, False)

    def request_stop(self):
        """End the loop after the current run."""
        self._stop = True

    def should_stop(self):
        """Whether the loop ends."""
        return self._stop

    @contextlib.contextmanager
    def building(self):
        """A `with` block in which operations add to the graph."""
        with self.store.reopened(), self._entered(), self.traced.tracing():
            yield

    def shown(self):
        """A `with` block in which hooks run: they look up what the graph has."""
        return context.scope(shown=self)

    # Steps.

    def step(self, fetches, feed_dict=None, steps=1, events=None):
        """Run the next steps: what is fetched, and what happens in every step.

        Args:
            fetches: as for `run`.
            feed_dict: as for `run`.
            steps: how many, at most what `available` gives.
            events: None, or a list that takes an Event for each instruction, see `profile`.

        Returns:
            What `run` gives, of the last step.
        """
        return self._run(fetches, feed_dict, steps, True, events)

    def available(self, wanted=None):
        """How many steps may be done in one run: batches of one form that lie ready, and no more
        than take `NATIVE_SECONDS`.

        Args:
            wanted: no more than these, or None.

        Raises:
            OutOfRangeError: when no batch is left.
            DisagreementError: when some ranks have batches left and others none.
        """
        try:
            limits = [self._at_once, *(source.ready().count for source in self._sources)]
            steps = min(limits if wanted is None else [wanted, *limits])
        except OutOfRangeError:
            steps = 0
        if self.strategy is not None:
            of_ranks = self.strategy.communicator.allgather(steps, "steps of the next run")
            steps = min(of_ranks)
            if not steps and any(of_ranks):
                raise disagreement(
                    "whether there are batches left",
                    [bool(own) for own in of_ranks],
                    "input_fn must give the same batches on all ranks.",
                )
        if not steps:
            raise OutOfRangeError(message="End of sequence")
        return steps

    def close(self):
        """Close the files and threads that give batches."""
        for source in self._sources:
            source.close()

    def _run(self, fetches, feed_dict, steps, is_step, events=None):
        flat = tree.flatten(fetches)
        parts = [x.tensors if isinstance(x, MergedSummary) else [x] for x in flat]
        wanted = [x for part in parts for x in part]
        values = iter(self._values(wanted, feed_dict, steps, is_step, events))
        values = [
            x.encode([next(values) for _ in part]) if isinstance(x, MergedSummary) else next(values)
            for x, part in zip(flat, parts, strict=True)
        ]
        return tree.pack_sequence_as(fetches, values)

    def _values(self, wanted, feed_dict, steps, is_step, events):
        """The values of a list of what may be fetched, but for summaries."""
        flat = [None if x is None else self._fetched(x) for x in wanted]
        leaves = [x for x in flat if isinstance(x, Action | TracedTensor)]
        fed = {}
        for x, value in self._begin(leaves, feed_dict or {}).items():
            placeholder = self._placeholder(x)
            fed[id(placeholder)] = _fed_value(placeholder, value)
        trace = self._first
        if is_step or fed or trace.needs_batch(trace.program(leaves, is_step)):
            trace = self._traced(self._fed_shapes(fed))
        program = trace.program(leaves, is_step)
        with self._telling_of_failures():
            results = iter(self._execute(trace, program, fed, steps, is_step, events))
        values = [None if x is None else value_of(x) for x in flat]
        values = [next(results) if isinstance(y, TracedTensor) else y for y in values]
        values = [None if y is None else y.value for y in values]
        return [y[()] if y is not None and not y.shape else y for y in values]

    def _begin(self, leaves, feed_dict):
        """Begin the passes of iterators whose initializers are run; gives what is fed otherwise."""
        key = tuple(map(id, leaves))
        begun = self._begun.get(key)
        if begun is None:
            actions = [each for x in leaves if isinstance(x, Action) for each in (*x.after, x)]
            begun = [each.begins for each in actions if each.begins is not None]
            self._begun[key] = begun
        if not begun:
            return feed_dict
        placeholders = {x: self._fetched(x) for x in feed_dict}
        fed = {id(p): _fed_value(p, feed_dict[x]) for x, p in placeholders.items()}
        awaited = set()
        for dataset in begun:
            awaited.update(map(id, awaiting.tensors_of(dataset)))
            for trace in self._traces.values():
                for source, of_trace in zip(self._sources, trace.datasets, strict=True):
                    if of_trace is dataset:
                        source.begin(fed)
        return {x: feed_dict[x] for x, p in placeholders.items() if id(p) not in awaited}

    def _execute(self, trace, program, fed, steps, is_step, events):
        pairs = zip(trace.graph.placeholders, self.traced.placeholders, strict=False)
        values = {id(x): fed.get(id(first)) for x, first in pairs}
        if not is_step and not trace.needs_batch(program):
            return program.run([_fed(x, values) for x in program.inputs])
        ready = [source.ready() for source in self._sources]
        for source in self._sources:
            source.is_used = True
        self._weigh(ready)
        began = time.perf_counter()
        from_batch = all(id(x) in trace.places for x in program.inputs) and program.inputs
        many = steps > 1 and len(ready) == 1 and program.runs_natively and from_batch
        if many and events is None:
            rows, order, first = ready[0].take_many(steps)
            rows = [rows[trace.places[id(x)]] for x in program.inputs]
            results = program.run_steps(rows, order, first, steps)
        else:
            for _ in range(steps):
                arrays = [array for batch in ready for array in batch.take()]
                values.update((x, arrays[place]) for x, place in trace.places.items())
                results = program.run([_fed(x, values) for x in program.inputs], events)
        if is_step and self.strategy is None:
            most = int(NATIVE_SECONDS * steps / max(time.perf_counter() - began, 1e-6))
            self._at_once = max(1, min(10 * self._at_once, most))
        return results

    def _fed_shapes(self, fed):
        placeholders = enumerate(self._first.graph.placeholders)
        return tuple((k, fed[id(x)].shape) for k, x in placeholders if id(x) in fed)

    def _weigh(self, ready):
        """Tell the ranks how much this one's rows count."""
        if self.strategy is None or not ready:
            return
        weight = ready[0].weight
        weigh(self.strategy, self._share.fraction, weight.rows, weight.total)

    def _telling_of_failures(self):
        return telling_of_failures(self.strategy) if self.strategy else contextlib.nullcontext()

    # Traces.

    def _traced(self, fed_shapes):
        """The trace for the next batches of the sources, made now if their form is new."""
        ready = [source.ready() for source in self._sources]
        specs = tuple(spec for batch in ready for spec in batch.specs)
        trace = self._traces.get((specs, fed_shapes)) if self._first else None
        if trace is None:
            with self.store.tracing():
                trace = Trace(
                    self._read,
                    self._build,
                    self._sources,
                    lambda dataset: Source(dataset, self.strategy),
                    self._entered,
                    dict(fed_shapes),
                    self._first,
                )
            self._traces[trace.specs, fed_shapes] = trace
        return trace

    @contextlib.contextmanager
    def _entered(self):
        if self.strategy is None:
            yield
            return
        replica = self.strategy.replica_context(self._share)
        with replicas.scope(self.strategy), replicas.entered(replica):
            yield

    def _placeholder(self, x):
        found = self._fetched(x)
        if not any(found is placeholder for placeholder in self.traced.placeholders):
            raise errors.invalid(
                "feed_dict", got=x, expected="what `tf.compat.v1.placeholder` made, or its name"
            )
        return found

    def _fetched(self, x):
        """A tensor or action of the first trace."""
        if isinstance(x, bytes | str):
            return self.traced.find(x.decode() if isinstance(x, bytes) else x)
        if isinstance(x, Variable):
            reads = self.traced.reads
            twins = [variable for variable in reads if variable.identity == x.identity]
            return reads[twins[0]] if twins else self.traced.read(x)
        if isinstance(x, Action | Tensor):
            return x
        raise errors.wrong_type(
            "fetches", got=x, expected="tensors, operations, variables, or names of them"
        )


def _fed_value(placeholder, value):
    return cast(as_tensor(value), placeholder.dtype).value


def _fed(x, values):
    """The array for an input of a program.

    Raises:
        InvalidArgumentError: for a placeholder that was not fed.
    """
    array = values.get(id(x))
    if array is None:
        raise InvalidArgumentError(
            message=f"You must feed a value for the placeholder {x!r}: give it in `feed_dict`."
        )
    return array
