"""Gives the objects of a program the values that a checkpoint has for them, and says what was left
over on either side.
"""

import collections
import functools
import warnings

import numpy as np

from estikeras import errors
from estikeras.op_errors import InvalidArgumentError, UnimplementedError
from estikeras.train import children, deferred, object_graph, values
from estikeras.train.object_graph import KEY

_GLOBAL_STEP = "estimator_global_step"


class Restoration:
    """One checkpoint on its way into a program's objects. Nothing is changed unless all fits.

    An object that is not built yet takes what is there for its variables when it makes them.

    Args:
        reader: CheckpointReader.
        name: str, how errors call the checkpoint.

    Raises:
        UnimplementedError: for a checkpoint without a graph of objects.
    """

    def __init__(self, reader, name):
        if not reader.has_tensor(KEY):
            raise UnimplementedError(
                message=f"{name} has variables by their names and no graph of objects, so that "
                "`tf.train.Checkpoint` cannot read it. Read the variables by "
                "`tf.train.list_variables` and `tf.train.load_variable`."
            )
        self._reader, self._name = reader, name
        self._stored = object_graph.decode(reader.get_tensor(KEY), name)
        self._done = {}  # numbers of stored objects by the ids of the program's
        self._kept = []  # the program's, whose ids stay theirs so
        self._waiting = {}  # objects that are not built, and their numbers, by id

    def restore(self, root, needed=()):
        """Give all objects under the root that got none yet their values.

        Args:
            root: the object.
            needed: variables that must get one.

        Raises:
            ValueError: for a value of another shape or dtype, or a variable that is needed and
                gets none.
        """
        fresh = self._matched((), root, 0)
        found = {id(obj) for (_, obj), number in fresh if self._stored[number].attributes}
        if missing := [variable.path for variable in needed if id(variable) not in found]:
            taken = {number for _, number in fresh}
            left = [s for n, s in enumerate(self._stored) if s.attributes and n not in taken]
            keys = ", ".join(next(iter(stored.attributes.values())) for stored in left)
            there = f" It has {keys}, which nothing here takes." if keys else ""
            raise ValueError(
                f"{self._name} has no values for {', '.join(missing)}.{there} Is it the same "
                "architecture?"
            )
        self._assign(fresh)

    def take_up_built(self):
        """Restore the objects that were built since by calls that do not do it themselves."""
        for obj, _ in list(self._waiting.values()):
            if not children.is_unbuilt(obj):
                deferred.take_up(obj)

    def _resume(self, path, obj, number):
        """Restore an object that is built now."""
        self._waiting.pop(id(obj), None)
        self._assign(self._matched(path, obj, number))

    def _assign(self, fresh):
        changes, misfits = [], []
        for (path, obj), number in fresh:
            kind = object_graph.kind_of(obj)
            attributes = self._stored[number].attributes
            if kind in attributes:
                value = np.asarray(self._reader.get_tensor(attributes[kind]))
                if children.is_iterator(obj):
                    changes.append((obj, object_graph.position_in(value[()])))
                elif misfit := values.misfit(obj, value.shape, value.dtype):
                    misfits.append(f"{'.'.join(path)!r} {misfit}")
                else:
                    changes.append((obj, values.fitted(obj, value)))
            elif kind and attributes:
                raise errors.unsupported(
                    f"{self._name}: the position of TensorFlow's iterator {'.'.join(path)!r}",
                    "Leave the iterator out of the Checkpoint.",
                )
        if misfits:
            raise InvalidArgumentError(
                message=f"{self._name}: {'; '.join(misfits)}. Is it the same architecture?"
            )
        for obj, value in changes:
            if children.is_iterator(obj):
                obj.restore(value)
            else:
                obj.assign(value)
        for (_, obj), number in fresh:
            self._done[id(obj)] = number
            self._kept.append(obj)

    def unused(self, for_good=False):
        """Where the checkpoint has values that no object took, as a list of names.

        Args:
            for_good: whether to leave out those that objects may take when they are built.
        """
        waiting = self._reachable(n for _, n in self._waiting.values()) if for_good else ()
        used, names = set(self._done.values()), {0: "(root)"}
        queue = collections.deque([0])
        while queue:
            number = queue.popleft()
            for name, part in self._stored[number].children.items():
                if part not in names:
                    names[part] = f"{names[number]}.{name}"
                    queue.append(part)
        return [
            names.get(number) or next(iter(stored.attributes.values()))  # slots have no path
            for number, stored in enumerate(self._stored)
            if stored.attributes and number not in used and number not in waiting
        ]

    def without_value(self, root):
        """The objects with values of their own that got none, as a list of paths."""
        return [
            ".".join(("(root)", *node.path))
            for node in object_graph.walk(root)
            if object_graph.kind_of(node.object) and id(node.object) not in self._done
        ]

    def _matched(self, path, root, number):
        """Pairs of (path, object) and the number of what is stored for it, for what is new."""
        seen, queue, found = {}, collections.deque([(path, root, number)]), []
        while queue:
            path, obj, number = queue.popleft()
            if id(obj) in seen:
                continue
            seen[id(obj)] = (path, obj, number)
            if id(obj) not in self._done:
                found.append(((path, obj), number))
            stored, parts = self._stored[number].children, self._parts(obj, path, number)
            for name, part in parts.items():
                there = _name_in(stored, name)
                if there is not None:
                    queue.append(((*path, name), part, stored[there]))
                elif name == "iter" and _GLOBAL_STEP in self._stored[0].children:
                    # Steps of the reference's Estimators are counted beside the optimizer.
                    queue.append(((*path, name), part, self._stored[0].children[_GLOBAL_STEP]))
        found += self._matched_slots(seen.values())
        return found

    def _matched_slots(self, seen):
        """As `_matched`, what optimizers that were reached keep for variables."""
        objects = {number: obj for _, obj, number in seen}
        objects |= {self._done[id(obj)]: obj for obj in self._kept}
        for path, obj, number in list(seen):
            if not self._stored[number].slots or not children.is_optimizer(obj):
                continue
            own = {
                (slot, id(variable)): kept
                for slot, pairs in obj.checkpoint_slots().items()
                for variable, kept in pairs
            }
            for trained, slot, there in self._stored[number].slots:
                variable = objects.get(trained)
                kept = own.get((slot, id(variable)))
                if kept is not None and id(kept) not in self._done:
                    yield ((*path, slot, variable.path), kept), there

    def _parts(self, obj, path, number):
        """The parts of an object. Optimizers of models that are built make theirs."""
        stored = self._stored[number].children
        parts = children.children_of(obj)
        parts |= children.also_called(obj, stored)
        for name, part in parts.items():
            if name in stored and children.is_optimizer(part) and children.is_unbuilt(part):
                owner = getattr(obj, "_root", None) or obj  # a Checkpoint has its root's parts
                others = [owner] if hasattr(owner, "trainable_variables") else parts.values()
                models = [other for other in others if _is_built_model(other)]
                if len(models) == 1:
                    part.build(models[0].trainable_variables)
        if children.is_unbuilt(obj) and self._has_more(obj, number, parts):
            self._waiting[id(obj)] = (obj, number)
            deferred.defer(obj, functools.partial(self._resume, path, obj, number))
        return parts

    def _has_more(self, obj, number, parts):
        """Whether the checkpoint has values for what an object that is not built will make."""
        stored = self._stored[number].children
        if children.is_optimizer(obj):
            kept = stored.get("_variables")
            if self._stored[number].slots:
                return True
            return kept is not None and len(self._stored[kept].children) > len(parts["_variables"])
        # Building makes no optimizer.
        names = (n for n in stored if n != "optimizer" and _name_in(parts, n) is None)
        reached = self._reachable(stored[name] for name in names)
        return any(self._stored[number].attributes for number in reached)

    def _reachable(self, numbers):
        """The numbers of the stored objects that some hold, with their own."""
        seen, queue = set(), list(numbers)
        while queue:
            number = queue.pop()
            if number not in seen:
                seen.add(number)
                queue += self._stored[number].children.values()
        return seen


