"""Rows of layer cases, and the checks that every row goes through.

A layer's test file is a table and one line:

    from estikeras.keras.layers import Dense
    from tests.support.layers import case, layer_checks

    CASES = [
        case(Dense, {"units": 3}, (2, 4)),
        case(Dense, {"units": 3, "use_bias": False}, (2, 5, 4), dtype="float16"),
    ]
    test_layer = layer_checks(CASES)

Several inputs are a list of shapes; a configuration that holds layers is a function of `keras`, as
it is built with ours and with the real one:

    case(Add, {}, [(2, 3), (2, 3)])
    case(Bidirectional, lambda keras: {"layer": keras.layers.LSTM(3)}, (2, 5, 4))
    case(Embedding, {"input_dim": 10, "output_dim": 3}, (2, 5), input_dtype="int32", high=10)
    case(Dropout, {"rate": 0.5}, (2, 8), random=True)           # training=True is not compared
    case(LSTM, {"units": 3}, (2, 5, 4), mask=True)              # also called with a mask
    case(X, {}, (2, 4), tolerance=1e-4, why="sums 10,000 terms in another order")
"""

import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest

from tests.support import oracle
from tests.support.arrays import as_array, assert_close, random_array


@dataclasses.dataclass(frozen=True)
class Case:
    """One row; `case` describes the fields."""

    layer: type
    config: dict | Callable
    input_shape: tuple | list
    dtype: str
    input_dtype: str | None
    low: float | None
    high: float | None
    call: dict
    random: bool
    mask: bool
    gradient: bool
    oracle: bool
    dynamic_batch: bool
    tolerance: float | None
    why: str | None

    def __str__(self):
        config = self.config if isinstance(self.config, dict) else {}
        text = ",".join(f"{k}={v}" for k, v in config.items())
        shape = str(self.input_shape).replace(" ", "")
        mask = "-mask" if self.mask else ""
        return f"{self.layer.__name__}({text[:60]})-{shape}-{self.dtype}{mask}"


def case(
    layer,
    config,
    input_shape,
    *,
    dtype="float32",
    input_dtype=None,
    low=None,
    high=None,
    call=None,
    random=False,
    mask=False,
    gradient=True,
    oracle=True,
    dynamic_batch=True,
    tolerance=None,
    why=None,
):
    """A row for `layer_checks`.

    Args:
        layer: the class; the real Keras has it under the same name.
        config: keyword arguments of the constructor, or a function of `keras` that returns them.
        input_shape: with the batch; a list of shapes for a layer that takes a list of tensors.
        dtype: the layer's dtype policy.
        input_dtype: the inputs' dtype, by default `dtype`.
        low: the smallest input.
        high: the limit of the inputs (for integers not reached).
        call: further arguments of the call.
        random: outputs are random when training, only their shape is compared then.
        mask: call it with a random mask of the first two dimensions.
        gradient: check gradients numerically and against the real Keras.
        oracle: the real Keras has this layer.
        dynamic_batch: the layer takes another batch size after it was built.
        tolerance: replaces the table's tolerance; needs `why`.
        why: the reason for a tolerance of its own.
    """
    assert tolerance is None or why, "a tolerance of its own needs why=..."
    return Case(
        layer, config, input_shape, dtype, input_dtype, low, high, call or {}, random, mask,
        gradient, oracle, dynamic_batch, tolerance, why,
    )  # fmt: skip


def layer_checks(cases):
    """A test function over all checks and rows."""
    rows = []
    for check in CHECKS:
        for row in cases:
            if check in (check_oracle, check_oracle_config):
                if row.oracle:
                    rows.append(pytest.param(check, row, marks=pytest.mark.oracle))
            elif check is not check_gradient or row.gradient:
                rows.append(pytest.param(check, row))
    ids = [f"{p.values[0].__name__.removeprefix('check_')}-{p.values[1]}" for p in rows]

    @pytest.mark.parametrize(("check", "row"), rows, ids=ids)
    def test_layer(check, row, tmp_path):
        np.random.seed(0)  # noqa: NPY002  layers without a seed draw theirs from here
        if check is check_archive:
            check(row, tmp_path)
        else:
            check(row)

    return test_layer


# ---- what a row stands for ----


def our_keras():
    """`estikeras.keras`."""
    from estikeras import keras

    return keras


def build(row, keras, *, dtype=None):
    """The row's layer, made by our `keras` or by the real one."""
    config = row.config(keras) if callable(row.config) else dict(row.config)
    layer = row.layer if keras is our_keras() else getattr(keras.layers, row.layer.__name__)
    return layer(dtype=dtype or row.dtype, **config)


