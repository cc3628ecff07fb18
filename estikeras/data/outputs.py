"""What elements of datasets and iterators are, in the three parts that TensorFlow 1 asks for."""

from estikeras import errors
from estikeras.data import structure
from estikeras.engine.shapes import TensorShape
from estikeras.engine.specs import ElementsSpec, SparseTensor, SparseTensorSpec
from estikeras.engine.tensor import Tensor
from estikeras.public import public


@public("compat.v1.data.get_output_shapes")
def get_output_shapes(dataset_or_iterator):
    """The structure of the shapes of an element, TensorShapes, or None of one that is not known.

    Args:
        dataset_or_iterator: a Dataset, or an iterator over one.

    Raises:
        TypeError: for something else.
    """
    return _parts(
        dataset_or_iterator, lambda spec: None if spec.shape is None else TensorShape(spec.shape)
    )


@public("compat.v1.data.get_output_types")
def get_output_types(dataset_or_iterator):
    """The structure of the dtypes of an element.

    Args:
        dataset_or_iterator: a Dataset, or an iterator over one.

    Raises:
        TypeError: for something else.
    """
    return _parts(dataset_or_iterator, lambda spec: spec.dtype)


@public("compat.v1.data.get_output_classes")
def get_output_classes(dataset_or_iterator):
    """The structure of the classes of an element: `tf.Tensor` and `tf.SparseTensor`.

    Args:
        dataset_or_iterator: a Dataset, or an iterator over one.

    Raises:
        TypeError: for something else.
    """
    return _parts(
        dataset_or_iterator,
        lambda spec: SparseTensor if isinstance(spec, SparseTensorSpec) else Tensor,
    )


class Outputs:
    """What TensorFlow 1 calls the three parts, of what has an `element_spec`."""

    @property
    def output_shapes(self):
        """See `tf.compat.v1.data.get_output_shapes`."""
        return get_output_shapes(self)

    @property
    def output_types(self):
        """See `tf.compat.v1.data.get_output_types`."""
        return get_output_types(self)

    @property
    def output_classes(self):
        """See `tf.compat.v1.data.get_output_classes`."""
        return get_output_classes(self)


def _parts(given, part):
    """`part` of each spec; Datasets in elements have all in their one spec."""
    if not hasattr(given, "element_spec"):
        raise errors.wrong_type(
            "dataset_or_iterator", got=given, expected="a Dataset or an iterator"
        )
    return structure.map_leaves(
        lambda spec: spec if isinstance(spec, ElementsSpec) else part(spec), given.element_spec
    )
