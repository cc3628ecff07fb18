"""The loops over epochs and batches, with callbacks: fit, evaluate, predict."""

import functools
import itertools
import numbers
import warnings

import numpy as np

from estikeras import errors, settings
from estikeras.engine import tree
from estikeras.keras.callbacks.callback_list import CallbackList
from estikeras.keras.trainer.adapters.arrays import ArrayAdapter
from estikeras.keras.trainer.adapters.distributed import OwnShares
from estikeras.keras.trainer.adapters.ongoing import Ongoing
from estikeras.keras.trainer.adapters.select import adapt, split
from estikeras.keras.trainer.agreement import begin_together, build_together
from estikeras.keras.trainer.prediction import predict_part, until_all_end, whole_batches
from estikeras.keras.trainer.progress import ProgbarLogger, resolve_verbose
from estikeras.keras.trainer.replicas import ArrayShare, StreamShare
from estikeras.keras.trainer.resuming import Start
from estikeras.keras.utils.batches import unpack_x_y_sample_weight
from strategies import get_strategy

NO_BATCH = "`x` gave no batch at all: it is empty, or a generator that was read before."


def as_floats(logs):
    """Metrics as a step returns them (tensors, nested dicts) to a dict of floats (or arrays),
    sorted by name.
    """
    flat = {}
    for name, value in (logs or {}).items():
        if isinstance(value, dict):
            flat.update(as_floats(value))
        else:
            array = np.asarray(value)
            flat[name] = float(array) if array.ndim == 0 else array
    return dict(sorted(flat.items()))


def _callbacks(model, callbacks, verbose, **params):
    """The callbacks of a run, and among them the progress bar, if any: the chief's alone."""
    if isinstance(callbacks, CallbackList):
        return callbacks, None
    verbose = verbose if get_strategy().cluster.is_chief else 0
    bar = ProgbarLogger() if verbose else None
    given = tree.flatten(callbacks) if callbacks is not None else []
    made = CallbackList(
        [*given, *([bar] if bar else [])], add_history=True, model=model, verbose=verbose, **params
    )
    return made, bar


def _at_once(model, has_hooks):
    if model.steps_per_execution > 1:
        return model.steps_per_execution
    return None if has_hooks else "many"


def in_scope_of_model(run):
    """Let a loop run in the scope of the model's strategy."""

    @functools.wraps(run)
    def scoped(model, *args, **kwargs):
        strategy = model.distribute_strategy
        if strategy.num_replicas_in_sync == 1 and strategy is get_strategy():
            return run(model, *args, **kwargs)
        with strategy.scope():
            return run(model, *args, **kwargs)

    return scoped


def _shared(adapter, goes_on=False):
    """The adapter of this rank's part of the data."""
    strategy = get_strategy()
    if strategy.num_replicas_in_sync == 1 or isinstance(adapter, ArrayShare | StreamShare):
        return adapter
    if isinstance(adapter, ArrayAdapter):
        return ArrayShare(adapter, strategy)
    return StreamShare(adapter, strategy, _is_local(adapter), goes_on)


def _is_local(adapter):
    """Whether an adapter's batches are this rank's own."""
    return isinstance(getattr(adapter, "iterable", None), OwnShares)


def _stops(model, flag, listens=True):
    """Whether a flag of the model is set, on this rank or another. Nobody can have set it while
    no callback listened.
    """
    if not listens and get_strategy().num_replicas_in_sync > 1:
        return False
    stops = get_strategy().is_any(getattr(model, flag, False))
    if stops:
        setattr(model, flag, True)
    return stops


