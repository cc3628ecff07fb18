"""Input pipelines, `tf.data`: a plan of steps that is rewritten and then run at memory speed."""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
