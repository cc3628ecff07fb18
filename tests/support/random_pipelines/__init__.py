"""Random pipelines for hypothesis: each knows how to build itself and what it should give, by the
plain lists of `data_model`.
"""

from hypothesis import strategies as st

from tests.support.random_pipelines.sources import sources
from tests.support.random_pipelines.steps import STEPS


@st.composite
def pipelines(draw):
    """A source and one to six steps."""
    pipeline = draw(sources())
    for _ in range(draw(st.integers(1, 6))):
        drawn = draw(st.lists(st.sampled_from(STEPS), min_size=3, max_size=3))
        longer = (step(draw, pipeline) for step in drawn)
        pipeline = next((one for one in longer if one is not None), pipeline)
    return pipeline