@in_scope_of_model
def fit(
    model,
    *,
    x,
    y,
    batch_size,
    epochs,
    verbose,
    callbacks,
    validation_split,
    validation_data,
    shuffle,
    class_weight,
    sample_weight,
    initial_epoch,
    steps_per_epoch,
    validation_steps,
    validation_batch_size,
    validation_freq,
):
    """Train; see `Trainer.fit`."""
    verbose = resolve_verbose(verbose)
    if not isinstance(epochs, numbers.Integral):
        raise errors.wrong_type("epochs", got=epochs, expected="an int")
    if steps_per_epoch is not None and steps_per_epoch < 1:
        raise errors.invalid(
            "steps_per_epoch", got=steps_per_epoch, expected="a positive int, or None for all"
        )
    if validation_split and validation_data is None:
        (x, y, sample_weight), validation_data = split(x, y, sample_weight, validation_split)
    adapter = adapt(x, y, sample_weight, batch_size, shuffle, class_weight)
    validation = None
    if validation_data is not None:
        validation = _shared(
            _validation_adapter(validation_data, validation_batch_size or batch_size)
        )
    limit = _smallest(steps_per_epoch, settings.max_steps_per_epoch())
    _check_end(adapter, limit, "steps_per_epoch")
    _check_end(validation, validation_steps, "validation_steps")
    epochs = _smallest(epochs, settings.max_epochs())
    is_ongoing = steps_per_epoch is not None and not isinstance(adapter, ArrayAdapter)
    steps = limit if is_ongoing else _smallest(limit, adapter.num_batches)
    callbacks, bar = _callbacks(model, callbacks, verbose, epochs=epochs, steps=steps)
    model.stop_training, model._initial_epoch, model._resumption = False, None, None
    runner = model.make_train_function()
    source = Ongoing(adapter) if is_ongoing else adapter
    stream = _shared(source, goes_on=is_ongoing)
    build_together(model, get_strategy())
    callbacks.on_train_begin()
    start = Start(model, get_strategy(), initial_epoch)
    begin_together(
        model,
        get_strategy(),
        {"training data": adapter, "validation data": validation},
        epochs=(initial_epoch, epochs),
        batch_size=getattr(adapter, "batch_size", None),
        steps_per_epoch=limit,
        validation=validation is not None,
        callbacks_that_listen_to_batches=callbacks.has_train_batch_hooks,
    )
    start.before_epochs(source, limit if is_ongoing else None)
    logs = {}
    for epoch in range(start.epoch, epochs):
        model.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        start.before_order(epoch, callbacks.has_train_batch_hooks)
        stream.on_epoch_begin()
        logs = _train_epoch(model, runner, stream, limit, callbacks, bar, epoch, start)
        stream.on_epoch_end()
        if validation is not None and _should_validate(epoch, validation_freq):
            scores = evaluate(model, validation, None, None, 0, None, validation_steps, callbacks)
            logs = {**logs, **{f"val_{name}": value for name, value in scores.items()}}
        callbacks.on_epoch_end(epoch, logs)
        if _stops(model, "stop_training"):
            break
    if model.optimizer is not None and epochs > initial_epoch:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    callbacks.on_train_end(logs)
    return model.history


def _train_epoch(model, runner, adapter, limit, callbacks, bar, epoch, start):
    hooks = callbacks.has_train_batch_hooks
    logs, done = start.last_logs(epoch), start.done_in(epoch)
    reached = functools.partial(start.reached, runner.run)
    steps = runner.epoch(adapter, limit, _at_once(model, hooks), done, reached)
    if hooks and (done == 0 or done != _smallest(limit, adapter.num_batches)):
        callbacks.on_train_batch_begin(done)
    for first, count, result in steps:
        done = first + count
        if hooks:
            logs = as_floats(result)
            callbacks.on_train_batch_end(done - 1, logs)
        stops = _stops(model, "stop_training", hooks)
        if hooks and not stops and done != _smallest(limit, adapter.num_batches):
            callbacks.on_train_batch_begin(done)
        if bar is not None:
            bar.steps_done(done, logs if hooks else as_floats(result))
        logs = result
        if stops:
            break
    if limit is not None and done < limit and adapter.num_batches is None:
        begins_again = getattr(getattr(adapter, "whole", adapter), "begins_again", False)
        what = "Repeat the dataset" if begins_again else "Make the generator give them"
        warnings.warn(
            f"The data ran out after {done} of {limit} steps; `fit` wants `steps_per_epoch * "
            f"epochs` batches. {what}, or leave `steps_per_epoch` out.",
            stacklevel=4,
        )
        model.stop_training = not begins_again
    if done == 0:
        raise ValueError(
            "`x` gave no batch at all: it is empty, or a generator, which can be used for one "
            "epoch only unless `steps_per_epoch` is given."
        )
    return as_floats(logs)


