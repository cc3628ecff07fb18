"""Losses and updates of a layer by the inputs that they depend on, as Keras 2 told them."""


class ByInputs:
    """What `Layer` offers to model functions that were written for Keras 2.

    They train with `get_losses_for(None) + get_losses_for(features)`, and run what
    `get_updates_for` gives beside the optimizer's step.
    """

    def get_losses_for(self, inputs):
        """Losses by the inputs that they depend on; here all are given for None.

        Args:
            inputs: None, or the inputs of a call.

        Returns:
            `losses` for None, else an empty list, so that together they are all losses.
        """
        return list(self.losses) if inputs is None else []

    def get_updates_for(self, inputs):
        """What must be run so that the layer's state follows the data: nothing, since state such
        as the averages of batch normalization does so in every step.

        Args:
            inputs: None, or the inputs of a call.

        Returns:
            An empty list.
        """
        return []
