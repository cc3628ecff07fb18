"""`tf.feature_column`: how named features become numbers, and the layers that ask for them.

A column knows its features' names and how they are transformed; the weights that it needs belong
to the layer that asks. Missing entries are `""`, -1 or NaN in dense tensors, so that shapes never
depend on data. Written with `ops` only.
"""

from estikeras.namespace import attach

__getattr__, __dir__ = attach(__name__)
