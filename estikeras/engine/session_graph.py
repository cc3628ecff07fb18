"""The graph of a model function, of which a session runs parts: what TensorFlow 1 called the
default graph.

Operations add nodes, as in any trace. What changes variables is an Action and happens only where
it is asked for; the same graph serves training, evaluation and what hooks want to see.
"""

import contextlib
from collections import Counter, defaultdict

from estikeras.engine import context
from estikeras.engine.actions import Action, by_number, with_earlier
from estikeras.engine.graph import Extract, Graph, needed_nodes
from estikeras.engine.shapes import TensorShape
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Spec, Tensor, TracedTensor, public_operators


class SessionGraph(Graph):
    """A graph whose updates are chosen when it is run.

    Attributes:
        updates: what is written outside of all actions; it happens in every step.
        collections: dict from a name to a list of what was put there under it.
        named: dict from unique name to TracedTensor or Action.
        placeholders: list of the inputs that are fed by hand.
        fed_shapes: for the number of a placeholder the shape that it has in this trace.
        unknown_size: function of an axis that gives what stands for a size that is never known, in
            placeholders and in what is parsed, where the graph is made to be exported; else None.
        tape: a GradientTape of all that is done.
        next_elements: function that gives tensors for the next element of an iterator.
    """

    def __init__(self, next_elements=None, fed_shapes=None, unknown_size=None):
        super().__init__()
        self.collections, self.named, self.actions = defaultdict(list), {}, []
        self.placeholders, self.fed_shapes = [], fed_shapes or {}
        self.unknown_size = unknown_size
        self.next_elements = next_elements
        self.tape = GradientTape(persistent=True)
        self._views = [self.updates]
        self._open = None
        self._required, self._requirements, self._scopes = (), {}, {}
        self._uses = Counter()

    @contextlib.contextmanager
    def tracing(self):
        """Operations inside become nodes, and actions are told from other updates."""
        tape = self.tape
        tape.__enter__()
        try:
            with context.scope(trace=self, tapes=(tape,), autocast=None):
                yield self
        finally:
            tape.__exit__()

    def read(self, variable):
        for view in reversed(self._views):
            if variable in view:
                return view[variable]
        return self.first_read(variable)

    def write(self, variable, value):
        self._views[-1][variable] = self.own(value)

    @contextlib.contextmanager
    def branch(self):
        view = dict(self._views[-1])
        self._views.append(view)
        try:
            yield view
        finally:
            self._views = [each for each in self._views if each is not view]

    def _leaf(self, kind, spec, payload=None):
        made = super()._leaf(kind, spec, payload)
        self._remember(made.node)
        return made

    def add(self, primitive, inputs, params, specs):
        made = super().add(primitive, inputs, params, specs)
        self._remember(self.nodes[-1])
        if self._required or self._requirements:
            self._require(self.nodes[-1])
        return made

    def _remember(self, node):
        """Give a node's tensors what model functions ask of them, such as `shape.as_list()`."""
        if context.current.names:
            self._scopes[id(node)] = context.current.names
        for y in node.outputs:
            y.shape = TensorShape(y.shape)

    def _require(self, node):
        """Note which actions must run where a node is computed: what is required now, and by what
        it reads.
        """
        sources = [self._required, *(self._requirements.get(id(x.node), ()) for x in node.inputs)]
        if required := _joined(sources):
            self._requirements[id(node)] = required

    def add_placeholder(self, shape, dtype, default=None):
        """An input that is fed by hand.

        Args:
            shape: tuple of int, or None where a size may differ.
            dtype: name of a dtype.
            default: tensor with its value in traces for which it is not fed, or None.
        """
        fed = self.fed_shapes.get(len(self.placeholders))
        default = default if default is None else self.own(default)
        if default is None or fed is not None:
            unknown = self.unknown_size or (lambda axis: 1)
            sizes = fed or (unknown(k) if n is None else n for k, n in enumerate(shape))
            made = self.add_input(Spec(tuple(sizes), dtype))
        else:
            made = public_operators()["copy"](default)
        self.placeholders.append(made)
        return made

    def name_of(self, variable):
        return f"{variable.path}:0"

    def note(self, thing, name):
        """Remember something by a name, which is made unique; gives the name."""
        unique = self.unique_name(name)
        self.named[unique] = self.own(thing) if isinstance(thing, Tensor) else thing
        return unique

    def unique_name(self, name):
        """A name of an operation or scope that none, and no variable, has: `x`, `x_1`, ..."""
        store = context.current.variables
        count, unique = self._uses[name.lower()], name
        while unique.lower() in self._uses or (store is not None and store.has_made(unique)):
            count += 1
            unique = f"{name}_{count}"
        self._uses[name.lower()] = count
        self._uses.setdefault(unique.lower(), 0)
        return unique

    def known_as(self, x):
        """The name of a tensor, with `:0` at its end: what it was called, or else made up from what
        makes it and the scopes in which that was done.
        """
        x = self.own(x)
        node = x.node
        if node.kind == "variable":
            return self.name_of(node.payload)
        name = next((name for name, thing in self.named.items() if thing is x), None)
        if name is None:
            made_by = node.primitive.name if node.kind == "apply" else node.kind
            path = context.path_of(self._scopes.get(id(node), ()))
            name = self.note(x, f"{path}/{made_by}" if path else made_by)
        return f"{name}:0"

    def find(self, name):
        """The tensor or action of a name; `:0` at its end may be left out.

        Raises:
            KeyError: if there is none, with the names that there are.
        """
        plain = name.removesuffix(":0")
        if plain in self.named:
            return self.named[plain]
        for variable in self.reads:
            if variable.path == plain:
                return self.reads[variable]
        raise KeyError(
            f"The name {name!r} refers to a tensor or operation that the graph does not have. It "
            f"has {sorted(self.named)}. Give tensors themselves, or name them by "
            "`tf.identity(x, name)`."
        )

    def first_value(self, x):
        """A Tensor for a variable that begins with what was computed in the graph, such as random
        numbers: computed now, from the values that other variables have now.

        Raises:
            ValueError: if it depends on the data.
        """
        x = self.own(x)
        nodes = needed_nodes([x])
        if any(node.kind == "input" for node in nodes):
            raise ValueError(
                "A variable's first value must not depend on the data of a batch. Make it of "
                "constants and random numbers, and `assign` what depends on data."
            )
        part, values = Extract(), []
        for variable, read in self.reads.items():
            if read.node in nodes:
                part.put(read, part.graph.add_input(read.spec))
                values.append(Tensor(variable.buffer.copy()))
        for node in self.nodes:
            if node in nodes and node.kind == "apply":
                part.add(node)
        part.graph.outputs = [part.place(x)]
        with context.init_scope():
            return part.graph.replay(values)[0]

    @property
    def acting(self):
        """Whether an action is being made, to which writes belong now."""
        return self._open is not None

    @contextlib.contextmanager
    def action(self, name, owner=None):
        """See `action`."""
        if self._open is not None:
            yield self._open
            return
        made = self._open = Action(self, name, self._required, owner)
        self._views.append(made.updates)
        try:
            yield made
        finally:
            self._open = None
            self._views = [view for view in self._views if view is not made.updates]
            made.come_after(self.required_by(made.own_updates().values()))

    def must_compute(self, x, name):
        """An Action that computes a tensor, which may fail; it does where it is run."""
        made = Action(self, name, self._required)
        made.checks.append(x)
        made.come_after(self.required_by([x]))
        return made

    @contextlib.contextmanager
    def requiring(self, things):
        """See `control_dependencies`."""
        actions, before = tuple(self.actions_of(things)), self._required
        view = self.updates_of(actions)
        # What is written inside, and by no action, is still to happen in every step.
        self._views.insert(len(self._views) - 1, view)
        self._required = (*before, *actions)
        try:
            yield
        finally:
            self._views = [each for each in self._views if each is not view]
            self._required = before

    def actions_of(self, things):
        """The actions among things that may be fetched, and those that tensors require."""
        found = []
        for thing in things:
            value = thing
            if isinstance(thing, Action):
                found.append(thing)
                value = thing.result
            if isinstance(value, TracedTensor):
                found.extend(self.required_by([value]))
        return list(dict.fromkeys(found))

    def required_by(self, tensors):
        """The actions that must run where these tensors are computed."""
        return _joined([self._requirements.get(id(x.node), ()) for x in tensors])

    def checks_of(self, actions):
        """The tensors that are computed where some actions run, since that may fail."""
        return list({id(x): x for each in actions for x in each.checks}.values())

    def updates_of(self, actions):
        """All updates of some actions, which happen in one run.

        Raises:
            ValueError: when two of them write one variable, and neither comes after the other.
        """
        updates, writers = {}, {}
        order = sorted(with_earlier(actions), key=by_number)
        if order and len(order[-1].after) == len(order) - 1:
            return dict(order[-1].updates)  # it comes after all others
        for each in order:
            for variable, value in each.own_updates().items():
                other = writers.get(variable)
                if other not in (None, *each.after) and updates[variable] is not value:
                    raise ValueError(
                        f"{other.name!r} and {each.name!r} both write the variable "
                        f"{variable.path!r} in one run. Make one of them under "
                        "`tf.control_dependencies` of the other, or write it once."
                    )
                updates[variable], writers[variable] = value, each
        return updates


def _joined(sources):
    """Several tuples of actions as one, in which each is once."""
    different = list({id(each): each for each in sources if each}.values())
    if len(different) < 2:
        return different[0] if different else ()
    return tuple(dict.fromkeys(action for each in different for action in each))


def session_graph():
    """The SessionGraph that is being traced, or None."""
    trace = context.current.trace
    return trace if isinstance(trace, SessionGraph) else None


def default_graph():
    """The SessionGraph that is being traced, or else that of the session whose hooks run, or None:
    where what is there is looked up.
    """
    shown = context.current.shown
    return shown.traced if session_graph() is None and shown is not None else session_graph()


def action(name, owner=None):
    """A `with` block whose assignments happen when the Action is run that it gives; without a
    SessionGraph they happen at once, and it gives None. One inside another is part of it.

    Args:
        name: name of the action.
        owner: the object that it belongs to.
    """
    graph = session_graph()
    return contextlib.nullcontext() if graph is None else graph.action(name, owner)


def group(things, name="group"):
    """One Action that runs all of what may be fetched, actions and what tensors require, after what
    `control_dependencies` ask for.
    """
    graph = session_graph()
    return Action(graph, name, dict.fromkeys([*graph._required, *graph.actions_of(things)]))
