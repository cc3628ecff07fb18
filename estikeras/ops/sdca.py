"""Dual coordinate ascent: what `LinearSDCA` does with a batch."""

from estikeras.primitives import example_table
from estikeras.primitives import sdca as primitives

SLOTS, ExampleTables = example_table.SLOTS, example_table.ExampleTables


def example_keys(ids):
    """The keys of examples in tables, int64 (batch, 2), from their names (batch,)."""
    return primitives.example_key(ids)


def sdca(keys, places, x, w, labels, weights, seed, tables, **options):
    """One pass over a batch.

    Args:
        keys: int64 (batch, 2), those of `example_keys`.
        places: int64 (batch, entries), which weights an example has; -1 for none.
        x: float32 (batch, entries), an example's number for each.
        w: float32 (batch, entries), the weights at these places.
        labels: float32 (batch,).
        weights: float32 (batch,), those of the examples.
        seed: int64 (), decides the order in which examples come.
        tables: the `ExampleTables` with what is known of examples.
        **options: `loss`, "logistic" or "squared"; `l1` and `l2`, how strongly weights are drawn to
            0; `partitions`, int; `adaptive`, bool.

    Returns:
        float32 (batch,), what each example's numbers are to be multiplied by and added to the
        weights; and float32 (batch, 4), what the tables are to keep.
    """
    inputs = (keys, places, x, w, labels, weights, seed)
    return primitives.sdca(*inputs, tables=tables, **options)
