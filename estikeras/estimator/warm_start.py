"""First values of variables from the checkpoint of another training."""

import logging
import os
import re
from collections import namedtuple
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.variable import Variable
from estikeras.estimator.vocabulary import remapped
from estikeras.ops import seeds
from estikeras.public import public
from estikeras.train import object_graph, values
from estikeras.train.reader import load_checkpoint

_log = logging.getLogger("estikeras")
_FIELDS = (
    "ckpt_to_initialize_from",
    "vars_to_warm_start",
    "var_name_to_vocab_info",
    "var_name_to_prev_var_name",
)


@public("estimator.WarmStartSettings")
class WarmStartSettings(namedtuple("WarmStartSettings", _FIELDS)):
    """Which variables of an Estimator get their first values from a checkpoint.

    Args:
        ckpt_to_initialize_from: path of a checkpoint, of a folder whose last one is taken, or of a
            SavedModel.
        vars_to_warm_start: a regular expression that the names of trainable variables must begin
            with; a list of such, for variables of all kinds; a list of Variables; or None for
            those that have a vocabulary alone. States of seed generators begin anew where the
            checkpoint has none.
        var_name_to_vocab_info: dict from a variable's name to its VocabInfo, or None.
        var_name_to_prev_var_name: dict from a variable's name to that in the checkpoint, or None.

    Raises:
        ValueError: without a checkpoint.
    """

    def __new__(
        cls,
        ckpt_to_initialize_from,
        vars_to_warm_start=".*",
        var_name_to_vocab_info=None,
        var_name_to_prev_var_name=None,
    ):
        if not ckpt_to_initialize_from:
            raise ValueError("`ckpt_to_initialize_from` MUST be set in WarmStartSettings")
        return super().__new__(
            cls,
            ckpt_to_initialize_from,
            vars_to_warm_start,
            var_name_to_vocab_info or {},
            var_name_to_prev_var_name or {},
        )


def settings_of(warm_start_from):
    """What `Estimator(warm_start_from=...)` was given, as WarmStartSettings; None stays None.

    Raises:
        ValueError: for other things than paths and WarmStartSettings.
    """
    if warm_start_from is None or isinstance(warm_start_from, WarmStartSettings):
        return warm_start_from
    if isinstance(warm_start_from, str | bytes | os.PathLike):
        return WarmStartSettings(os.fsdecode(warm_start_from))
    raise ValueError(
        "warm_start_from must be a string or a WarmStartSettings, instead got "
        f"{type(warm_start_from)}"
    )


def warm_start_variables(variables, settings):
    """Give variables the values of a checkpoint.

    Args:
        variables: dict from name to Variable; numbers that checkpoints have as values are passed
            over.
        settings: WarmStartSettings.

    Raises:
        ValueError: if the checkpoint lacks a variable, or has it in another shape; for names of
            the settings that are no variable's.
    """
    _log.info("Warm-starting from: %s", settings.ckpt_to_initialize_from)
    variables = {name: each for name, each in variables.items() if isinstance(each, Variable)}
    chosen = _chosen(variables, settings.vars_to_warm_start)
    vocabularies, previous = settings.var_name_to_vocab_info, settings.var_name_to_prev_var_name
    for field, names in (
        ("var_name_to_prev_var_name", previous),
        ("var_name_to_vocab_info", vocabularies),
    ):
        unused = sorted(set(names) - set(chosen))
        if unused:
            raise ValueError(
                f"You provided the following variables in {field} that were not used: {unused}. "
                "Perhaps you misspelled them? Here is the list of viable variable names: "
                f"{sorted(chosen)}"
            )
    if settings.vars_to_warm_start is None:
        chosen = {name: chosen[name] for name in vocabularies}
    prefix = _prefix_of(settings.ckpt_to_initialize_from)
    reader = load_checkpoint(prefix)
    keys = previous or _keys_by_name(reader, prefix, chosen)
    there = reader.get_variable_to_shape_map()
    assigned = [
        (variable, _value(reader, prefix, keys.get(name, name), variable, vocabularies.get(name)))
        for name, variable in chosen.items()
        if keys.get(name, name) in there or not seeds.is_state(variable)
    ]
    for variable, value in assigned:
        _give(variable, value)
    _log.info("Warm-started %d variables.", len(assigned))


@public("compat.v1.train.warm_start")
def warm_start(
    ckpt_to_initialize_from,
    vars_to_warm_start=".*",
    var_name_to_vocab_info=None,
    var_name_to_prev_var_name=None,
):
    """Give the variables that a model function has made so far the values of a checkpoint, as first
    values: a training that goes on from its own checkpoint has that one's.

    Args:
        ckpt_to_initialize_from: as for `estimator.WarmStartSettings`.
        vars_to_warm_start: likewise.
        var_name_to_vocab_info: likewise.
        var_name_to_prev_var_name: likewise.

    Raises:
        RuntimeError: outside of a model function.
        ValueError: as the checkpoint and the names require.
    """
    settings = WarmStartSettings(
        ckpt_to_initialize_from,
        vars_to_warm_start,
        var_name_to_vocab_info,
        var_name_to_prev_var_name,
    )
    warm_start_variables(_variables_of_model_fn("warm_start"), settings)