def inputs_of(row, *, batch=None, dtype=None):
    """The row's input: an array, or a list of them."""

    def one(shape, seed):
        shape = shape if batch is None else (batch, *shape[1:])
        kind = row.input_dtype or dtype or row.dtype
        return random_array(shape, kind, seed=seed, low=row.low, high=row.high)

    if isinstance(row.input_shape, list):
        return [one(shape, seed) for seed, shape in enumerate(row.input_shape)]
    return one(row.input_shape, 0)


def call_arguments(row, x):
    """The row's further call arguments; a mask leaves the first step of every sample."""
    arguments = dict(row.call)
    if row.mask:
        first = x[0] if isinstance(x, list) else x
        mask = random_array(first.shape[:2], "bool", seed=7)
        mask[:, 0] = True
        arguments["mask"] = [mask] * len(x) if isinstance(x, list) else mask
    return arguments


def flat(outputs):
    """Nested outputs as a list."""
    from estikeras.engine import tree

    return tree.flatten(outputs)


def has_floats(x):
    """Whether any input is of a float dtype."""
    return any(np.issubdtype(a.dtype, np.floating) for a in (x if isinstance(x, list) else [x]))


def perturb(layer):
    """Give every float weight random values, so that zeros and ones hide nothing."""
    for seed, weight in enumerate(layer.weights):
        value = as_array(weight)
        if value.dtype.kind == "f" or str(value.dtype) == "bfloat16":
            low, high = (0.5, 1.5) if "variance" in weight.name else (-0.5, 0.5)
            fresh = random_array(value.shape, "float64", seed=50 + seed, low=low, high=high)
            weight.assign(fresh.astype(value.dtype))


# ---- the checks ----


def check_shapes(row):
    """Outputs have the shapes that compute_output_shape says."""
    layer, x = build(row, our_keras()), inputs_of(row)
    outputs = layer(_tensors(x), **call_arguments(row, x))
    expected = layer.compute_output_shape(row.input_shape)
    shapes = [tuple(o.shape) for o in flat(outputs)]
    if len(shapes) == 1:
        assert shapes[0] == tuple(expected)
    else:
        assert shapes == [tuple(shape) for shape in expected]


def check_dtypes(row):
    """A symbolic call gives the shapes and dtypes of an eager one, with an open batch too."""
    keras = our_keras()
    layer, x = build(row, keras), inputs_of(row)
    outputs = flat(layer(_tensors(x), **call_arguments(row, x)))
    spec = flat(layer(_symbols(keras, row, x), **_symbolic_arguments(keras, row, x)))
    assert [s.dtype for s in spec] == [o.dtype for o in outputs]
    for symbol, output in zip(spec, outputs, strict=True):
        assert len(symbol.shape) == len(output.shape)
        for size, real in zip(symbol.shape, output.shape, strict=True):
            assert size is None or size == real, (symbol.shape, output.shape)


def check_mask(row):
    """A mask goes on only through a layer that supports masks, and has the batch's size."""
    layer, x = build(row, our_keras()), inputs_of(row)
    layer(_tensors(x), **call_arguments(row, x))
    mask = call_arguments(row, x).get("mask")
    result = layer.compute_mask(_tensors(x), mask)
    for one in flat(result):
        if one is not None:
            assert as_array(one).shape[0] == (x[0] if isinstance(x, list) else x).shape[0]


def check_training_flag(row):
    """The layer runs in both modes, alike in shape and dtype."""
    layer, x = build(row, our_keras()), inputs_of(row)
    specs = []
    for training in (False, True):
        outputs = _call(layer, x, row, training)
        specs.append([(tuple(o.shape), o.dtype) for o in flat(outputs)])
    assert specs[0] == specs[1]


def check_config(row):
    """from_config(get_config()) makes an equal layer, and the configuration is JSON."""
    layer, x = build(row, our_keras()), inputs_of(row)
    expected = _call(layer, x, row, False)
    config = layer.get_config()
    json.dumps(our_keras().saving.serialize_keras_object(layer))
    copy = row.layer.from_config(config)
    assert copy.get_config() == layer.get_config()
    _call(copy, x, row, False)
    copy.set_weights(layer.get_weights())
    assert_close(flat(_call(copy, x, row, False)), flat(expected), tolerance=row.tolerance)


def check_archive(row, folder):
    """A model with the layer predicts the same after `.keras` and back."""
    keras = our_keras()
    x = inputs_of(row)
    symbols = [
        keras.Input(a.shape[1:], batch_size=None if row.dynamic_batch else a.shape[0],
                    dtype=str(a.dtype))
        for a in (x if isinstance(x, list) else [x])
    ]  # fmt: skip
    layer = build(row, keras)
    outputs = layer(symbols if isinstance(x, list) else symbols[0], **row.call)
    model = keras.Model(symbols, outputs)
    perturb(layer)
    model.save(folder / "model.keras")
    loaded = keras.models.load_model(folder / "model.keras", safe_mode=False)
    assert_close(flat(loaded(_tensors(x))), flat(model(_tensors(x))), tolerance=row.tolerance)


