"""Programs that train with each optimizer and each schedule of `tf.compat.v1.train`."""

import numpy as np

STEPS = 20
_random = np.random.RandomState(0)
BATCHES = [
    {
        "x": _random.normal(size=(5, 3)).astype("float32"),
        "y": _random.normal(size=(5, 2)).astype("float32"),
    }
    for _ in range(STEPS)
]
# Each batch looks up some rows of a table, one of them twice; the last row is never looked up.
for _place, _batch in enumerate(BATCHES):
    _batch["ids"] = (np.array([1, 0, 1, 2, 5]) * _place % 7 % 5).astype("int32")


def _decayed(v1):
    rate = v1.train.exponential_decay(0.2, v1.train.get_or_create_global_step(), 5, 0.5, True)
    return v1.train.AdamOptimizer(rate)


def _da(v1):
    step = v1.train.get_or_create_global_step()
    return v1.train.AdagradDAOptimizer(0.1, step, 0.2, 0.01, 0.02)


OPTIMIZERS = {
    "gradient descent": lambda v1: v1.train.GradientDescentOptimizer(0.1),
    "momentum": lambda v1: v1.train.MomentumOptimizer(0.1, 0.9),
    "Nesterov": lambda v1: v1.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "Adagrad": lambda v1: v1.train.AdagradOptimizer(0.1),
    "Adagrad with a name": lambda v1: v1.train.AdagradOptimizer(0.1, 0.3, name="Mine"),
    "Adam": lambda v1: v1.train.AdamOptimizer(0.05),
    "Adam with a large epsilon": lambda v1: v1.train.AdamOptimizer(0.05, 0.8, 0.95, 0.1),
    "Adam with a rate that falls": _decayed,
    "RMSProp": lambda v1: v1.train.RMSPropOptimizer(0.02),
    "RMSProp with momentum": lambda v1: v1.train.RMSPropOptimizer(0.02, 0.8, 0.5, 1e-3),
    "RMSProp, centered": lambda v1: v1.train.RMSPropOptimizer(0.01, momentum=0.2, centered=True),
    "Adadelta": lambda v1: v1.train.AdadeltaOptimizer(0.5, 0.9, 1e-6),
    "FTRL": lambda v1: v1.train.FtrlOptimizer(0.3),
    "FTRL with penalties": lambda v1: v1.train.FtrlOptimizer(
        0.3,
        -0.6,
        0.2,
        0.05,
        0.03,
        l2_shrinkage_regularization_strength=0.02,
    ),
    "FTRL with beta": lambda v1: v1.train.FtrlOptimizer(0.3, beta=0.7, accum_name="a"),
    "proximal gradient descent": lambda v1: v1.train.ProximalGradientDescentOptimizer(
        0.1, 0.05, 0.02
    ),
    "proximal Adagrad": lambda v1: v1.train.ProximalAdagradOptimizer(0.1, 0.2, 0.05, 0.02),
    "Adagrad with dual averaging": _da,
}


def training(optimizer):
    """A program that does steps of an optimizer on a linear model."""

    def build(v1, fed):
        step = v1.train.get_or_create_global_step()
        with v1.variable_scope("dense"):
            kernel, bias = v1.get_variable("kernel", [3, 2]), v1.get_variable("bias", [2])
        loss = v1.losses.mean_squared_error(fed["y"], v1.matmul(fed["x"], kernel) + bias)
        return {"loss": loss, "train": optimizer(v1).minimize(loss, step)}

    return build


def looking_up(optimizer):
    """A program that trains a table by lookups, of which one kind is of some rows."""

    def build(v1, fed):
        step = v1.train.get_or_create_global_step()
        table = v1.get_variable("table", [6, 2], use_resource=True)
        rows = v1.nn.embedding_lookup(table, fed["ids"])
        more = v1.nn.embedding_lookup(table, fed["ids"][:2]) * 0.5
        loss = v1.losses.mean_squared_error(fed["y"], rows) + v1.reduce_sum(v1.square(more))
        return {"loss": loss, "train": optimizer(v1).minimize(loss, step)}

    return build


def averaging(v1, fed):
    """A program that keeps running means of what it trains."""
    step = v1.train.get_or_create_global_step()
    kernel = v1.get_variable("kernel", [3, 2])
    loss = v1.losses.mean_squared_error(fed["y"], v1.matmul(fed["x"], kernel))
    train = v1.train.GradientDescentOptimizer(0.1).minimize(loss, step)
    averages = v1.train.ExponentialMovingAverage(0.9, step)
    with v1.control_dependencies([train]):
        train = averages.apply([kernel])
    return {"loss": loss, "train": train}


