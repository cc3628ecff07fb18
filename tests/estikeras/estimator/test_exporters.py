"""Exporters: when they export, what they keep, and what the best one remembers."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras import estimator
from estikeras.estimator.garbage_collection import keep_latest
from estikeras.formats import protobuf, tfrecord
from estikeras.formats.events import EventWriter


class Exported:
    """In place of an Estimator: makes a folder for each export."""

    def __init__(self, model_dir):
        self.model_dir, self.calls = str(model_dir), []

    def export_saved_model(
        self,
        export_dir_base,
        serving_input_receiver_fn,
        assets_extra=None,
        as_text=False,
        checkpoint_path=None,
    ):
        self.calls.append((serving_input_receiver_fn, assets_extra, as_text, checkpoint_path))
        existing = [int(path.name) for path in Path(export_dir_base).glob("*")]
        path = Path(export_dir_base, str(max(existing, default=1700000000) + 1))
        path.mkdir(parents=True)
        return str(path)


@pytest.fixture
def exported(tmp_path):
    return Exported(tmp_path)


def serving():
    """Never called here."""


def export(exporter, exported, loss=1.0, step=1, final=False):
    """Whether an evaluation is exported."""
    return exporter.export(
        exported,
        str(Path(exported.model_dir, "export", exporter.name)),
        f"model.ckpt-{step}",
        {"loss": loss, "global_step": step},
        final,
    )


def kept(exporter, exported):
    return sorted(path.name for path in Path(exported.model_dir, "export", exporter.name).iterdir())


def write_evaluations(exported, losses, first_step=1, folder="eval"):
    writer = EventWriter(Path(exported.model_dir, folder), suffix="")
    for step, loss in enumerate(losses, first_step):
        writer.scalar("loss", loss, step)
        writer.scalar("accuracy", 1 - loss, step)
    writer.close()
    return writer.path


def test_an_exporter_must_have_name_and_export():
    with pytest.raises(TypeError, match="abstract"):
        estimator.Exporter()


@pytest.mark.parametrize("kind", ["FinalExporter", "LatestExporter", "BestExporter"])
def test_options_reach_the_estimator(kind, exported):
    exporter = getattr(estimator, kind)("mine", serving, assets_extra={"a": "b"}, as_text=True)
    assert exporter.name == "mine"
    assert export(exporter, exported, step=7, final=True).endswith("export/mine/1700000001")
    assert exported.calls == [(serving, {"a": "b"}, True, "model.ckpt-7")]


def test_the_final_exporter_exports_once(exported):
    exporter = estimator.FinalExporter("final", serving)
    assert export(exporter, exported) is None
    assert export(exporter, exported, final=True) is not None
    assert len(exported.calls) == 1


def test_the_latest_exporter_keeps_the_last_ones(exported):
    exporter = estimator.LatestExporter("latest", serving, exports_to_keep=2)
    for _ in range(4):
        assert export(exporter, exported)
    assert kept(exporter, exported) == ["1700000003", "1700000004"]
    exporter = estimator.LatestExporter("all", serving, exports_to_keep=None)
    for _ in range(7):
        export(exporter, exported)
    assert len(kept(exporter, exported)) == 7


def test_only_folders_of_exports_are_removed(tmp_path, caplog, monkeypatch):
    names = ["1700000001", "1700000002", "1700000003", "170000000", "temp-1700000001", "17000000ab"]
    for name in names:
        (tmp_path / name).mkdir()
    keep_latest(tmp_path, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(names) - {"1700000001"})
    keep_latest(tmp_path / "nothing", 2)

    def refuse(path):
        raise PermissionError("held by a server")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    keep_latest(tmp_path, 1)
    assert "held by a server" in caplog.text


@pytest.mark.parametrize("kind", ["LatestExporter", "BestExporter"])
def test_nothing_cannot_be_kept(kind):
    with pytest.raises(ValueError, match="`exports_to_keep`: expected a positive number"):
        getattr(estimator, kind)("name", serving, exports_to_keep=0)


def test_the_best_exporter_exports_better_ones(exported):
    exporter = estimator.BestExporter(serving_input_receiver_fn=serving, exports_to_keep=2)
    assert exporter.name == "best_exporter"
    losses = [0.5, 0.6, 0.4, 0.4, 0.3]
    done = [bool(export(exporter, exported, loss, step)) for step, loss in enumerate(losses)]
    assert done == [True, False, True, False, True]
    assert kept(exporter, exported) == ["1700000002", "1700000003"]


def test_the_best_exporter_remembers_across_restarts(exported):
    write_evaluations(exported, [0.5, 0.2])
    export(estimator.BestExporter(serving_input_receiver_fn=serving), exported, 0.2, 2)
    again = estimator.BestExporter(serving_input_receiver_fn=serving)
    write_evaluations(exported, [0.3], 3)  # the evaluation itself, written before its export
    assert export(again, exported, 0.3, 3) is None
    write_evaluations(exported, [0.125], 4)
    assert export(again, exported, 0.125, 4)
    once_more = estimator.BestExporter(serving_input_receiver_fn=serving)
    write_evaluations(exported, [0.125], 4)  # the same checkpoint, evaluated again
    assert export(once_more, exported, 0.125, 4) is None
    assert len(exported.calls) == 2


def test_without_event_files_the_first_evaluation_of_each_start_is_exported(exported):
    write_evaluations(exported, [0.1])
    plain = {"serving_input_receiver_fn": serving, "event_file_pattern": None}
    for _ in range(2):
        exporter = estimator.BestExporter(**plain)
        done = [bool(export(exporter, exported, loss)) for loss in (0.5, 0.6, 0.4)]
        assert done == [True, False, True]


def test_what_was_never_exported_is_exported_first(exported):
    write_evaluations(exported, [0.1])
    exporter = estimator.BestExporter(serving_input_receiver_fn=serving)
    assert export(exporter, exported, 0.5, 2)
    assert export(exporter, exported, 0.6, 3) is None
    assert export(exporter, exported, 0.4, 4)


def test_the_best_exporter_reads_the_files_that_it_is_told(exported):
    write_evaluations(exported, [0.1], folder="eval_other")
    plain = {"serving_input_receiver_fn": serving}
    export(estimator.BestExporter(**plain), exported, 1.0, 5)
    pattern = "eval_other/*.tfevents.*"
    exporters = {
        True: estimator.BestExporter(event_file_pattern=None, **plain),
        False: estimator.BestExporter(event_file_pattern=pattern, **plain),
    }
    for exports, exporter in exporters.items():
        assert bool(export(exporter, exported, 0.5, 6)) is exports


def test_event_files_of_tensorflow_are_read(exported):
    """One event has all metrics, as simple values."""
    path = Path(exported.model_dir, "eval", "events.out.tfevents.1.host")
    path.parent.mkdir()
    records = []
    for step, loss in ((10, 0.25), (20, 0.75)):
        values = [
            (1, protobuf.encode([(1, "accuracy"), (2, protobuf.Fixed32(0.5))])),
            (1, protobuf.encode([(1, "loss"), (2, protobuf.Fixed32(loss))])),
        ]
        records.append(protobuf.encode([(1, 1.0), (2, step), (5, protobuf.encode(values))]))
    path.write_bytes(b"".join(map(tfrecord.frame, records)))
    export(estimator.BestExporter(serving_input_receiver_fn=serving), exported, 0.5, 1)
    exporter = estimator.BestExporter(serving_input_receiver_fn=serving)
    assert export(exporter, exported, 0.5, 30) is None
    assert export(exporter, exported, 0.2, 40)


def test_a_truncated_event_file_is_read_up_to_where_it_ends(exported):
    path = write_evaluations(exported, [0.2, 0.1])
    path.write_bytes(path.read_bytes()[:-5])
    export(estimator.BestExporter(event_file_pattern=None), exported)
    with pytest.warns(UserWarning, match="The rest of an event file is not read"):
        done = export(estimator.BestExporter(serving_input_receiver_fn=serving), exported, 0.15, 3)
    assert done is None


def test_any_metric_can_be_compared(exported):
    def more_accurate(best_eval_result, current_eval_result):
        return best_eval_result["accuracy"] < current_eval_result["accuracy"]

    write_evaluations(exported, [0.2, 0.1])
    export(estimator.BestExporter(event_file_pattern=None), exported)
    exporter = estimator.BestExporter(serving_input_receiver_fn=serving, compare_fn=more_accurate)
    folder = str(Path(exported.model_dir, "export", exporter.name))
    for step, (accuracy, better) in enumerate([(0.85, False), (0.95, True), (0.94, False)], 3):
        result = {"accuracy": accuracy, "global_step": step}
        done = exporter.export(exported, folder, "model.ckpt", result, False)
        assert bool(done) is better


COMPARISONS = {
    "none": (None, "`compare_fn` must not be None"),
    "one": (lambda best_eval_result: True, "must include current_eval_result argument"),
    "other": (lambda current_eval_result: True, "must include best_eval_result argument"),
    "more": (
        lambda best_eval_result, current_eval_result, x: True,
        r"has following not expected args: \['x'\]",
    ),
}


@pytest.mark.parametrize("name", COMPARISONS)
def test_a_comparison_has_two_arguments(name):
    compare, message = COMPARISONS[name]
    with pytest.raises(ValueError, match=message):
        estimator.BestExporter(compare_fn=compare)


def test_losses_are_needed_to_compare_losses(exported):
    exporter = estimator.BestExporter(serving_input_receiver_fn=serving)
    export(exporter, exported)
    with pytest.raises(ValueError, match="no loss is found in it"):
        exporter.export(exported, exported.model_dir, "model.ckpt", {"accuracy": 1.0}, False)


def test_what_cannot_be_exported_is_named_with_its_layer(tmp_path):
    def model_fn(features, labels, mode):
        y = tf.keras.layers.GaussianNoise(0.1, name="noisy")(features["x"], training=True)
        step = tf.compat.v1.train.get_global_step().assign_add(1)
        outputs = {"y": estimator.export.PredictOutput(y)}
        loss = tf.reduce_mean(y)
        return estimator.EstimatorSpec(mode, y, loss, step, export_outputs=outputs)

    x = np.ones((2, 3), "float32")
    mine = estimator.Estimator(model_fn, model_dir=str(tmp_path / "model"))
    mine.train(lambda: tf.data.Dataset.from_tensors({"x": x}))
    receiver = estimator.export.build_raw_serving_input_receiver_fn({"x": x})
    with pytest.raises(NotImplementedError, match="`random_normal` in the layer 'noisy'"):
        mine.export_saved_model(str(tmp_path / "export"), receiver)
    assert not list((tmp_path / "export").iterdir())


def test_an_exporter_of_ones_own_may_derive_from_the_best_one(exported):
    class Kept(estimator.BestExporter):
        def export(self, estimator, export_path, checkpoint_path, eval_result, is_final):
            best = self._best_eval_result
            if best is not None and not self._compare_fn(best, eval_result):
                return None
            self._best_eval_result = eval_result
            written = self._saved_model_exporter.export(
                estimator, export_path, checkpoint_path, eval_result, is_final
            )
            self._garbage_collect_exports(export_path)
            return written

    exporter = Kept("kept", serving, exports_to_keep=2)
    written = [export(exporter, exported, loss) is not None for loss in (3, 4, 2, 1)]
    assert written == [True, False, True, True]
    assert kept(exporter, exported) == ["1700000002", "1700000003"]
