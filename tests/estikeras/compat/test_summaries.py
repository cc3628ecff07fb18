"""Summaries are TensorFlow's messages; writers put them into files; `tf.summary` writes at once."""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras.engine.session_graph import SessionGraph
from estikeras.engine.variable_store import VariableStore
from estikeras.formats import events
from tests.support.compat import summaries

v1 = tf.compat.v1
RECORDED = json.loads((Path(__file__).parent / "recordings/summaries.json").read_text())["rows"]


@pytest.fixture
def graph():
    graph = SessionGraph()
    with VariableStore().tracing(), graph.tracing():
        yield graph


def described(value):
    """A value as a tuple, with rounded sums and the pixels of its picture."""
    image, histogram = value.image, value.histo
    if image is not None:
        pixels = tf.io.decode_png(image.encoded_image_string).numpy().tolist()
        image = (image.height, image.width, image.colorspace, pixels)
    if histogram is not None:
        numbers = {k: np.ravel(v).tolist() for k, v in vars(histogram).items()}
        histogram = {k: [float(f"{x:.6g}") for x in v] for k, v in numbers.items()}
    return value.tag, value.simple_value, image, histogram


@pytest.mark.parametrize("name", summaries.ROWS)
def test_summary_says_what_that_of_tensorflow_says(name):
    ours, theirs = summaries.outcome(tf, summaries.ROWS[name]), RECORDED[name]
    if name == "text":
        assert ours == theirs
        return
    ours, theirs = (v1.Summary.FromString(bytes.fromhex(data)) for data in (ours, theirs))
    assert list(map(described, ours.value)) == list(map(described, theirs.value))


def test_summaries_of_a_graph_are_collected_and_encoded_with_their_values(graph):
    with v1.name_scope("train"):
        made = v1.summary.scalar("loss", tf.constant(1.0) + 1.0)
    histogram = v1.summary.histogram("h", tf.constant([1.0]), collections=["mine"])
    assert v1.summary.merge_all().summaries == [made]
    merged = v1.summary.merge([made, [histogram]])
    assert merged.summaries == v1.summary.merge([merged]).summaries == [made, histogram]
    assert v1.summary.merge_all("nothing") is None
    summary = v1.Summary.FromString(made.encode([np.float32(2.0)]))
    assert [(value.tag, value.simple_value) for value in summary.value] == [("train/loss", 2.0)]


def test_tags_that_are_taken_get_a_number(graph):
    tags = [v1.summary.scalar("loss", 1.0).tag for _ in range(3)]
    assert tags == ["loss", "loss_1", "loss_2"]


def test_writers_append_to_a_file_that_the_iterator_reads(tmp_path):
    with v1.summary.FileWriter(tmp_path) as writer:
        message = v1.Summary(value=[v1.Summary.Value(tag="a", simple_value=0.5)])
        message.value.add(tag="b", histo=v1.HistogramProto(min=1.0, num=2.0, bucket=[2.0]))
        writer.add_summary(message, 3)
        writer.add_summary(v1.summary.scalar("c", 2.0), global_step=4)
    (path,) = tmp_path.glob("events.out.tfevents.*")
    first, second, third = v1.train.summary_iterator(path)
    assert first.file_version == "brain.Event:2" and not first.HasField("summary")
    assert (second.step, second.summary.value) == (3, message.value)
    assert [(value.tag, value.simple_value) for value in third.summary.value] == [("c", 2.0)]


def test_eager_summaries_go_to_the_writer_that_is_open(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        assert bool(tf.summary.scalar("loss", 0.5, step=1))
        tf.summary.experimental.set_step(tf.Variable(7))
        with tf.name_scope("inner"):
            tf.summary.histogram("h", [1.0, 2.0], buckets=2)
        tf.summary.text("t", ["a", "b"])
        tf.summary.image("i", np.zeros((2, 2, 2, 1)), max_outputs=1)
        with tf.summary.record_if(lambda: False):
            assert not bool(tf.summary.scalar("left out", 1.0))
    tf.summary.experimental.set_step(None)
    assert not bool(tf.summary.scalar("nowhere", 1.0, step=1))
    writer.close()
    (path,) = tmp_path.glob("*.v2")
    found = {tag: (step, kind) for step, tag, kind, _ in events.read(path)}
    assert found == {
        "loss": (1, "scalars"),
        "inner/h": (7, "histograms"),
        "t": (7, "text"),
        "i": (7, "images"),
    }


def test_eager_summaries_need_a_step_and_a_fitting_shape(tmp_path):
    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        with pytest.raises(ValueError, match="No step set"):
            tf.summary.scalar("loss", 1.0)
        with pytest.raises(ValueError, match="scalar"):
            tf.summary.scalar("loss", [1.0], step=1)


def test_eager_summaries_are_refused_in_model_functions(tmp_path, graph):
    with (
        tf.summary.create_file_writer(str(tmp_path)).as_default(step=1),
        pytest.raises(RuntimeError, match=r"compat\.v1\.summary\.scalar"),
    ):
        tf.summary.scalar("loss", tf.constant(1.0) + 1.0)


@pytest.mark.oracle("tensorboard")
def test_tensorboard_reads_summaries_of_both_kinds(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    writer = v1.summary.FileWriter(tmp_path)
    writer.add_summary(v1.summary.scalar("loss", 0.5), 3)
    writer.add_summary(v1.summary.histogram("h", np.array([1.0, 2.0])), 3)
    with tf.summary.create_file_writer(str(tmp_path)).as_default(step=4):
        tf.summary.scalar("second", 0.25)
    reader = EventAccumulator(str(tmp_path))
    reader.Reload()
    (event,) = reader.Scalars("loss")
    assert (event.step, event.value) == (3, 0.5)
    assert reader.Histograms("h")[0].histogram_value.num == 2
    assert reader.Tags()["tensors"] == ["second"]
