"""What listens to a session that trains, evaluates or predicts: one file a hook. `base` says what a
hook is. Only hooks that evaluate, or go by evaluations, know Estimators.
"""