def check_traced(row):
    """A traced call computes what an eager one does, states included."""
    from estikeras.engine.function import function

    modes = (False,) if row.random else (False, True)
    for training in modes:
        eager, traced, x = build(row, our_keras()), build(row, our_keras()), inputs_of(row)
        _call(eager, x, row, False)
        _call(traced, x, row, False)
        perturb(eager)
        traced.set_weights(eager.get_weights())
        arguments = {**call_arguments(row, x), **_training(traced, training)}
        program = function(lambda v, layer=traced, arguments=arguments: layer(v, **arguments))
        expected = flat(_call(eager, x, row, training))
        assert_close(flat(program(_tensors(x))), expected, tolerance=row.tolerance)
        assert_close(traced.get_weights(), eager.get_weights(), tolerance=row.tolerance)


def check_batch(row):
    """A built layer takes another batch size, and treats each sample by itself."""
    if not row.dynamic_batch:
        return
    layer, x = build(row, our_keras()), inputs_of(row, batch=5)
    _call(layer, inputs_of(row), row, False)
    whole = flat(_call(layer, x, row, False))
    head = [a[:3] for a in x] if isinstance(x, list) else x[:3]
    arguments = call_arguments(row, x)
    if "mask" in arguments:
        mask = arguments["mask"]
        arguments["mask"] = [m[:3] for m in mask] if isinstance(mask, list) else mask[:3]
    part = flat(layer(_tensors(head), **arguments, **_training(layer, False)))
    assert_close(part, [as_array(o)[:3] for o in whole], tolerance=row.tolerance)


def check_gradient(row):
    """Taped gradients by inputs and weights equal numeric ones, in float64."""
    from estikeras.engine.tape import GradientTape

    layer = build(row, our_keras(), dtype="float64")
    x = inputs_of(row, dtype="float64")
    _call(layer, x, row, False)
    perturb(layer)
    arrays = list(x) if isinstance(x, list) else [x]
    places = [i for i, a in enumerate(arrays) if a.dtype == np.float64]
    weights = list(layer.trainable_weights)
    points = [arrays[i] for i in places] + [as_array(w) for w in weights]
    if not points:
        return
    directions = [random_array(p.shape, "float64", seed=90 + i) for i, p in enumerate(points)]
    weight_of_output = {}

    def loss(values):
        for i, value in zip(places, values, strict=False):
            arrays[i] = value
        for weight, value in zip(weights, values[len(places) :], strict=True):
            weight.assign(value)
        inputs = _tensors(arrays if isinstance(x, list) else arrays[0])
        sources = [flat(inputs)[i] for i in places]
        with GradientTape() as tape:
            tape.watch(sources)
            total = 0.0
            for i, output in enumerate(flat(_call(layer, inputs, row, False, tensors=True))):
                if "float" in output.dtype:
                    if i not in weight_of_output:
                        weight_of_output[i] = random_array(output.shape, "float64", seed=i)
                    total = total + _ops().sum(output * weight_of_output[i])
        return total, tape, [*sources, *weights]

    total, tape, sources = loss(points)
    gradients = tape.gradient(total, sources, unconnected_gradients="zero")
    taped = sum(float(np.sum(_dense(g) * d)) for g, d in zip(gradients, directions, strict=True))
    step = 1e-6
    ends = [
        float(as_array(loss([p + s * d for p, d in zip(points, directions, strict=True)])[0]))
        for s in (step, -step)
    ]
    numeric = (ends[0] - ends[1]) / (2 * step)
    np.testing.assert_allclose(taped, numeric, rtol=2e-5, atol=2e-6)


def check_oracle(row):
    """Forward values, gradients and changed states equal the real Keras's, with equal weights."""
    real, ours, x = build(row, oracle.real_keras()), build(row, our_keras()), inputs_of(row)
    arguments = call_arguments(row, x)
    real(x, **arguments)
    _call(ours, x, row, False)
    perturb(ours)
    shapes = [tuple(w.shape) for w in ours.weights]
    assert shapes == [tuple(w.shape) for w in real.weights]
    assert [w.name for w in ours.weights] == [w.name for w in real.weights]
    real.set_weights([as_array(w) for w in ours.weights])
    for training in (False,) if row.random else (False, True):
        expected = real(x, **arguments, **_training(real, training))
        outputs = _call(ours, x, row, training)
        dtypes = [o.dtype for o in flat(outputs)]
        assert dtypes == [str(o.dtype) for o in flat(expected)]
        assert_close(flat(outputs), [np.asarray(o) for o in flat(expected)],
                     tolerance=row.tolerance, what=f"outputs, training={training}")  # fmt: skip
        assert_close(ours.get_weights(), real.get_weights(), tolerance=row.tolerance,
                     what=f"weights after a call, training={training}")  # fmt: skip
    if row.gradient and row.dtype in ("float32", "float64"):
        _compare_gradients(row, ours, real, x, arguments)


