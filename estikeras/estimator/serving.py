"""How a served model gets its features: the functions that `export_saved_model` takes."""

from collections import namedtuple

from estikeras import errors
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.io_examples import parse_example
from estikeras.public import public


@public("estimator.export.ServingInputReceiver", "compat.v1.estimator.export.ServingInputReceiver")
class ServingInputReceiver(
    namedtuple(
        "ServingInputReceiver",
        ["features", "receiver_tensors", "receiver_tensors_alternatives"],
    )
):
    """Where a served model's features come from.

    Args:
        features: dict from name to tensor, or a tensor, which is called "feature"; what `model_fn`
            gets, where a dict.
        receiver_tensors: dict from name to the placeholders that are fed, or one, which is called
            "input".
        receiver_tensors_alternatives: dict from name to further such dicts, of tensors that may be
            fed in place of `receiver_tensors`; or None.

    Raises:
        ValueError: for other things than tensors.
    """

    def __new__(cls, features, receiver_tensors, receiver_tensors_alternatives=None):
        return super().__new__(
            cls,
            _tensors(features, "feature"),
            _tensors(receiver_tensors, "input"),
            _alternatives(receiver_tensors_alternatives),
        )


@public(
    "estimator.export.TensorServingInputReceiver",
    "compat.v1.estimator.export.TensorServingInputReceiver",
)
class TensorServingInputReceiver(
    namedtuple(
        "TensorServingInputReceiver",
        ["features", "receiver_tensors", "receiver_tensors_alternatives"],
    )
):
    """A ServingInputReceiver for a `model_fn` whose features are one tensor.

    Args:
        features: tensor.
        receiver_tensors: as of a ServingInputReceiver.
        receiver_tensors_alternatives: likewise.

    Raises:
        ValueError: for other things than tensors.
    """

    def __new__(cls, features, receiver_tensors, receiver_tensors_alternatives=None):
        if not isinstance(features, Tensor):
            raise errors.invalid("features", got=features, expected="a tensor")
        return super().__new__(
            cls,
            features,
            _tensors(receiver_tensors, "input"),
            _alternatives(receiver_tensors_alternatives),
        )


class SupervisedInputReceiver(
    namedtuple("SupervisedInputReceiver", ["features", "labels", "receiver_tensors"])
):
    """Where features and labels of an exported evaluation come from.

    Args:
        features: dict from name to tensor, or a tensor.
        labels: likewise.
        receiver_tensors: dict from name to placeholder, or one.
    """

    def __new__(cls, features, labels, receiver_tensors):
        for name, tensors in (("features", features), ("labels", labels)):
            _tensors(tensors, name)
        return super().__new__(cls, features, labels, _tensors(receiver_tensors, "input"))


@public(
    "estimator.export.build_parsing_serving_input_receiver_fn",
    "compat.v1.estimator.export.build_parsing_serving_input_receiver_fn",
)
def build_parsing_serving_input_receiver_fn(feature_spec, default_batch_size=None):
    """A function that lets a served model read serialized `tf.train.Example`s.

    Args:
        feature_spec: dict from name to FixedLenFeature or VarLenFeature, as
            `tf.feature_column.make_parse_example_spec` gives it.
        default_batch_size: int, None for any.

    Returns:
        A function of no arguments, for `export_saved_model`.
    """

    def serving_input_receiver_fn():
        serialized = _placeholder("string", [default_batch_size], "input_example_tensor")
        features = parse_example(serialized, feature_spec)
        return ServingInputReceiver(features, {"examples": serialized})

    return serving_input_receiver_fn


@public(
    "estimator.export.build_raw_serving_input_receiver_fn",
    "compat.v1.estimator.export.build_raw_serving_input_receiver_fn",
)
def build_raw_serving_input_receiver_fn(features, default_batch_size=None):
    """A function that lets a served model take the features themselves.

    Args:
        features: dict from name to a tensor of the dtype and the shape that the feature has.
        default_batch_size: int, None for any.

    Returns:
        A function of no arguments, for `export_saved_model`.
    """

    def serving_input_receiver_fn():
        fed = _placeholders(features, default_batch_size)
        return ServingInputReceiver(fed, fed)

    return serving_input_receiver_fn


@public(
    "estimator.experimental.build_raw_supervised_input_receiver_fn",
    "compat.v1.estimator.experimental.build_raw_supervised_input_receiver_fn",
)
def build_raw_supervised_input_receiver_fn(features, labels, default_batch_size=None):
    """A function that lets an exported evaluation take features and labels themselves.

    Args:
        features: dict from name to tensor, or a tensor.
        labels: likewise.
        default_batch_size: int, None for any.

    Returns:
        A function of no arguments, for `experimental_export_all_saved_models`.

    Raises:
        ValueError: for a name that features and labels share.
    """
    if isinstance(features, dict) and isinstance(labels, dict) and set(features) & set(labels):
        raise errors.invalid(
            "labels", got=sorted(labels), expected="other names than those of the features"
        )

    def supervised_input_receiver_fn():
        x = _placeholders(features, default_batch_size, "features")
        y = _placeholders(labels, default_batch_size, "labels")
        fed = {
            **(x if isinstance(x, dict) else {"features": x}),
            **(y if isinstance(y, dict) else {"labels": y}),
        }
        return SupervisedInputReceiver(x, y, fed)

    return supervised_input_receiver_fn


def _placeholders(tensors, batch, name=None):
    """Placeholders like tensors whose first size is the batch's."""
    if not isinstance(tensors, dict):
        tensors = as_tensor(tensors)
        return _placeholder(tensors.dtype, [batch, *tensors.shape[1:]], name)
    return {name: _placeholder(x.dtype, [batch, *x.shape[1:]], name) for name, x in tensors.items()}


def _placeholder(dtype, shape, name):
    graph = session_graph()
    made = graph.add_placeholder(shape, dtype)
    graph.note(made, name or "input")
    return made


def _tensors(tensors, default):
    named = tensors if isinstance(tensors, dict) else {default: tensors}
    for name, tensor in named.items():
        if not isinstance(name, str):
            raise errors.invalid(f"{default} keys", got=name, expected="strings")
        if not isinstance(tensor, Tensor):
            raise errors.invalid(f"{default} {name!r}", got=tensor, expected="a tensor")
        if session_graph() is not None:
            session_graph().own(tensor)
    return named


def _alternatives(alternatives):
    if alternatives is not None and not isinstance(alternatives, dict):
        raise errors.wrong_type(
            "receiver_tensors_alternatives", got=alternatives, expected="a dict"
        )
    return {name: _tensors(tensors, "input") for name, tensors in (alternatives or {}).items()}
