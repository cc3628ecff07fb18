"""TensorSpec, TensorShape and sparse tensors: what they accept, how they compare, what they say."""

import json
import pickle

import numpy as np
import pytest

import estikeras as tf
from estikeras.engine.specs import SparseTensorSpec, TensorSpec

SHAPES = [  # shape, value's shape, whether the value fits
    (None, (), True),
    (None, (2, 3), True),
    ((), (), True),
    ((), (1,), False),
    ((None,), (0,), True),
    ((None, 3), (5, 3), True),
    ((None, 3), (5, 4), False),
    ((None, 3), (3,), False),
    ((-1, 3), (5, 3), True),
    (3, (3,), True),
    ([2, None], (2, 7), True),
]


@pytest.mark.parametrize(("shape", "actual", "fits"), SHAPES)
def test_a_spec_allows_the_shapes_it_stands_for(shape, actual, fits):
    spec = TensorSpec(shape, "float32")
    assert spec.allows(actual) is fits
    assert spec.is_compatible_with(np.zeros(actual, np.float32)) is fits
    assert spec.is_compatible_with(TensorSpec(actual, tf.float32)) is fits
    assert not spec.is_compatible_with(np.zeros(actual, np.float64))


GENERAL = [  # two shapes, and the one that both fit
    ((2, 3), (2, 3), (2, 3)),
    ((2, 3), (4, 3), (None, 3)),
    ((2, None), (4, 3), (None, None)),
    ((2, 3), (2,), None),
    (None, (2,), None),
    ((), (), ()),
]


@pytest.mark.parametrize(("first", "second", "both"), GENERAL)
def test_the_most_general_spec_is_the_same_both_ways(first, second, both):
    a, b = TensorSpec(first, "int32"), TensorSpec(second, "int32")
    assert a.most_general(b) == b.most_general(a) == TensorSpec(both, "int32")


def test_specs_of_other_dtypes_have_nothing_in_common():
    with pytest.raises(ValueError, match="int32 and string differ"):
        TensorSpec((), "int32").most_general(TensorSpec((), "string"))


@pytest.mark.parametrize("shape", [None, (), (3,), (None, 3)])
@pytest.mark.parametrize("kind", [TensorSpec, SparseTensorSpec])
def test_batches_and_rows_are_opposites(shape, kind):
    spec = kind(shape, "int64")
    for size in (None, 5):
        batched = spec.batched(size)
        assert batched.shape == (None if shape is None else (size, *shape))
        assert batched.unbatched() == spec
    assert spec.of_any_size().shape == (None if shape is None else (None,) * len(shape))


def test_a_scalar_has_no_rows():
    with pytest.raises(ValueError, match="has no rows"):
        TensorSpec((), "int64").unbatched()


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (TensorSpec((), "string"), b""),
        (TensorSpec((None, 2), "string"), np.full((1, 2), b"", object)),
        (TensorSpec((2,), "bool"), np.zeros(2, bool)),
        (TensorSpec((), "float16"), np.float16(0)),
        (TensorSpec(None, "int32"), np.int32(0)),
    ],
)
def test_a_stand_in_fits_its_spec(spec, value):
    made = spec.stand_in()
    assert np.array_equal(made, value)
    assert getattr(made, "dtype", "string") == getattr(value, "dtype", "string")


def test_specs_compare_by_shape_dtype_and_name_and_are_keys():
    spec = tf.TensorSpec([None, 3], tf.float32, name="x")
    assert spec == tf.TensorSpec((None, 3), "float32", "x")
    assert spec != tf.TensorSpec((None, 3), "float32")
    assert spec != tf.TensorSpec((None, 4), "float32", "x")
    assert spec != tf.TensorSpec((None, 3), "float64", "x")
    assert len({spec, tf.TensorSpec([None, 3], "float32", "x")}) == 1
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert repr(spec) == "TensorSpec(shape=(None, 3), dtype=float32, name='x')"
    assert tf.TensorSpec.from_tensor(tf.constant([1, 2])) == tf.TensorSpec((2,), tf.int32)
    assert tf.TensorSpec.from_spec(spec, "y") == tf.TensorSpec((None, 3), "float32", "y")


def test_specs_do_not_change():
    spec = tf.TensorSpec((3,))
    with pytest.raises(AttributeError):
        spec.shape = (4,)
    with pytest.raises(TypeError):
        spec.shape[0] = 4


