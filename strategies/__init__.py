"""Data parallelism over MPI for any NumPy training loop; knows nothing of Keras."""
