"""Methods that run functions on elements."""

import sys

from estikeras import errors
from estikeras.data import functions, mapping, nested, structure
from estikeras.data.arguments import integer, out_of_range, parallel_calls
from estikeras.data.buffering import read_ahead
from estikeras.data.node import Run
from estikeras.data.user_function import UserFunction


class FunctionMethods:
    """What `Dataset` has of them.

    A function gets an element as Tensors: the parts of a tuple as arguments of their own, anything
    else as one. It is traced and runs natively where it can be, on many elements at once; a
    function that asks for values, or is about files and images, runs in Python. `name` arguments
    change nothing.
    """

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        """The results of a function of each element.

        Args:
            map_func: function of an element; returns a tensor, or tuple or dict of tensors.
            num_parallel_calls: int, how many threads run a function that has to run in Python;
                AUTOTUNE for as many as there are cores. None for one call after the other.
            deterministic: whether results keep their order; by default as `Options` say, and they
                do.
            name: no effect.
        """
        function = UserFunction(map_func, "map_func")
        parallel = parallel_calls(num_parallel_calls)
        node = mapping.Map(self.plan, function, parallel, deterministic)
        node.declared  # noqa: B018  traces the function, so that its errors come here
        return self.with_plan(node)

    def filter(self, predicate, name=None):
        """The elements for which a function is true.

        Args:
            predicate: function of an element; returns one boolean.
            name: no effect.
        """
        return self.with_plan(functions.Filter(self.plan, self._predicate(predicate)))

    def take_while(self, predicate, name=None):
        """The elements before the first for which a function is false.

        Args:
            predicate: function of an element; returns one boolean.
            name: no effect.
        """
        return self.with_plan(functions.TakeWhile(self.plan, self._predicate(predicate)))

    def _predicate(self, predicate):
        function = UserFunction(predicate, "predicate")
        spec = function.result_spec(self.plan.declared)
        if spec is not None and (
            structure.is_structure(spec) or spec.shape != () or spec.dtype != "bool"
        ):
            raise errors.invalid("predicate", got=spec, expected="a function with a bool () result")
        return function

    def flat_map(self, map_func, name=None):
        """The elements of the datasets that a function makes of elements, one dataset after the
        other.

        Args:
            map_func: function of an element; returns a Dataset.
            name: no effect.
        """
        node = nested.FlatMap(self.plan, UserFunction(map_func, "map_func"))
        node.declared  # noqa: B018  calls the function, so that its errors come here
        return self.with_plan(node)

    def interleave(
        self,
        map_func,
        cycle_length=None,
        block_length=None,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ):
        """The elements of the datasets that a function makes of elements, from several in turn.

        Args:
            map_func: function of an element; returns a Dataset.
            cycle_length: int, how many datasets are open at once; by default the number of cores.
            block_length: int, how many elements of one come in succession; by default 1.
            num_parallel_calls: int or AUTOTUNE: each open dataset is read ahead by a thread of its
                own. None for one after the other.
            deterministic: of no effect: elements come in the order of turns.
            name: no effect.
        """
        parallel = parallel_calls(num_parallel_calls)
        cycle = -1 if cycle_length is None else integer("cycle_length", cycle_length)
        if cycle != -1 and cycle < 1:
            raise out_of_range("cycle_length", cycle, "a positive int or AUTOTUNE")
        block = 1 if block_length is None else integer("block_length", block_length, 1)
        cycle = Run(self._options).workers(cycle)
        if parallel > cycle:
            raise out_of_range("num_parallel_calls", parallel, f"at most `cycle_length`, {cycle}")
        function = UserFunction(map_func, "map_func")
        if parallel == 1:
            node = nested.Interleave(self.plan, function, cycle, block)
        else:
            node = nested.Interleave(
                self.plan, function, cycle, block, lambda elements: read_ahead(elements, 2 * block)
            )
        node.declared  # noqa: B018  calls the function, so that its errors come here
        return self.with_plan(node)

    def scan(self, initial_state, scan_func, name=None):
        """The results of a function that also hands a state from element to element.

        Args:
            initial_state: the first state, a structure of tensors.
            scan_func: function of a state and an element; returns the new state and the result.
            name: no effect.
        """
        state = structure.as_element(initial_state)
        node = functions.Scan(self.plan, state, UserFunction(scan_func, "scan_func"))
        node.declared  # noqa: B018  traces the function, so that its errors come here
        return self.with_plan(node)

    def reduce(self, initial_state, reduce_func, name=None):
        """The state after a function of the state and an element was run on all of them.

        Args:
            initial_state: the first state, a structure of tensors.
            reduce_func: function of a state and an element; returns the new state.
            name: no effect.

        Returns:
            The last state, as Tensors.
        """
        function = UserFunction(reduce_func, "reduce_func")
        state = structure.as_element(initial_state)
        kinds = functions.kinds_of(state)
        run = Run(self._options)
        for number, element in enumerate(self.plan_to_run().elements(run)):
            try:
                state = function.element((state, element))
            except Exception as error:
                functions.note(error, function, number)
                raise
            functions.check_state(function, kinds, state)
        return structure.as_tensors(state)

    def group_by_window(
        self, key_func, reduce_func, window_size=None, window_size_func=None, name=None
    ):
        """The elements of the datasets that a function makes of groups with the same key.

        Args:
            key_func: function of an element; returns one int64.
            reduce_func: function of a key and a Dataset of elements; returns a Dataset.
            window_size: int, how many elements make a group.
            window_size_func: function of a key, how many make a group; in place of `window_size`.
            name: no effect.
        """
        if (window_size is None) == (window_size_func is None):
            raise errors.invalid(
                "window_size",
                got=(window_size, window_size_func),
                expected="either `window_size` or `window_size_func`",
            )
        if window_size is not None:
            fixed = integer("window_size", window_size, 1)
            return self._grouped(key_func, reduce_func, lambda key: fixed)
        return self._grouped(
            key_func, reduce_func, lambda key: integer("window_size_func", window_size_func(key), 1)
        )

    def _grouped(self, key_func, reduce_func, size_of, spec=None):
        node = nested.GroupByWindow(
            self.plan,
            UserFunction(key_func, "key_func"),
            UserFunction(reduce_func, "reduce_func"),
            size_of,
            lambda elements: self._of_list(elements, self.plan.spec),
            spec,
        )
        node.declared  # noqa: B018  calls the functions, so that their errors come here
        return self.with_plan(node)

    def ignore_errors(self, log_warning=False, name=None):
        """The elements that can be made; those whose `map` function raises are left out.

        Args:
            log_warning: whether each error is written to the standard error output.
            name: no effect.
        """

        def warn(error):
            if log_warning:
                sys.stderr.write(f"An element was left out: {type(error).__name__}: {error}\n")

        return self.with_plan(functions.IgnoreErrors(self.plan, warn))

    def apply(self, transformation_func):
        """What a function makes of this dataset.

        Args:
            transformation_func: function of a Dataset; returns a Dataset.
        """
        return structure.checked_dataset("transformation_func", transformation_func(self))
