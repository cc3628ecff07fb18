"""The state of a layer: how weights are made, found, read, set, and written to files. Knows
nothing of calls.
"""

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.operation import is_traced
from estikeras.engine.variable import Variable
from estikeras.keras import constraints, initializers, regularizers
from estikeras.keras.layers import call


class LayerState:
    """What `Layer` offers for its variables; its `_tracker` files what is set as attributes."""

    def add_weight(
        self,
        *args,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        overwrite_with_gradient=False,
        name=None,
    ):
        """Make a variable of the layer.

        Args:
            *args: shape and initializer may be given by position.
            shape: tuple of int; () when left out.
            initializer: initializer, its name, or a value; "glorot_uniform" for floats, else
                "zeros".
            dtype: name of a dtype; the policy's variable dtype when left out.
            trainable: whether optimizers train it.
            autocast: whether it is read in the compute dtype inside `call`.
            regularizer: regularizer or its name.
            constraint: constraint or its name.
            aggregation: how replicas combine it: "none", "mean", "sum" or "only_first_replica".
            overwrite_with_gradient: whether the optimizer sets it to its gradient.
            name: without slashes.

        Returns:
            The `Variable`.
        """
        self._check_super_called()
        if args and isinstance(args[0], str):
            raise errors.invalid(
                "shape", got=args[0], expected=f"a shape first, and `name={args[0]!r}` by keyword"
            )
        if len(args) > 2:
            raise errors.invalid("add_weight", got=args, expected="further arguments by keyword")
        shape, initializer = (*args, *(shape, initializer)[len(args) :])
        dtype = self.variable_dtype if dtype is None else dtype
        if initializer is None:
            initializer = "glorot_uniform" if "float" in str(dtype) else "zeros"
        with self._open_name_scope():
            variable = Variable(
                initializers.get(initializer),
                shape=() if shape is None else tuple(shape),
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._track_variable(variable)
        return variable

    def add_variable(
        self,
        shape,
        initializer,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        name=None,
    ):
        """As `add_weight`."""
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    def _track_variable(self, variable):
        self._tracker.track(variable)

    def _untrack_variable(self, variable):
        self._tracker.untrack(variable)

    @property
    def _layers(self):
        return self._tracker.layers

    @property
    def _metrics(self):
        return self._tracker.metrics

    @property
    def _trainable_variables(self):
        return self._tracker.trainable_variables

    @property
    def _non_trainable_variables(self):
        return self._tracker.non_trainable_variables

    @property
    def _seed_generators(self):
        return self._tracker.seed_generators

    def _flatten_layers(self, include_self=True, recursive=True):
        found, open_layers = ([self] if include_self else []), list(self._layers)
        seen = {id(self)}
        while open_layers:
            layer = open_layers.pop(0)
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            found.append(layer)
            if recursive:
                open_layers[:0] = layer._layers
        return found

    @property
    def variables(self):
        """All state: weights and the states of seeds, each once, the sublayers' after the own;
        metrics are apart.
        """
        return self._state(lambda layer: layer._seed_generators)

    def _state(self, seeds_of=lambda layer: ()):
        own = [*self._trainable_variables, *self._non_trainable_variables]
        own += [seed.state for seed in seeds_of(self)]
        return _once([*own, *(v for layer in self._layers for v in layer._state(seeds_of))])

    @property
    def weights(self):
        """The variables that are saved: all but the states of seeds and metrics."""
        return self._state()

    @property
    def trainable_weights(self):
        """The weights that are trained; none if the layer is not trainable."""
        return self.trainable_variables

    @property
    def non_trainable_weights(self):
        """The weights that are not trained."""
        return [v for v in self.weights if not v.trainable] if self.trainable else self.weights

    @property
    def trainable_variables(self):
        """The variables that are trained; none if the layer is not trainable."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self):
        """The variables that are not trained, seeds and metrics among them."""
        return [v for v in self.variables if not v.trainable] if self.trainable else self.variables

    @property
    def metrics(self):
        """The metrics of the layer and of its sublayers."""
        return _once([*self._metrics, *(m for layer in self._layers for m in layer.metrics)])

    @property
    def metrics_variables(self):
        """The variables of the metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    @property
    def trainable(self):
        """Whether the weights are to be trained; setting it sets it for all sublayers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        for variable in self._trainable_variables:
            variable.trainable = self._trainable
        for layer in self._layers:
            layer.trainable = self._trainable

    def get_weights(self):
        """The values of `weights` as NumPy arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights):
        """Set the values of `weights`.

        Args:
            weights: list of arrays as `get_weights` gives it.

        Raises:
            ValueError: if the number or a shape does not fit; then nothing is set.
        """
        variables, weights = self.weights, list(weights)
        if len(variables) != len(weights):
            raise errors.invalid(
                "weights",
                got=f"{len(weights)} arrays",
                expected=f"{len(variables)}, as layer {self.name!r} has weights",
            )
        for variable, value in zip(variables, weights, strict=True):
            if tuple(getattr(value, "shape", ())) != variable.shape:
                raise errors.shape_mismatch(
                    "weights",
                    got=getattr(value, "shape", ()),
                    expected=variable.shape,
                    hint=f"It is meant for {variable.path!r}.",
                )
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self):
        """The number of values in the weights.

        Raises:
            ValueError: if the layer is not built yet.
        """
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} is not built, so its weights cannot be counted. Call "
                "it, or build it."
            )
        return sum(v.size for v in self.weights)

    def add_loss(self, loss):
        """Add to what training makes small, from inside of `call`.

        Args:
            loss: scalar tensor, or a list of them.

        Raises:
            ValueError: for anything else.
        """
        for value in loss if isinstance(loss, list | tuple) else [loss]:
            if not call.is_tensor(value):
                raise errors.invalid(
                    "loss", got=value, expected="a scalar tensor that was computed in `call`"
                )
            if call.current() is None or not call.current().symbolic:
                self._losses.append(value)

    def _get_own_losses(self):
        # What a trace has left behind has no value outside of it.
        tracing = context.current.trace is not None
        return [loss for loss in self._losses if tracing or not is_traced(loss)]

    def _clear_losses(self):
        self._losses.clear()
        for layer in self._layers:
            layer._clear_losses()

    @property
    def losses(self):
        """What `add_loss` and activity regularizers added in the last call, and the weights'
        regularizers.
        """
        found = [loss for layer in self._flatten_layers() for loss in layer._get_own_losses()]
        return found + [
            v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None
        ]

    def add_metric(self, *args, **kwargs):
        """Gone, as in Keras 3."""
        raise errors.unsupported(
            "add_metric()", "Keep a metric as an attribute and update it in `call`, or compile one."
        )

    def save_own_variables(self, store):
        """Write the layer's own weights, those of sublayers not among them.

        Args:
            store: dict-like; the keys are "0", "1", ...
        """
        for i, variable in enumerate([*self._trainable_variables, *self._non_trainable_variables]):
            store[str(i)] = variable

    def load_own_variables(self, store):
        """Read what `save_own_variables` wrote.

        Args:
            store: dict-like with arrays under "0", "1", ...

        Raises:
            ValueError: if the number or a shape does not fit.
        """
        own = [*self._trainable_variables, *self._non_trainable_variables]
        if len(store.keys()) != len(own):
            hint = (
                "Build the layer before its weights are loaded."
                if not own and not self.built
                else None
            )
            raise errors.invalid(
                f"weights of layer {self.name!r}",
                got=f"{len(store.keys())} arrays in the file",
                expected=f"{len(own)}: {[v.path for v in own]}",
                hint=hint,
            )
        values = [store[str(i)] for i in range(len(own))]
        for variable, value in zip(own, values, strict=True):
            if tuple(value.shape) != variable.shape:
                raise errors.shape_mismatch(variable.path, got=value.shape, expected=variable.shape)
        for variable, value in zip(own, values, strict=True):
            variable.assign(value)


def _once(things):
    return list({id(thing): thing for thing in things}.values())
