"""Ready-made estimators: a network of feature columns below a head. Knows nothing of how estimators
train.
"""
