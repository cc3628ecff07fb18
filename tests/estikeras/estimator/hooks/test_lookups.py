"""What hooks look up in the graph, in each of their methods, and Savers that they make."""

import pytest

import estikeras.compat.v1 as tf
from estikeras import estimator
from tests.estikeras.estimator.hooks.trainings import Seen, train

METHODS = ("begin", "after_create_session", "before_run", "after_run", "end")


class Looking(estimator.SessionRunHook):
    """Notes what a function gives in each of its methods."""

    def __init__(self, look):
        self.look, self.seen = look, {}

    def begin(self):
        self.seen["begin"] = self.look()

    def after_create_session(self, session, coord):
        self.seen["after_create_session"] = self.look()

    def before_run(self, run_context):
        self.seen["before_run"] = self.look()

    def after_run(self, run_context, run_values):
        self.seen["after_run"] = self.look()

    def end(self, session):
        self.seen["end"] = self.look()


def build(loss):
    tf.get_variable("w", initializer=2.0)
    tf.add_to_collection("mine", loss)


LOOKUPS = {
    "the global step": (lambda: tf.train.get_global_step().name, "global_step:0"),
    "variables to train": (lambda: [v.name for v in tf.trainable_variables()], ["w:0"]),
    "all variables": (
        lambda: sorted(v.name for v in tf.global_variables()),
        ["global_step:0", "w:0"],
    ),
    "a collection": (lambda: len(tf.get_collection("mine")), 1),
    "a tensor by its name": (
        lambda: tf.get_default_graph().get_tensor_by_name("loss:0").shape.as_list(),
        [],
    ),
    "a collection of the graph": (lambda: len(tf.get_default_graph().get_collection("mine")), 1),
    "names of collections": (
        lambda: "mine" in tf.get_default_graph().get_all_collection_keys(),
        True,
    ),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_all_methods_of_hooks_find_what_the_graph_has(name):
    look, expected = LOOKUPS[name]
    hook = Looking(look)
    train(hook, build=build, steps=2)
    assert hook.seen == dict.fromkeys(METHODS, expected)
    assert tf.get_collection("mine") == []


def test_a_session_has_its_graph():
    class Looking(Seen):
        def after_create_session(self, session, coord):
            graph = session.graph
            self.found = [
                len(graph.get_collection("mine")),
                session.run(graph.get_tensor_by_name("global_step:0")),
                [v.name for v in graph.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)],
            ]
            with graph.as_default():
                self.found.append(len(tf.get_collection("mine")))

    hook = Looking()
    train(hook, build=build, steps=1)
    assert hook.found == [1, 0, ["w:0"], 1]


def test_summaries_are_fetched_as_bytes():
    class Fetching(Seen):
        def begin(self):
            super().begin()
            self.one = tf.summary.scalar("twice", 2.0 * tf.get_collection("mine")[0])
            self.all, self.found = tf.summary.merge_all(), []

        def before_run(self, run_context):
            return tf.train.SessionRunArgs({"all": self.all, "pair": [self.one, "loss:0"]})

        def after_run(self, run_context, run_values):
            self.found.append(run_values.results)

    hook = Fetching()
    train(hook, build=build, steps=3)
    last = hook.found[-1]
    for data in (last["all"], last["pair"][0]):
        values = {value.tag: value.simple_value for value in tf.Summary.FromString(data).value}
        assert values["twice"] == 2 * last["pair"][1] == 4.0


def test_what_a_hook_makes_has_a_name_of_its_own():
    class Making(Seen):
        def begin(self):
            super().begin()
            self.made = tf.Variable(1.0, name="w").name

    hook = Making()
    train(hook, build=build, steps=1)
    assert hook.made == "w_1:0"


def test_a_saver_of_a_hook_saves_and_restores_all_variables(tmp_path):
    class Saving(Seen):
        def begin(self):
            super().begin()
            self.saver = tf.train.Saver(max_to_keep=1)

        def end(self, session):
            self.path = self.saver.save(
                session, f"{tmp_path}/own/m.ckpt", tf.train.get_global_step()
            )

    class Restoring(Saving):
        def after_create_session(self, session, coord):
            self.saver.restore(session, tf.train.latest_checkpoint(f"{tmp_path}/own"))
            self.step = session.run(tf.train.get_global_step())

    first = Saving()
    train(first, build=build, steps=3)
    assert first.path == f"{tmp_path}/own/m.ckpt-3"
    saved = {name for name, _ in tf.train.list_variables(first.path)}
    assert saved == {"global_step", "w"}
    assert tf.train.load_variable(first.path, "w") == 2
    second = Restoring()
    train(second, build=build, steps=5)
    assert second.step == 3
