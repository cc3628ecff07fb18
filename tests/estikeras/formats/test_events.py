import numpy as np
import pytest

from estikeras.formats import events, protobuf, summary_values, tensor_proto


def written(tmp_path, write):
    writer = events.EventWriter(tmp_path / "run")
    write(writer)
    writer.close()
    return list(events.read(writer.path))


def test_scalars_come_back_with_step_and_tag(tmp_path):
    found = written(tmp_path, lambda w: [w.scalar("loss", 0.5, 0), w.scalar("loss", -2, 10**10)])
    assert found == [(0, "loss", "scalars", 0.5), (10**10, "loss", "scalars", -2.0)]


def test_histograms_count_all_values_that_are_numbers(tmp_path):
    values = np.array([[0.0, 1, 2], [3, np.nan, np.inf]])
    ((step, tag, plugin, table),) = written(tmp_path, lambda w: w.histogram("w", values, 3))
    assert (step, tag, plugin, table.shape) == (3, "w", "histograms", (30, 3))
    assert table[:, 2].sum() == 4
    assert table[0, 0] == 0
    assert table[-1, 1] == 3


@pytest.mark.parametrize(("values", "count"), [(np.zeros(5), 5), (np.zeros(0), 0)])
def test_histograms_of_equal_or_no_values(tmp_path, values, count):
    ((_, _, _, table),) = written(tmp_path, lambda w: w.histogram("w", values, 0))
    assert table.shape[1] == 3
    assert table[:, 2].sum() == count


def test_images_are_png_with_their_size(tmp_path):
    images = np.linspace(0, 1, 2 * 4 * 5 * 3).reshape(2, 4, 5, 3)
    ((_, _, plugin, strings),) = written(tmp_path, lambda w: w.images("i", images, 0))
    assert plugin == "images"
    assert strings[:2] == [b"5", b"4"]
    assert all(s.startswith(b"\x89PNG\r\n") for s in strings[2:])
    assert len(strings) == 4


def test_text_and_model_graphs(tmp_path):
    found = written(tmp_path, lambda w: [w.text("t", "hé", 0), w.keras_model("keras", "{}", 0)])
    assert found == [
        (0, "t", "text", ["hé".encode()]),
        (0, "keras", "graph_keras_model", [b"{}"]),
    ]


def test_arrays_are_tensors():
    x = np.array([[0.25, 0.5]], "float32")
    value = protobuf.decode(protobuf.decode(summary_values.array("a", x))[1][0])
    assert value[1] == [b"a"]
    np.testing.assert_array_equal(tensor_proto.decode(value[8][0]), x)


def test_messages_come_back_and_garbage_is_refused():
    fields = protobuf.encode([(1, 300), (2, -1), (3, 1.5), (4, "x"), (5, protobuf.Fixed32(2))])
    found = protobuf.decode(fields)
    assert found[1] == [300]
    assert found[2] == [(1 << 64) - 1]
    assert found[4] == [b"x"]
    with pytest.raises(ValueError, match="protocol buffer"):
        protobuf.decode(fields[:-2])
