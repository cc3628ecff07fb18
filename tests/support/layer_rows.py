"""One row of a layer's table: what it says, and the layer, inputs and call it stands for."""

import dataclasses
import inspect
from collections.abc import Callable

from estikeras import keras as our_keras
from estikeras import ops
from estikeras.engine import tree
from tests.support.arrays import as_array, dtype_name, random_array


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


def build(row, keras, *, dtype=None):
    """The row's layer, made by our `keras` or by the real one."""
    config = row.config(keras) if callable(row.config) else dict(row.config)
    layer = row.layer if keras is our_keras else getattr(keras.layers, row.layer.__name__)
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
    return tree.flatten(outputs)


def perturb(layer):
    """Give every float weight random values, so that zeros and ones hide nothing."""
    for seed, weight in enumerate(layer.weights):
        value = as_array(weight)
        if value.dtype.kind == "f" or str(value.dtype) == "bfloat16":
            low, high = (0.5, 1.5) if "variance" in weight.name else (-0.5, 0.5)
            fresh = random_array(value.shape, "float64", seed=50 + seed, low=low, high=high)
            weight.assign(fresh.astype(value.dtype))


def tensors_of(x):
    """The row's arrays as tensors."""
    if isinstance(x, list):
        return [ops.convert_to_tensor(a) for a in x]
    return ops.convert_to_tensor(x)


def symbols_of(row, x):
    """Symbolic inputs of the row, with an open batch where the layer allows it."""

    def one(array):
        batch = None if row.dynamic_batch else array.shape[0]
        return our_keras.KerasTensor((batch, *array.shape[1:]), dtype=dtype_name(array))

    return [one(a) for a in x] if isinstance(x, list) else one(x)


def symbolic_arguments(row, x):
    """`call_arguments` for symbolic inputs."""
    arguments = call_arguments(row, x)
    if "mask" in arguments:
        symbol = our_keras.KerasTensor(
            (None, *(x[0] if isinstance(x, list) else x).shape[1:2]), dtype="bool"
        )
        arguments["mask"] = [symbol] * len(x) if isinstance(x, list) else symbol
    return arguments


def training_argument(layer, training):
    """`{"training": ...}` for a layer whose call takes it."""
    takes = "training" in inspect.signature(layer.call).parameters
    return {"training": training} if takes else {}


def call_layer(layer, x, row, training, tensors=False):
    """Call the layer with the row's further arguments; with `tensors`, `x` holds them already."""
    inputs = x if tensors else tensors_of(x)
    arrays = [as_array(a) for a in x] if isinstance(x, list) else as_array(x)
    return layer(inputs, **call_arguments(row, arrays), **training_argument(layer, training))


def dense(gradient):
    """A gradient as an array, indices and rows summed up."""
    return as_array(ops.convert_to_tensor(gradient))
