"""TensorBoard's own readers understand the event files of Estimators."""

import numpy as np
import pytest

from estikeras import compat, data, estimator, keras

pytestmark = pytest.mark.oracle("tensorboard")
V1 = compat.v1
X = np.random.default_rng(0).random((40, 3), "float32")


def model_fn(features, labels, mode):
    y = keras.layers.Dense(1)(features)
    loss = keras.losses.MeanSquaredError()(labels, y)
    V1.summary.histogram("outputs", y)
    V1.summary.image("pictures", features[:, None, :, None], max_outputs=2)
    V1.summary.text("words", ["some *text*"])
    step = V1.train.get_or_create_global_step()
    train_op = V1.train.GradientDescentOptimizer(0.1).minimize(loss, step)
    metric = keras.metrics.Mean(name="mean")
    metric.update_state(y)
    return estimator.EstimatorSpec(
        mode, loss=loss, train_op=train_op, eval_metric_ops={"mean": metric}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A training that went on from a checkpoint before its last summaries."""
    folder = tmp_path_factory.mktemp("model")
    config = estimator.RunConfig(
        str(folder), save_summary_steps=5, log_step_count_steps=4, save_checkpoints_steps=8
    )
    mine = estimator.Estimator(model_fn, config=config)

    def batches():
        return data.Dataset.from_tensor_slices((X, X[:, :1])).repeat().batch(8)

    class Killed(estimator.CheckpointSaverListener):
        def before_save(self, session, global_step_value):
            if global_step_value == 16:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mine.train(batches, steps=30, saving_listeners=[Killed()])
    mine.train(batches, steps=10)
    mine.evaluate(batches, steps=2)
    return folder


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    reader = EventAccumulator(str(folder), size_guidance={"tensors": 0, "scalars": 0})
    return reader.Reload()


def test_scalars_are_found_and_those_of_a_lost_piece_are_forgotten(folder):
    events = read(folder).Scalars("loss")
    assert [event.step for event in events] == [1, 6, 9, 14]
    rates = read(folder).Scalars("global_step/sec")
    assert [event.step for event in rates] == [5, 13, 17]
    assert all(event.value > 0 for event in rates)


def test_evaluations_are_found(folder):
    reader = read(folder / "eval")
    assert [event.step for event in reader.Scalars("loss")] == [18]
    assert [event.step for event in reader.Scalars("mean")] == [18]
    (tag,) = [tag for tag in reader.Tags()["tensors"] if "checkpoint_path" in tag]
    (path,) = reader.Tensors(tag)[0].tensor_proto.string_val
    assert path.decode() == f"{folder}/model.ckpt-18"


def test_histograms_pictures_and_texts_are_found(folder):
    reader = read(folder)
    histogram = reader.Histograms("outputs")[0].histogram_value
    assert histogram.num == 8
    assert sum(histogram.bucket) == 8
    assert {(p.width, p.height) for p in reader.Images("pictures/image/1")} == {(3, 1)}
    (text,) = reader.Tensors("words")[0].tensor_proto.string_val
    assert text == b"some *text*"
    assert reader.SummaryMetadata("words").plugin_data.plugin_name == "text"
