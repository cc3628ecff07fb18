"""Tables of pipelines and of wrong calls, which TensorFlow and estikeras both run.

`PIPELINES` and `WRONG` are read by the recorder (`scripts/record_data`) and by
`tests/estikeras/data/test_against_recordings.py`.
"""

from tests.support.pipelines import (
    batching,
    combining,
    examples,
    files,
    functions,
    selecting,
    sources,
    wrong,
)

PIPELINES = [
    one
    for family in (sources, selecting, batching, functions, combining, files, examples)
    for one in family.ROWS
]
WRONG = wrong.ROWS
