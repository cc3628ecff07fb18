"""Data parallelism over MPI for any NumPy training loop; knows nothing of Keras.

Nothing is here yet: the package is part of the distribution so that its name is taken.
"""
