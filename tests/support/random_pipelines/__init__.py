"""Random pipelines for hypothesis: each knows how to build itself and what it should give, by the
plain lists of `data_model`.
"""

from hypothesis import strategies as st

from tests.support.random_pipelines.sources import failing, sources
from tests.support.random_pipelines.steps import EACH_ALONE, STEPS


@st.composite
def pipelines(draw):
    """A source and one to six steps."""
    return longer(draw, draw(sources()), STEPS)


@st.composite
def failing_pipelines(draw):
    """Pipelines that give their elements and then fail."""
    return longer(draw, failing(draw), EACH_ALONE)


def longer(draw, pipeline, steps):
    """A pipeline with one to six steps more; a step that does not apply gives way to the next, and
    mostly one that leaves nothing, too.
    """
    for _ in range(draw(st.sampled_from([2, 3, 1, 4, 5, 6]))):
        first = draw(st.integers(0, len(steps) - 1))
        may_be_empty = not pipeline.rows or draw(st.sampled_from([False, True, False]))
        after = (step(draw, pipeline) for step in steps[first:] + steps[:first])
        after = (one for one in after if one is not None and (one.rows or may_be_empty))
        pipeline = next(after, pipeline)
    return pipeline
