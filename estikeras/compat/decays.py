"""Learning rates that fall with the number of steps: tensors in model functions, else functions."""

import functools
import math

from estikeras import ops
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import as_tensor
from estikeras.keras.optimizers import schedules
from estikeras.ops import random
from estikeras.public import public


def _at(schedule, step):
    """The rate at a step: now in a model function, else when it is called."""
    return functools.partial(schedule, step) if session_graph() is None else schedule(step)


@public("compat.v1.train.exponential_decay")
def exponential_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """`learning_rate * decay_rate ** (global_step / decay_steps)`.

    Args:
        learning_rate: number, the rate at first.
        global_step: variable that counts steps.
        decay_steps: in how many steps the rate falls by the factor `decay_rate`.
        decay_rate: number.
        staircase: whether the exponent is rounded down.
        name: of no consequence.

    Returns:
        A scalar tensor; outside of model functions, a function of no arguments that gives it.
    """
    schedule = schedules.ExponentialDecay(learning_rate, decay_steps, decay_rate, staircase)
    return _at(schedule, global_step)


@public("compat.v1.train.natural_exp_decay")
def natural_exp_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """`learning_rate * exp(-decay_rate * global_step / decay_steps)`.

    See `exponential_decay` for the arguments.
    """
    factor = math.exp(-decay_rate)
    schedule = schedules.ExponentialDecay(learning_rate, decay_steps, factor, staircase)
    return _at(schedule, global_step)


@public("compat.v1.train.inverse_time_decay")
def inverse_time_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """`learning_rate / (1 + decay_rate * global_step / decay_steps)`.

    See `exponential_decay` for the arguments.
    """
    schedule = schedules.InverseTimeDecay(learning_rate, decay_steps, decay_rate, staircase)
    return _at(schedule, global_step)


@public("compat.v1.train.piecewise_constant", "compat.v1.train.piecewise_constant_decay")
def piecewise_constant(x, boundaries, values, name=None):
    """The value of the interval that a step lies in.

    Args:
        x: variable that counts steps.
        boundaries: rising numbers, the last steps of all intervals but the last.
        values: one number more.
        name: of no consequence.
    """
    return _at(schedules.PiecewiseConstantDecay([*boundaries], [*values]), x)


@public("compat.v1.train.polynomial_decay")
def polynomial_decay(
    learning_rate,
    global_step,
    decay_steps,
    end_learning_rate=0.0001,
    power=1.0,
    cycle=False,
    name=None,
):
    """From one rate to another in a number of steps, along a power.

    Args:
        learning_rate: number, the rate at first.
        global_step: variable that counts steps.
        decay_steps: in how many steps the rate becomes `end_learning_rate`.
        end_learning_rate: number.
        power: number, 1 for a line.
        cycle: whether `decay_steps` doubles each time that it is reached.
        name: of no consequence.
    """
    schedule = schedules.PolynomialDecay(
        learning_rate, decay_steps, end_learning_rate, power, cycle
    )
    return _at(schedule, global_step)


@public("compat.v1.train.cosine_decay")
def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """Half a cosine from a rate to the part `alpha` of it.

    Args:
        learning_rate: number, the rate at first.
        global_step: variable that counts steps.
        decay_steps: in how many steps the rate falls.
        alpha: the last rate by the first one.
        name: of no consequence.

    Reference: Loshchilov and Hutter, 2017, SGDR: stochastic gradient descent with warm restarts.
    """
    return _at(schedules.CosineDecay(learning_rate, decay_steps, alpha), global_step)


@public("compat.v1.train.cosine_decay_restarts")
def cosine_decay_restarts(
    learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None
):
    """Half cosines from a rate to the part `alpha` of it, one after the other.

    Args:
        learning_rate: number, the rate at first.
        global_step: variable that counts steps.
        first_decay_steps: steps of the first one.
        t_mul: steps of each next one by those of the one before.
        m_mul: first rate of each next one by that of the one before.
        alpha: the last rate by the first one.
        name: of no consequence.

    Reference: Loshchilov and Hutter, 2017, SGDR: stochastic gradient descent with warm restarts.
    """
    schedule = schedules.CosineDecayRestarts(learning_rate, first_decay_steps, t_mul, m_mul, alpha)
    return _at(schedule, global_step)


@public("compat.v1.train.linear_cosine_decay")
def linear_cosine_decay(
    learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name=None
):
    """A line times cosines.

    Args:
        learning_rate: number, the rate at first.
        global_step: variable that counts steps.
        decay_steps: in how many steps the rate falls.
        num_periods: how many periods of the cosine there are.
        alpha: number that is added to the line.
        beta: number that is added in the end.
        name: of no consequence.

    Reference: Bello, Zoph, Vasudevan and Le, 2017, Neural optimizer search with reinforcement
    learning.
    """
    shape = functools.partial(_linear_cosine, steps=decay_steps, periods=num_periods)
    return _at(lambda step: learning_rate * shape(step, alpha=alpha, beta=beta), global_step)


@public("compat.v1.train.noisy_linear_cosine_decay")
def noisy_linear_cosine_decay(
    learning_rate,
    global_step,
    decay_steps,
    initial_variance=1.0,
    variance_decay=0.55,
    num_periods=0.5,
    alpha=0.0,
    beta=0.001,
    name=None,
):
    """A line with falling noise, times cosines.

    Args:
        learning_rate: number, the rate at first.
        global_step: variable that counts steps.
        decay_steps: in how many steps the rate falls.
        initial_variance: variance of the noise at first.
        variance_decay: power of the step by which the variance is divided.
        num_periods: how many periods of the cosine there are.
        alpha: number that is added to the line.
        beta: number that is added in the end.
        name: of no consequence.

    Reference: Bello, Zoph, Vasudevan and Le, 2017, Neural optimizer search with reinforcement
    learning.
    """

    def rate(step):
        place = _place(step, decay_steps)
        deviation = ops.sqrt(initial_variance / ops.power(1.0 + place, variance_decay))
        noise = deviation * random.normal(())
        shape = _linear_cosine(step, decay_steps, num_periods, alpha, beta, noise)
        return learning_rate * shape

    return _at(rate, global_step)


def _place(step, steps):
    return ops.minimum(ops.cast(as_tensor(step), "float32"), float(steps))


def _linear_cosine(step, steps, periods, alpha, beta, noise=0.0):
    done = _place(step, steps) / float(steps)
    cosine = 0.5 * (1 + ops.cos(math.pi * 2 * periods * done))
    return (alpha + 1 - done + noise) * cosine + beta
