"""The ready-made estimators of TensorFlow 1, `tf.compat.v1.estimator`: losses are summed by
default, and TensorFlow 1's optimizers train. Networks are those of the folder above.
"""
