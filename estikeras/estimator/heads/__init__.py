"""Heads: the loss, metrics, predictions and exports of one kind of task, whatever network is below.
Knows no estimator.
"""
