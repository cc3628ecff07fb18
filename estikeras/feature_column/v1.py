"""`tf.compat.v1.feature_column`: what TensorFlow 1 had as functions, or with other arguments."""

from estikeras import errors
from estikeras.engine import context, naming
from estikeras.engine.session_graph import session_graph
from estikeras.feature_column import vocabulary
from estikeras.feature_column.dense_features import DenseFeatures
from estikeras.feature_column.linear_model import LinearModel
from estikeras.feature_column.shared import LayersSharedEmbeddingColumn, LayersTable, table_of
from estikeras.public import public


@public("compat.v1.feature_column.input_layer")
def input_layer(
    features,
    feature_columns,
    weight_collections=None,
    trainable=True,
    cols_to_vars=None,
    cols_to_output_tensors=None,
):
    """The numbers of several columns side by side, with new weights below `input_layer`.

    Args:
        features: dict from names of features to tensors.
        feature_columns: iterable of dense columns.
        weight_collections: names of the graph's collections into which the weights go, or None.
        trainable: whether the weights are trained.
        cols_to_vars: dict that gets a list of the weights of each column, or None.
        cols_to_output_tensors: dict that gets the part of the output of each column, or None.

    Returns:
        float32 (batch, numbers).
    """
    layer = DenseFeatures(feature_columns, trainable=trainable, name=_unique("input_layer"))
    y = layer(features, cols_to_output_tensors)
    _tell(layer, weight_collections, cols_to_vars)
    return y


@public("compat.v1.feature_column.linear_model")
def linear_model(
    features,
    feature_columns,
    units=1,
    sparse_combiner="sum",
    weight_collections=None,
    trainable=True,
    cols_to_vars=None,
):
    """A linear model of columns, with new weights below `linear_model`.

    Args:
        features: dict from names of features to tensors.
        feature_columns: iterable of dense and categorical columns.
        units: int, how many sums there are.
        sparse_combiner: how the weights of an example's categories of a column are combined.
        weight_collections: names of the graph's collections into which the weights go, or None.
        trainable: whether the weights are trained.
        cols_to_vars: dict that gets a list of the weights of each column, and that of the bias
            under "bias"; or None.

    Returns:
        float32 (batch, units).
    """
    layer = LinearModel(
        feature_columns, units, sparse_combiner, trainable, name=_unique("linear_model")
    )
    y = layer(features)
    _tell(layer, weight_collections, cols_to_vars)
    if cols_to_vars is not None:
        cols_to_vars["bias"] = [layer.bias]
    return y


@public("compat.v1.feature_column.categorical_column_with_vocabulary_file")
def categorical_column_with_vocabulary_file(
    key,
    vocabulary_file,
    vocabulary_size=None,
    num_oov_buckets=0,
    default_value=None,
    dtype="string",
):
    """As in `tf.feature_column`, with the arguments in TensorFlow 1's order.

    Args:
        key: str, the name of the feature.
        vocabulary_file: str, a text file with a category a line.
        vocabulary_size: int, how many lines are read; None for all.
        num_oov_buckets: how many further ids there are for what is not in the file.
        default_value: the id of what is not in the file; None leaves it out.
        dtype: "string" or an integer dtype.
    """
    return vocabulary.categorical_column_with_vocabulary_file(
        key,
        vocabulary_file,
        vocabulary_size,
        dtype=dtype,
        default_value=default_value,
        num_oov_buckets=num_oov_buckets,
    )


@public("compat.v1.feature_column.shared_embedding_columns")
def shared_embedding_columns(
    categorical_columns,
    dimension,
    combiner="mean",
    initializer=None,
    shared_embedding_collection_name=None,
    ckpt_to_load_from=None,
    tensor_name_in_ckpt=None,
    max_norm=None,
    trainable=True,
    use_safe_embedding_lookup=True,
):
    """As `tf.feature_column.shared_embeddings`, but the table is a weight of the first layer that
    uses it, `<layer>/<name>/embedding_weights`.

    Args:
        categorical_columns: list of categorical columns of one kind and with one number of ids.
        dimension: int, the size of the vectors.
        combiner: how an example's several vectors become one: "mean", "sqrtn" or "sum".
        initializer: function `(shape, dtype)` of the first values, or None.
        shared_embedding_collection_name: str, the name of the table; None makes one of the columns'
            names.
        ckpt_to_load_from: a checkpoint with the first values, or None.
        tensor_name_in_ckpt: their name in it.
        max_norm: vectors longer than this are shortened to it when they are used.
        trainable: whether the vectors are trained.
        use_safe_embedding_lookup: True; missing categories are always left out.

    Returns:
        list of columns, in the order of `categorical_columns`.

    Raises:
        ValueError: for columns that do not go together, and as for embedding_column.
    """
    table = table_of(
        LayersTable,
        categorical_columns,
        combiner,
        shared_embedding_collection_name,
        dimension,
        initializer,
        ckpt_to_load_from,
        tensor_name_in_ckpt,
        trainable,
        use_safe_embedding_lookup,
    )
    return [
        LayersSharedEmbeddingColumn(column, table, combiner, max_norm)
        for column in categorical_columns
    ]


def _unique(name):
    """The name with a number, if it was used in this scope of names."""
    count = naming.get_uid(f"{context.current_path()}/{name}") - 1
    return f"{name}_{count}" if count else name


def _tell(layer, collections, cols_to_vars):
    graph = session_graph()
    if collections and graph is None:
        raise errors.unsupported(
            "weight_collections outside of a model function", "Take `cols_to_vars`."
        )
    for name in collections or ():
        known = {id(variable) for variable in graph.collections[name]}
        graph.collections[name] += [v for v in layer.variables if id(v) not in known]
    if cols_to_vars is not None:
        cols_to_vars.update(layer.variables_by_column())