class LoadStatus:
    """What came of restoring a checkpoint. If it is dropped unasked while the checkpoint has values
    that no object took, they are named in a warning.

    Args:
        restoration: Restoration.
        root: the object that was restored.
    """

    def __init__(self, restoration, root):
        self._restoration, self._root, self._asked = restoration, root, False

    def assert_consumed(self):
        """Check that all values went to objects and all objects got values.

        Returns:
            The status.

        Raises:
            AssertionError: if some did not; they are named.
        """
        self.assert_existing_objects_matched()
        if unused := self._restoration.unused():
            raise AssertionError(
                f"The checkpoint has {len(unused)} values that no object took: {', '.join(unused)}."
            )
        return self

    def assert_existing_objects_matched(self):
        """Check that all objects got values.

        Returns:
            The status.

        Raises:
            AssertionError: if some did not; they are named.
        """
        self._asked = True
        self._restoration.take_up_built()
        if missing := self._restoration.without_value(self._root):
            raise AssertionError(
                f"The checkpoint has no values for {len(missing)} objects: {', '.join(missing)}."
            )
        return self

    def assert_nontrivial_match(self):
        """Check that something below the root was found in the checkpoint.

        Returns:
            The status.

        Raises:
            AssertionError: if nothing was.
        """
        self._asked = True
        if len(self._restoration._done) < 2:
            raise AssertionError("Nothing but the root was found in the checkpoint.")
        return self

    def expect_partial(self):
        """Say that values may be left over, so that no warning names them.

        Returns:
            The status.
        """
        self._asked = True
        return self

    def __del__(self):
        if not self._asked and (unused := self._restoration.unused(for_good=True)):
            warnings.warn(
                f"The checkpoint has {len(unused)} values that no object took: "
                f"{', '.join(unused)}. If that is meant, call `status.expect_partial()`.",
                stacklevel=2,
            )


class NothingRestored:
    """The status where there was no checkpoint to restore."""

    def assert_consumed(self):
        """Fail.

        Raises:
            AssertionError: always.
        """
        raise AssertionError("No checkpoint was restored: `save_path` is None.")

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed

    def expect_partial(self):
        """Return the status."""
        return self


def _name_in(names, name):
    """A name among those of the other graph: attributes may be private in one version alone."""
    other = name.removeprefix("_") if name.startswith("_") else f"_{name}"
    return next((n for n in (name, other) if n in names), None)


def _is_built_model(obj):
    return hasattr(obj, "trainable_variables") and getattr(obj, "built", False)