def clipping(v1, fed):
    """A program that applies gradients by hand."""
    step = v1.train.get_or_create_global_step()
    kernel = v1.get_variable("kernel", [3, 2])
    loss = v1.losses.mean_squared_error(fed["y"], v1.matmul(fed["x"], kernel))
    optimizer = v1.train.GradientDescentOptimizer(0.1)
    gradients, variables = zip(*optimizer.compute_gradients(loss), strict=True)
    gradients, norm = v1.clip_by_global_norm(gradients, 0.5)
    train = optimizer.apply_gradients(zip(gradients, variables, strict=True), global_step=step)
    return {"norm": norm, "train": train}


def own(v1):
    """An optimizer as model gardens write them: on the base class, by assignments."""

    class Own(v1.train.Optimizer):
        """Adam with two rates, and a sum of squares that forgets."""

        def __init__(self, rate):
            super().__init__(False, "Own")
            self._rate = rate

        def _create_slots(self, var_list):
            self._create_non_slot_variable(0.5, "factor", colocate_with=var_list[0])
            for variable in var_list:
                self._zeros_slot(variable, "m", self._name)
                value = v1.constant(0.2, shape=variable.shape.as_list())
                self._get_or_make_slot(variable, value, "v", "OwnSquares")

        def _prepare(self):
            rate = self._call_if_callable(self._rate)
            self._rate_tensor = v1.convert_to_tensor(rate, name="rate")

        def _resource_apply_dense(self, grad, var):
            m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
            factor = self._get_non_slot_variable("factor", graph=v1.get_default_graph())
            rate = v1.cast(self._rate_tensor, var.dtype.base_dtype)
            m_new = m.assign(0.9 * m + 0.1 * grad, use_locking=self._use_locking)
            v_new = v1.assign(v, factor * v + v1.square(grad))
            change = v1.assign_sub(var, rate * m_new / (v1.sqrt(v_new) + 1e-3))
            return v1.group(change, m_new, v_new)

        def _finish(self, update_ops, name_scope):
            with v1.control_dependencies(update_ops):
                factor = self._get_non_slot_variable("factor", graph=v1.get_default_graph())
                update_ops.append(factor.assign(factor * 0.9))
            return v1.group(*update_ops, name=name_scope)

    return Own(0.05)


PROGRAMS = {
    **{name: training(optimizer) for name, optimizer in OPTIMIZERS.items()},
    **{f"{name}, of rows": looking_up(optimizer) for name, optimizer in OPTIMIZERS.items()},
    "one's own": training(own),
    "running means": averaging,
    "clipped gradients": clipping,
}

DECAYS = {
    "exponential": lambda t, step: t.exponential_decay(0.1, step, 7, 0.5),
    "exponential, in stairs": lambda t, step: t.exponential_decay(0.1, step, 7, 0.5, True),
    "natural": lambda t, step: t.natural_exp_decay(0.1, step, 7, 0.5),
    "inverse": lambda t, step: t.inverse_time_decay(0.1, step, 7, 0.5),
    "inverse, in stairs": lambda t, step: t.inverse_time_decay(0.1, step, 7, 0.5, True),
    "piecewise": lambda t, step: t.piecewise_constant(step, [3, 8], [1.0, 0.5, 0.1]),
    "polynomial": lambda t, step: t.polynomial_decay(0.1, step, 9, 0.01, 2.0),
    "polynomial, in cycles": lambda t, step: t.polynomial_decay(0.1, step, 9, 0.01, cycle=True),
    "cosine": lambda t, step: t.cosine_decay(0.1, step, 9, 0.1),
    "cosine with restarts": lambda t, step: t.cosine_decay_restarts(0.1, step, 4, 1.5, 0.8),
    "linear cosine": lambda t, step: t.linear_cosine_decay(0.1, step, 9, 1.5, 0.1, 0.01),
}


def decay(make):
    """A program that gives the rate and counts steps."""

    def build(v1, fed):
        step = v1.train.get_or_create_global_step()
        rate = make(v1.train, step)
        with v1.control_dependencies([rate]):
            return {"rate": rate, "count": v1.assign_add(step, 1)}

    return build
