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
        self._needing, self._having = {}, {}
        for name, (inputs, outputs) in signatures.items():
            given = {id(place) for place in inputs}
            for step in _needed(steps, given, outputs):
                self._needing.setdefault(id(step), set()).add(name)
            self._having[name] = _computable(steps, given)
        self.all = {frozenset(names) for names in self._needing.values()}

    def of(self, step):
        """The names of the signatures that need a step, a frozenset."""
        return frozenset(self._needing.get(id(step), ()))

    def have(self, names, place):
        """Whether all of these signatures can compute a Place."""
        return all(id(place) in self._having[name] for name in names)


def _needed(steps, given, outputs):
    """The steps from which outputs are computed, back to what is given."""
    wanted = {id(place) for place in outputs} - given
    for step in reversed(steps):
        if any(id(place) in wanted for place in step.outputs):
            wanted.update(id(place) for place in step.inputs if id(place) not in given)
            yield step


def _computable(steps, given):
    """The ids of the Places that can be computed from what is given."""
    known = set(given)
    for step in steps:
        if step.kind != "input" and all(id(place) in known for place in step.inputs):
            known.update(id(place) for place in step.outputs)
    return known
