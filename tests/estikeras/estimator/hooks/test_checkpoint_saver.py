"""When checkpoints are saved, and who is told."""

import pytest

from estikeras import compat, estimator
from estikeras import train as checkpoints
from tests.estikeras.estimator.hooks.trainings import Seen, lines, listening, train


class Listener(estimator.CheckpointSaverListener):
    """Notes what it is told; wants the end at a step."""

    def __init__(self, name, told, end_at=None):
        self.name, self.told, self.end_at = name, told, end_at

    def begin(self):
        self.told.append((self.name, "begin"))

    def before_save(self, session, global_step_value):
        self.told.append((self.name, "before", global_step_value))

    def after_save(self, session, global_step_value):
        self.told.append((self.name, "after", global_step_value))
        return global_step_value == self.end_at

    def end(self, session, global_step_value):
        self.told.append((self.name, "end", global_step_value))


def saver(folder, **options):
    return estimator.CheckpointSaverHook(folder, **{"save_steps": 4, **options})


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"save_steps": None}, "every_secs or every_steps"),
        ({"save_secs": 1}, "both every_secs"),
        ({"saver": object(), "scaffold": compat.v1.train.Scaffold()}, "both saver and scaffold"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(options, match, tmp_path):
    with pytest.raises(ValueError, match=match):
        saver(str(tmp_path), **options)


def test_listeners_are_told_in_order(tmp_path):
    told = []
    listeners = [Listener("a", told), Listener("b", told)]
    train(saver(str(tmp_path), listeners=listeners), folder=str(tmp_path), steps=5)
    saved = [
        (name, when, step) for step in (0, 4, 5) for when in ("before", "after") for name in "ab"
    ]
    begun, ended = [("a", "begin"), ("b", "begin")], [("a", "end", 5), ("b", "end", 5)]
    assert told == [*begun, *saved, *ended]


def test_a_listener_may_end_the_training(tmp_path, caplog):
    listening(caplog)
    seen, told = Seen(), []
    listener = Listener("a", told, end_at=8)
    train(saver(str(tmp_path)), seen, folder=str(tmp_path), listeners=[listener])
    assert seen.ends[-1] == 8
    assert told[-1] == ("a", "end", 8)
    assert lines(caplog, "A CheckpointSaverListener requested that training be stopped.")


def test_the_checkpoint_is_there_when_listeners_are_told(tmp_path):
    found = []

    class Looking(estimator.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            path = checkpoints.latest_checkpoint(tmp_path)
            found.append((path, int(checkpoints.load_variable(path, "global_step"))))

    hook = saver(str(tmp_path), listeners=[Looking()])
    train(hook, folder=str(tmp_path), steps=6)
    assert found == [(str(tmp_path / f"model.ckpt-{step}"), step) for step in (0, 4, 6)]


def test_a_saver_is_found_in_the_scaffold_and_among_those_of_the_graph(tmp_path):
    class Saver:
        def __init__(self):
            self.saved = []

        def save(self, session, path, global_step=None):
            self.saved.append((path, global_step))

    def build(savers):
        def in_graph(loss):
            for one in savers:
                compat.v1.add_to_collection("savers", one)

        return in_graph

    class Session:
        def __init__(self, graph):
            self.traced, self.store = graph, None
            self.graph = compat.graphs.Graph.of(self)

    from estikeras.engine.session_graph import SessionGraph

    def save(scaffold, *savers):
        graph = SessionGraph()
        with graph.tracing():
            compat.v1.train.get_or_create_global_step()
            build(savers)(None)
            hook = saver(str(tmp_path), scaffold=scaffold)
            hook.begin()
        hook.after_create_session(Session(graph), None)

    one, two = Saver(), Saver()
    save(compat.v1.train.Scaffold(saver=one), two)
    save(compat.v1.train.Scaffold(), two)
    assert one.saved == two.saved == [(str(tmp_path / "model.ckpt"), 0)]
    with pytest.raises(RuntimeError, match="No items in collection savers"):
        save(None)
    with pytest.raises(RuntimeError, match="More than one item in collection savers"):
        save(None, one, two)


def test_a_hook_that_is_used_again_saves_what_is_trained_now(tmp_path):
    hook = saver(str(tmp_path), save_steps=100)
    for steps, last in ((3, 3), (2, 5)):
        train(hook, folder=str(tmp_path), steps=steps)
        assert checkpoints.load_variable(str(tmp_path), "global_step") == last