@public("compat.v1.train.init_from_checkpoint")
def init_from_checkpoint(ckpt_dir_or_file, assignment_map):
    """Give variables the values of a checkpoint, in a model function as first values: a training
    that goes on from its own checkpoint has that one's.

    Args:
        ckpt_dir_or_file: path of a checkpoint, or of a folder whose last one is taken.
        assignment_map: dict, or list of pairs, from what the checkpoint has to what gets it: from
            name to Variable or name, or from scope to scope, both with a slash at their ends; `/`
            is the scope of all.

    Raises:
        ValueError: if one of them is not there, or has another shape.

    Example:
        >>> tf.compat.v1.train.init_from_checkpoint("bert", {"bert/": "encoder/"})  # doctest: +SKIP
    """
    prefix = _prefix_of(ckpt_dir_or_file)
    reader = load_checkpoint(prefix)
    pairs = assignment_map.items() if hasattr(assignment_map, "items") else assignment_map
    assigned = []
    for there, here in sorted(pairs, key=lambda pair: pair[0]):
        for key, variable in _targets(there, here):
            assigned.append((variable, _value(reader, prefix, key, variable)))
    for variable, value in assigned:
        _give(variable, value)


def _targets(there, here):
    """Pairs of a name in the checkpoint and a Variable, for one entry of an assignment map."""
    if isinstance(here, list | tuple) and len(here) == 1:
        here = here[0]
    if isinstance(here, Variable):
        return [(there, here)]
    if not isinstance(here, str):
        raise errors.wrong_type(
            f"assignment_map[{there!r}]", got=here, expected="a Variable, or the name of one"
        )
    variables = _variables_of_model_fn("init_from_checkpoint")
    if here in variables:
        return [(there, variables[here])]
    if not here.endswith("/"):
        raise errors.unknown_name("variable in assignment_map", here, variables)
    if not there.endswith("/"):
        raise ValueError(
            f"Assignment map with scope only name {here} should map to scope only {there}. Should "
            "be 'scope/': 'other_scope/'."
        )
    scope, there = (part.removeprefix("/") for part in (here, there))
    return [
        (there + name.removeprefix(scope), variable)
        for name, variable in variables.items()
        if name.startswith(scope)
    ]


def _variables_of_model_fn(function):
    store = context.current.variables
    if store is None:
        raise RuntimeError(
            f"tf.compat.v1.train.{function} finds variables by their names in a model function, "
            "which is not running. Give Variables to `init_from_checkpoint`."
        )
    return store.saved()


def _chosen(variables, wanted):
    """The variables that are meant, by name."""
    if wanted is None or isinstance(wanted, str):
        pattern = re.compile(wanted or "")
        return {
            name: variable
            for name, variable in variables.items()
            if variable.trainable and pattern.match(f"{name}:0")
        }
    if isinstance(wanted, list | tuple) and all(isinstance(each, str) for each in wanted):
        patterns = [re.compile(each) for each in wanted]
        return {
            name: variable
            for name, variable in variables.items()
            if any(pattern.match(f"{name}:0") for pattern in patterns)
        }
    if isinstance(wanted, list | tuple) and all(isinstance(each, Variable) for each in wanted):
        meant = [vars(each) for each in wanted]  # which another trace shares
        return {
            name: variable
            for name, variable in variables.items()
            if any(vars(variable) is state for state in meant)
        }
    raise errors.invalid(
        "vars_to_warm_start",
        got=wanted,
        expected="a regular expression, a list of them, a list of Variables, or None",
    )


def _prefix_of(path):
    """The path of a checkpoint, or of the variables of a SavedModel."""
    path = os.fsdecode(path)
    inside = Path(path, "variables", "variables")
    return str(inside) if inside.with_suffix(".index").exists() else path


def _keys_by_name(reader, prefix, variables):
    """The keys of variables by name where a checkpoint has a graph of objects; else an empty dict.

    Raises:
        ValueError: if it lacks a variable that is no seed generator's state.
    """
    if not reader.has_tensor(object_graph.KEY):
        return {}
    stored = object_graph.decode(reader.get_tensor(object_graph.KEY), prefix)
    keys = {
        node.full_name: node.attributes[object_graph.VALUE]
        for node in stored
        if object_graph.VALUE in node.attributes
    }
    missing = sorted(
        name
        for name, variable in variables.items()
        if name not in keys and not seeds.is_state(variable)
    )
    if missing:
        raise ValueError(
            f"{prefix} is a checkpoint of objects, and has no values for {missing}. It has "
            f"{sorted(keys)}. Name what is to be taken in `vars_to_warm_start`, or other names in "
            "`var_name_to_prev_var_name`."
        )
    return keys


def _value(reader, prefix, key, variable, vocabulary=None):
    """What a checkpoint has for a variable."""
    shapes = reader.get_variable_to_shape_map()
    if key not in shapes:
        near = errors.unknown_name("tensor", key, shapes)
        raise ValueError(
            f"Tensor {key} is not found in {prefix} checkpoint, for the variable "
            f"{variable.path!r}. {near}"
        )
    value = np.asarray(reader.get_tensor(key))
    if vocabulary is not None:
        value = remapped(variable.path, variable.shape, value, vocabulary)
    misfit = values.misfit(variable, value.shape, value.dtype)
    if misfit:
        raise ValueError(f"{prefix}: {key!r} {misfit}.")
    return values.fitted(variable, value)


def _give(variable, value):
    """Set a variable's first value; another trace of a model function does not do it again."""
    store = context.current.variables
    if store is not None:
        if variable.path in store.initialized:
            return
        store.initialized.add(variable.path)
    with context.init_scope():
        variable.assign(value)