def _validation_adapter(validation_data, batch_size):
    if isinstance(validation_data, tuple | list):
        x, y, sample_weight = unpack_x_y_sample_weight(tuple(validation_data))
        return adapt(x, y, sample_weight, batch_size)
    return adapt(validation_data, None, None, None)


def _should_validate(epoch, validation_freq):
    if isinstance(validation_freq, list | tuple | set | range):
        return epoch + 1 in validation_freq
    return (epoch + 1) % validation_freq == 0


@in_scope_of_model
def evaluate(model, x, y, batch_size, verbose, sample_weight, steps, callbacks):
    """The metrics on data as a dict of floats; see `Trainer.evaluate`."""
    verbose = resolve_verbose(verbose)
    adapter = x if isinstance(x, StreamShare) else _shared(adapt(x, y, sample_weight, batch_size))
    limit = _smallest(steps, settings.max_steps_per_epoch())
    _check_end(adapter, limit, "steps")
    if not isinstance(callbacks, CallbackList):
        begin_together(model, get_strategy(), {"data": adapter}, steps=limit)
    callbacks, bar = _callbacks(
        model, callbacks, verbose, epochs=1, steps=_smallest(limit, adapter.num_batches)
    )
    runner = model.make_test_function()
    callbacks.on_test_begin()
    model.reset_metrics()
    adapter.on_epoch_begin()
    hooks, logs, done = callbacks.has_test_batch_hooks, {}, 0
    for first, count, result in runner.epoch(adapter, limit, _at_once(model, hooks)):
        done = first + count
        if hooks:
            callbacks.on_test_batch_begin(first)
            callbacks.on_test_batch_end(done - 1, as_floats(result))
        if bar is not None:
            bar.steps_done(done, as_floats(result) if verbose == 1 else {})
        logs = result
        if _stops(model, "stop_evaluating", hooks):
            break
    adapter.on_epoch_end()
    if done == 0:
        raise ValueError(NO_BATCH)
    logs = as_floats(logs)
    callbacks.on_test_end(logs)
    return logs


@in_scope_of_model
def predict(model, x, batch_size, verbose, steps, callbacks):
    """The outputs for data, concatenated; see `Trainer.predict`."""
    verbose = resolve_verbose(verbose)
    adapter = adapt(x, None, None, batch_size, by_files=False)
    limit = _smallest(steps, settings.max_steps_per_epoch())
    _check_end(adapter, limit, "steps")
    begin_together(model, get_strategy(), {"data": adapter}, steps=limit)
    callbacks, bar = _callbacks(
        model, callbacks, verbose, epochs=1, steps=_smallest(limit, adapter.num_batches)
    )
    runner = model.make_predict_function()
    callbacks.on_predict_begin()
    adapter.on_epoch_begin()
    hooks, parts = callbacks.has_predict_batch_hooks, []
    is_local = _is_local(adapter)
    batches = itertools.islice(adapter.batches(), limit)
    for k, batch in enumerate(until_all_end(batches) if is_local else batches):
        if hooks:
            callbacks.on_predict_batch_begin(k)
        outputs = predict_part(runner, batch, is_local)
        if hooks:
            (outputs,) = whole_batches([outputs])
            callbacks.on_predict_batch_end(k, {"outputs": outputs})
        parts.append(outputs)
        if bar is not None:
            bar.steps_done(k + 1, {})
        if _stops(model, "stop_predicting", hooks):
            break
    adapter.on_epoch_end()
    callbacks.on_predict_end()
    if not parts:
        raise ValueError(NO_BATCH)
    parts = parts if hooks else whole_batches(parts)
    return tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)


def _check_end(adapter, limit, argument):
    """ValueError if the data have no end and nothing says after how many batches to stop."""
    if limit is None and getattr(getattr(adapter, "whole", adapter), "is_endless", False):
        raise errors.invalid(
            argument, got=None, expected="an int, since the dataset is repeated without end"
        )


def _smallest(*numbers):
    known = [n for n in numbers if n is not None]
    return min(known) if known else None
