"""Heads and canned estimators that `scripts/record_estimators` asks TensorFlow about and the tests
ask estikeras: each is a function of the module, `tf`.
"""