def check_oracle_config(row):
    """get_config has the real Keras's keys and values."""
    real, ours = build(row, oracle.real_keras()), build(row, our_keras())
    expected, got = _plain(real.get_config()), _plain(ours.get_config())
    for config in (expected, got):
        config.pop("name", None)
    assert got == expected


CHECKS = (
    check_shapes,
    check_dtypes,
    check_mask,
    check_training_flag,
    check_config,
    check_archive,
    check_traced,
    check_batch,
    check_gradient,
    check_oracle,
    check_oracle_config,
)


# ---- helpers ----


def _ops():
    from estikeras import ops

    return ops


def _tensors(x):
    ops = _ops()
    return [ops.convert_to_tensor(a) for a in x] if isinstance(x, list) else (
        ops.convert_to_tensor(x)
    )  # fmt: skip


def _symbols(keras, row, x):
    def one(array):
        batch = None if row.dynamic_batch else array.shape[0]
        return keras.KerasTensor((batch, *array.shape[1:]), dtype=str(array.dtype))

    return [one(a) for a in x] if isinstance(x, list) else one(x)


def _symbolic_arguments(keras, row, x):
    arguments = call_arguments(row, x)
    if "mask" in arguments:
        symbol = keras.KerasTensor(
            (None, *(x[0] if isinstance(x, list) else x).shape[1:2]), dtype="bool"
        )
        arguments["mask"] = [symbol] * len(x) if isinstance(x, list) else symbol
    return arguments


def _training(layer, training):
    """`{"training": ...}` for a layer whose call takes it."""
    import inspect

    takes = "training" in inspect.signature(layer.call).parameters
    return {"training": training} if takes else {}


def _call(layer, x, row, training, tensors=False):
    inputs = x if tensors else _tensors(x)
    arrays = [as_array(a) for a in x] if isinstance(x, list) else as_array(x)
    return layer(inputs, **call_arguments(row, arrays), **_training(layer, training))


def _dense(gradient):
    return as_array(_ops().convert_to_tensor(gradient))


def _plain(config):
    """A configuration as both write it to JSON, without the names of the modules."""

    def clean(value):
        if isinstance(value, dict):
            dropped = ("module", "registered_name", "build_config", "name", "shared_object_id")
            return {k: clean(v) for k, v in value.items() if k not in dropped}
        if isinstance(value, (list, tuple)):
            return [clean(v) for v in value]
        return value

    return clean(json.loads(json.dumps(config, default=_serialized)))


def _serialized(value):
    maker = oracle.real_keras() if type(value).__module__.startswith("keras.") else our_keras()
    return maker.saving.serialize_keras_object(value)


def _compare_gradients(row, ours, real, x, arguments):
    import jax
    import jax.numpy as jnp

    from estikeras.engine.tape import GradientTape

    arrays = x if isinstance(x, list) else [x]
    places = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"]
    training = _training(real, False)

    def weigh(outputs):
        return [random_array(o.shape, "float64", seed=i) for i, o in enumerate(outputs)]

    def real_loss(floats, trainable):
        full = list(arrays)
        for i, value in zip(places, floats, strict=True):
            full[i] = value
        inputs = full if isinstance(x, list) else full[0]
        outputs, _ = real.stateless_call(
            trainable, [v.value for v in real.non_trainable_variables], inputs,
            **arguments, **training,
        )  # fmt: skip
        outputs = [o for o in flat(outputs) if jnp.issubdtype(o.dtype, jnp.floating)]
        pairs = zip(outputs, weigh(outputs), strict=True)
        return sum(jnp.sum(o * w.astype(o.dtype)) for o, w in pairs)

    floats = [arrays[i] for i in places]
    expected = jax.grad(real_loss, argnums=(0, 1), allow_int=True)(
        floats, [v.value for v in real.trainable_variables]
    )
    inputs = _tensors(x)
    sources = [flat(inputs)[i] for i in places]
    with GradientTape() as tape:
        tape.watch(sources)
        outputs = [o for o in flat(_call(ours, inputs, row, False, tensors=True))
                   if "float" in o.dtype]  # fmt: skip
        pairs = zip(outputs, weigh(outputs), strict=True)
        total = sum((_ops().sum(o * w.astype(o.dtype)) for o, w in pairs), start=0.0)
    everything = [*sources, *ours.trainable_weights]
    got = tape.gradient(total, everything, unconnected_gradients="zero")
    tolerance = row.tolerance or (5e-5 if row.dtype == "float32" else 1e-9)
    assert_close(
        [_dense(g) for g in got], [np.asarray(g) for part in expected for g in part],
        tolerance=tolerance, what="gradients",
    )  # fmt: skip
