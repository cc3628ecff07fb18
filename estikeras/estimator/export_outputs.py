"""What a served model answers, by kind: the values of `EstimatorSpec.export_outputs`."""

from estikeras import errors
from estikeras.engine.tensor import Tensor
from estikeras.public import public

DEFAULT_SERVING_KEY = "serving_default"


def _checked(name, value, kinds, optional=False):
    if value is None and optional:
        return None
    if not isinstance(value, Tensor):
        raise errors.invalid(name, got=value, expected="a tensor")
    is_float = value.dtype.startswith(("float", "bfloat"))
    kind = "string" if value.dtype == "string" else "float" if is_float else "other"
    if kinds is not None and kind not in kinds:
        raise errors.invalid(name, got=value.dtype, expected=f"a tensor of {' or '.join(kinds)}s")
    return value


@public("estimator.export.ExportOutput", "compat.v1.estimator.export.ExportOutput")
class ExportOutput:
    """The base of what a served model answers.

    Attributes:
        method_name: which of TensorFlow Serving's methods it answers.
    """

    method_name = "tensorflow/serving/predict"

    @property
    def outputs(self):
        """Tensors by the names of a signature's outputs."""
        raise NotImplementedError(f"{type(self).__name__} must define `outputs`.")


@public("estimator.export.ClassificationOutput", "compat.v1.estimator.export.ClassificationOutput")
class ClassificationOutput(ExportOutput):
    """Scores and names of classes.

    Args:
        scores: float tensor `(batch, classes)`, or None.
        classes: string tensor `(batch, classes)`, or None.

    Raises:
        ValueError: without both, and for other dtypes.
    """

    method_name = "tensorflow/serving/classify"

    def __init__(self, scores=None, classes=None):
        self.scores = _checked("scores", scores, ("float",), optional=True)
        self.classes = _checked("classes", classes, ("string",), optional=True)
        if scores is None and classes is None:
            raise ValueError("A ClassificationOutput needs `scores` or `classes`.")

    @property
    def outputs(self):
        named = {"classes": self.classes, "scores": self.scores}
        return {name: tensor for name, tensor in named.items() if tensor is not None}


@public("estimator.export.RegressionOutput", "compat.v1.estimator.export.RegressionOutput")
class RegressionOutput(ExportOutput):
    """Predicted numbers.

    Args:
        value: float tensor `(batch, values)`.

    Raises:
        ValueError: for no float tensor.
    """

    method_name = "tensorflow/serving/regress"

    def __init__(self, value):
        self.value = _checked("value", value, ("float",))

    @property
    def outputs(self):
        return {"outputs": self.value}


@public("estimator.export.PredictOutput", "compat.v1.estimator.export.PredictOutput")
class PredictOutput(ExportOutput):
    """Any tensors.

    Args:
        outputs: tensor, or dict from name to tensor.

    Raises:
        ValueError: for other things than tensors.
    """

    def __init__(self, outputs):
        self._outputs = _named(outputs, "output")

    @property
    def outputs(self):
        return self._outputs


class SupervisedOutput(ExportOutput):
    """What an exported training or evaluation graph gives.

    Args:
        loss: tensor, or dict of them, or None.
        predictions: likewise.
        metrics: dict from name to a pair of value and update, or None.
    """

    def __init__(self, loss=None, predictions=None, metrics=None):
        self.loss = None if loss is None else _named(loss, "loss")
        self.predictions = None if predictions is None else _named(predictions, "output")
        self.metrics = metrics or {}

    @property
    def outputs(self):
        predictions = (self.predictions or {}).items()
        return {
            **(self.loss or {}),
            **{f"predictions/{name}": value for name, value in predictions},
            **{f"metrics/{name}/value": value for name, (value, _) in self.metrics.items()},
        }


@public("estimator.export.TrainOutput")
class TrainOutput(SupervisedOutput):
    """What an exported training graph gives; see SupervisedOutput."""

    method_name = "tensorflow/supervised/training"


@public("estimator.export.EvalOutput", "compat.v1.estimator.export.EvalOutput")
class EvalOutput(SupervisedOutput):
    """What an exported evaluation graph gives; see SupervisedOutput."""

    method_name = "tensorflow/supervised/eval"


def _named(outputs, default):
    outputs = outputs if isinstance(outputs, dict) else {default: outputs}
    for name, value in outputs.items():
        if not isinstance(name, str):
            raise errors.invalid("outputs", got=name, expected="names that are strings")
        _checked(name, value, None)
    return outputs


def with_default(export_outputs, predictions):
    """The export outputs, one of which is the default of a served model.

    Args:
        export_outputs: dict from a signature's name to an ExportOutput; None serves predictions.
        predictions: tensor, or dict from name to tensor; None for what is not served.

    Raises:
        TypeError: if they are no dict of ExportOutputs by strings.
        ValueError: if there are several and none is called `serving_default`.
    """
    if export_outputs is None:
        return None if predictions is None else {DEFAULT_SERVING_KEY: PredictOutput(predictions)}
    if not isinstance(export_outputs, dict):
        raise errors.wrong_type("export_outputs", got=export_outputs, expected="a dict")
    for name, output in export_outputs.items():
        if not isinstance(output, ExportOutput):
            raise errors.wrong_type(
                f"export_outputs[{name!r}]",
                got=output,
                expected="an ExportOutput, such as `tf.estimator.export.PredictOutput`",
            )
    if len(export_outputs) == 1:
        return {**export_outputs, DEFAULT_SERVING_KEY: next(iter(export_outputs.values()))}
    if len(export_outputs) > 1 and DEFAULT_SERVING_KEY not in export_outputs:
        raise errors.invalid(
            "export_outputs",
            got=sorted(export_outputs),
            expected=f"one of them to be called {DEFAULT_SERVING_KEY!r}, since there are several",
        )
    return export_outputs