@pytest.mark.parametrize("dims", [(), (2, 3), (None, 3)])
def test_shapes_are_tuples_with_tensorflows_methods(dims):
    shape = tf.TensorShape(dims)
    assert shape == dims and shape == list(dims) and tuple(shape) == dims
    assert shape != (*dims, 1)
    assert (shape.rank, shape.ndims) == (len(dims), len(dims))
    assert shape.as_list() == shape.dims == list(dims)
    assert shape.is_fully_defined() is (None not in dims)
    assert shape.num_elements() == (None if None in dims else int(np.prod(dims, dtype=int)))
    assert hash(shape) == hash(dims)
    assert pickle.loads(pickle.dumps(shape)) == shape
    assert TensorSpec(shape).shape == dims


def test_sizes_have_tensorflow_1s_value():
    shape = tf.TensorShape((2, None, 3))
    assert (shape[0].value, shape[-1].value, shape.dims[2].value) == (2, 3, 3)
    assert shape[1] is None
    assert [size and size.value for size in shape] == [2, None, 3]
    size = shape[0]
    assert (size, repr(size), hash(size), json.dumps(size)) == (2, "2", hash(2), "2")
    assert tf.constant(size).dtype == tf.constant([size, 3]).dtype == "int32"
    assert tf.zeros([size, 3]).shape == (2, 3)
    assert (tf.range(size).dtype, (tf.constant([0.5]) * size).dtype) == ("int32", "float32")


def test_shapes_are_made_of_a_size_too_and_not_of_none():
    assert tf.TensorShape(3) == [3]
    with pytest.raises(NotImplementedError, match="Write None"):
        tf.TensorShape(None)


@pytest.mark.parametrize("of", [lambda x: x, tf.function], ids=["eager", "traced"])
@pytest.mark.parametrize(("shape", "actual", "fits"), SHAPES)
def test_a_tensors_shape_is_known_and_may_be_set_to_itself(shape, actual, fits, of):
    def checked(x):
        assert x.get_shape().as_list() == list(actual)
        x.set_shape(shape)
        return x

    x = tf.zeros(actual)
    if fits and shape != (-1, 3):
        assert np.array_equal(of(checked)(x), x)
    else:
        with pytest.raises(ValueError, match=r"`shape`: expected shape \("):
            of(checked)(x)


def test_sizes_that_are_not_known_may_be_set_to_any():
    def checked(x):
        x.set_shape((None, 3))
        x.set_shape((7, 3))
        return x

    x = tf.keras.KerasTensor((None, 3))
    assert tf.keras.layers.Lambda(checked)(x).shape == (None, 3)


def sparse():
    return tf.sparse.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 2])


def test_a_sparse_tensor_has_three_tensors():
    tensor = sparse()
    assert (tensor.shape, tensor.dtype) == ((3, 2), "float32")
    assert (tensor.indices.dtype, tensor.dense_shape.dtype) == ("int64", "int64")
    assert np.array_equal(tf.sparse.to_dense(tensor), [[0, 1], [0, 0], [2, 0]])
    assert "dense_shape=(3, 2)" in repr(tensor)
    back = tf.sparse.from_dense(tf.sparse.to_dense(tensor))
    assert np.array_equal(back.indices, tensor.indices)


def test_a_sparse_tensor_of_uneven_parts_is_refused():
    for indices in ([[0, 1]], [[0], [1]]):
        with pytest.raises(ValueError, match=r"`indices`.*\(2, 2\)"):
            tf.sparse.SparseTensor(indices, [1.0, 2.0], [3, 2])


def test_sparse_elements_are_stacked_and_have_their_spec():
    dataset = tf.data.Dataset.from_tensors(sparse()).repeat(2)
    assert dataset.element_spec == tf.SparseTensorSpec((3, 2), "float32")
    whole, rest = dataset.repeat(2).take(3).batch(2)
    assert (whole.shape, rest.shape) == ((2, 3, 2), (1, 3, 2))
    dense = np.asarray(tf.sparse.to_dense(whole))
    assert np.array_equal(dense, np.stack([[[0, 1], [0, 0], [2, 0]]] * 2))
    pair = tf.data.Dataset.zip(dataset, tf.data.Dataset.range(2)).batch(2, drop_remainder=True)
    assert [(x.shape, n.shape) for x, n in pair] == [((2, 3, 2), (2,))]
    with pytest.raises(TypeError, match="Sparse tensors cannot be padded"):
        list(dataset.padded_batch(2))


def test_a_sparse_stand_in_has_no_entries():
    made = SparseTensorSpec((None, 3), "string").stand_in()
    assert (made.shape, made.dtype, made.values.shape) == ((1, 3), "string", (0,))
