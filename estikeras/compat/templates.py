"""`tf.compat.v1.make_template`: a function that uses the variables of its first call again."""

import functools

from estikeras.compat.variable_scopes import variable_scope
from estikeras.public import public


@public("compat.v1.make_template")
def make_template(
    name_, func_, create_scope_now_=False, unique_name_=None, custom_getter_=None, **kwargs
):
    """A function that makes variables by `get_variable` at its first call and uses them again.

    Args:
        name_: name of the scope of its variables, which gets a number if it is taken.
        func_: the function.
        create_scope_now_: whether the scope's name is chosen now, not at the first call.
        unique_name_: name of the scope, which gets no number.
        custom_getter_: function that is called in place of `get_variable`.
        **kwargs: arguments of the function.
    """
    template = _Template(name_, functools.partial(func_, **kwargs), unique_name_, custom_getter_)
    if create_scope_now_:
        template.open()
    return template


class _Template:
    """See `make_template`."""

    def __init__(self, name, function, unique_name, custom_getter):
        self._name, self._function = name, function
        self._unique_name, self._custom_getter = unique_name, custom_getter
        self._scope, self._called = None, False

    def open(self):
        """Choose the scope."""
        getter = self._custom_getter
        wanted = variable_scope(self._unique_name, self._name, custom_getter=getter)
        with wanted as self._scope:
            pass

    @property
    def variable_scope(self):
        """The scope, None before the first call."""
        return self._scope

    @property
    def trainable_variables(self):
        """The variables of the scope that optimizers train."""
        return self._scope.trainable_variables()

    def __call__(self, *args, **kwargs):
        if self._scope is None:
            self.open()
        with variable_scope(self._scope, reuse=self._called):
            result = self._function(*args, **kwargs)
        self._called = True
        return result
