"""`keras.backend`'s functions of tensors, which Keras 3 has as `keras.ops`: code of Keras 2 knows
them as `K.mean`, `K.batch_dot` and so on.
"""
