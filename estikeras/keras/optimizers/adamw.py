"""AdamW: Adam with weight decay apart from the gradient."""

from estikeras import errors
from estikeras.keras.optimizers.adam import Adam
from estikeras.public import public


@public("keras.optimizers.AdamW")
class AdamW(Adam):
    """Adam that takes a part of each weight away at each step, whatever the gradients are.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        weight_decay: part of each weight that a step of rate 1 takes away.
        beta_1: how much of the mean gradient stays at each step.
        beta_2: how much of the mean squared gradient stays at each step.
        epsilon: small number that keeps divisions finite.
        amsgrad: whether steps are scaled by the greatest mean square so far.
        clipnorm: greatest norm of each gradient, or None.
        clipvalue: greatest absolute value in gradients, or None.
        global_clipnorm: greatest norm of all gradients together, or None.
        use_ema: whether to keep moving averages of the weights.
        ema_momentum: how much of an average stays at each step.
        ema_overwrite_frequency: after how many steps weights become their averages.
        loss_scale_factor: factor of the loss, which gradients are divided by.
        gradient_accumulation_steps: how many steps make one update.
        name: name of the optimizer.
        **kwargs: nothing else is allowed.

    Raises:
        ValueError: if `weight_decay` is None.

    Reference: Loshchilov and Hutter, 2019, Decoupled Weight Decay Regularization.
    """

    def __init__(
        self,
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        if weight_decay is None:
            raise errors.invalid("weight_decay", got=None, expected="a float")
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
