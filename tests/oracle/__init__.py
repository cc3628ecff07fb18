"""Whole models against the real Keras."""
