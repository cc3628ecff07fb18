"""Which signatures a step is for, and which tensors all of them have: what a step reads sizes from
must not depend on an input that one of its signatures does not take.
"""


class Audiences:
    """For whom steps are.

    Args:
        steps: list of Steps in order.
        signatures: dict from names to pairs of lists of Places, a signature's inputs and outputs.
            An input may be what a step makes; the step is not for that signature then.
    """

    def __init__(self, steps, signatures):
        self._needing, self._given = {}, {}
        for name, (inputs, outputs) in signatures.items():
            given = self._given[name] = {id(place) for place in inputs}
            for step in _needed(steps, given, outputs):
                self._needing.setdefault(id(step), set()).add(name)
        self.all = {frozenset(names) for names in self._needing.values()}

    def of(self, step):
        """The names of the signatures that need a step, a frozenset."""
        return frozenset(self._needing.get(id(step), ()))

    def have(self, names, place):
        """Whether all of these signatures have a Place, as an input or on the way to outputs."""
        needing = self._needing.get(id(place.step), ())
        return all(name in needing or id(place) in self._given[name] for name in names)


def _needed(steps, given, outputs):
    """The steps from which outputs are computed, back to what is given."""
    wanted = {id(place) for place in outputs} - given
    for step in reversed(steps):
        if any(id(place) in wanted for place in step.outputs):
            wanted.update(id(place) for place in step.inputs if id(place) not in given)
            yield step
