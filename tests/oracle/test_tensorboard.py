"""TensorBoard's own reader understands the files of the callback."""

import numpy as np
import pytest

from estikeras import keras

pytestmark = pytest.mark.oracle("tensorboard")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What TensorBoard reads after a training of three epochs, and the training's history."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder = tmp_path_factory.mktemp("logs")
    x = np.random.default_rng(0).random((16, 3), "float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["mae"])
    board = keras.callbacks.TensorBoard(folder, histogram_freq=1)
    history = model.fit(
        x, x[:, :2], epochs=3, validation_split=0.25, verbose=0, callbacks=[board]
    ).history
    accumulators = {}
    for run in ("train", "validation"):
        accumulators[run] = EventAccumulator(str(folder / run), size_guidance={"tensors": 0})
        accumulators[run].Reload()
    return accumulators, history


@pytest.mark.parametrize(("run", "prefix"), [("train", ""), ("validation", "val_")])
@pytest.mark.parametrize("name", ["loss", "mae"])
def test_scalars_are_those_of_the_history(runs, run, prefix, name):
    from tensorboard.util import tensor_util

    accumulators, history = runs
    events = accumulators[run].Tensors(f"epoch_{name}")
    values = [tensor_util.make_ndarray(event.tensor_proto).item() for event in events]
    assert [event.step for event in events] == [0, 1, 2]
    assert values == pytest.approx(history[prefix + name])
    plugin = accumulators[run].SummaryMetadata(f"epoch_{name}").plugin_data.plugin_name
    assert plugin == "scalars"


def test_histograms_count_every_weight(runs):
    from tensorboard.util import tensor_util

    reader = runs[0]["train"]
    tags = [tag for tag in reader.Tags()["tensors"] if tag.endswith("kernel/histogram")]
    assert len(tags) == 1
    for event in reader.Tensors(tags[0]):
        assert tensor_util.make_ndarray(event.tensor_proto)[:, 2].sum() == 6
    assert reader.SummaryMetadata(tags[0]).plugin_data.plugin_name == "histograms"


def test_the_graph_is_there(runs):
    reader = runs[0]["train"]
    assert reader.SummaryMetadata("keras").plugin_data.plugin_name == "graph_keras_model"
