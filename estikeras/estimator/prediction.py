"""How an Estimator predicts: batch by batch, as they are asked for."""

import logging

import numpy as np

import strategies
from estikeras.engine.tensor import Tensor
from estikeras.estimator import restoring
from estikeras.estimator.loop import Loop
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.op_errors import OutOfRangeError
from strategies import context

_log = logging.getLogger("estikeras")


def run(estimator, input_fn, predict_keys, hooks, checkpoint_path, one_by_one):
    """Predict; see `Estimator.predict`. Every rank predicts for itself, as one process would."""
    alone = strategies.OneDeviceStrategy()
    with context.scope(None), context.scope(alone):
        begun = _begun(estimator, input_fn, predict_keys, hooks, checkpoint_path, alone)
    if begun is None:
        return
    session, batches = begun
    try:
        while True:
            with context.scope(None), context.scope(alone):  # not while the caller has the batch
                batch, _ = next(batches, (None, 0))
            if batch is None:
                return
            yield from _examples(batch) if one_by_one else [batch]
    finally:
        session.close()


def _begun(estimator, input_fn, predict_keys, hooks, checkpoint_path, strategy):
    """The Session and the batches of predictions; None if there are no batches."""
    model_dir = estimator.model_dir if checkpoint_path is None else None
    if checkpoint_path is None:
        checkpoint_path = restoring.checkpoint_to_restore(estimator.model_dir, strategy)
        if checkpoint_path is None:
            _log.info(
                "Could not find trained model in model_dir: %s, running initialization to predict.",
                estimator.model_dir,
            )
    try:
        session = estimator._session(input_fn, ModeKeys.PREDICT)
    except OutOfRangeError:
        return None
    spec, _ = session.built
    try:
        predictions = chosen(spec.predictions, predict_keys)
        saver = restoring.saver_of(session, estimator)
        loop = Loop(
            session,
            [*hooks, *spec.prediction_hooks],
            lambda: restoring.restore(session, saver, checkpoint_path, strategy, model_dir),
        )
    except BaseException:
        session.close()
        raise
    return session, loop.results(predictions, every=True)


def _examples(batch):
    """The predictions of a batch, one by one."""
    if not isinstance(batch, dict):
        return batch
    return ({key: value[i] for key, value in batch.items()} for i in range(_rows(batch)))


def chosen(predictions, keys):
    """Those of the predictions that were asked for.

    Raises:
        ValueError: if none is there.
    """
    if keys is None:
        return predictions
    if isinstance(predictions, Tensor):
        raise ValueError("predict_keys needs predictions that are a dict, and they are a tensor.")
    keys = [keys] if isinstance(keys, str) else list(keys)
    found = {key: value for key, value in predictions.items() if key in keys}
    if not found:
        raise ValueError(f"Expected at least one of {sorted(predictions)} in predict_keys: {keys}.")
    return found


def _rows(batch):
    sizes = {key: np.shape(value)[:1] for key, value in batch.items()}
    if len(set(sizes.values())) != 1 or () in sizes.values():
        raise ValueError(
            f"Batch length of predictions should be same, got {sizes}. To get them as they are, "
            "give `yield_single_examples=False`."
        )
    return next(iter(sizes.values()))[0]
