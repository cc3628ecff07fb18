"""Steps that make elements ahead of their use, in threads."""

import collections
import contextlib
import threading

from estikeras.data.node import unstacked
from estikeras.data.selection import Selection

WAIT_S = 5.0  # for a reader to end; a source that hangs must not keep the program from ending


def read_ahead(elements, size):
    """The elements of an iterator, made by a thread up to `size` ahead.

    Closing the generator ends the thread, and closes the iterator.

    Args:
        elements: generator.
        size: most elements that wait, at least 1.
    """
    reader = _Reader(elements, size)
    thread = threading.Thread(target=reader.run, name="estikeras-prefetch", daemon=True)
    thread.start()
    try:
        yield from reader.taken()
    finally:
        reader.stop()
        if thread is not threading.current_thread():
            thread.join(WAIT_S)


class _Reader:
    """What the thread that reads and the one that takes share. It knows neither of them, so that it
    keeps none alive.
    """

    def __init__(self, elements, size):
        self._elements, self._size = elements, size
        self._waiting = collections.deque()
        self._changed = threading.Condition()
        self._ended, self._stopped, self._error = False, False, None

    def run(self):
        """Read until the end, or until told to stop."""
        try:
            with contextlib.closing(self._elements):
                while self._has_room():
                    for element in self._elements:
                        self._put(element)
                        break
                    else:
                        break
        except BaseException as error:  # noqa: BLE001  raised again where elements are taken
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _has_room(self):
        """Wait until one more element may be made; False when told to stop."""
        with self._changed:
            while len(self._waiting) >= self._size and not self._stopped:
                self._changed.wait()
            return not self._stopped

    def _put(self, element):
        with self._changed:
            self._waiting.append(element)
            self._changed.notify_all()

    def taken(self):
        """The elements, in order; then the error, if there was one."""
        while True:
            with self._changed:
                while not self._waiting and not self._ended:
                    self._changed.wait()
                if not self._waiting:
                    break
                element = self._waiting.popleft()
                self._changed.notify_all()
            yield element
        if self._error is not None:
            raise self._error

    def stop(self):
        """Let the reader end."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


class Prefetch(Selection):
    """Elements that are made ahead.

    Args:
        source: step.
        size: how many.
    """

    def __init__(self, source, size):
        super().__init__(source)
        self.size = size

    def many(self, run, size):
        return self.blocks(run, size)

    def blocks(self, run, size):
        blocks = self.source.blocks(run, size)
        return None if blocks is None else read_ahead(blocks, max(1, self.size // size))

    def each(self, run):
        return read_ahead(self.source.elements(run), self.size)

    def elements(self, run):
        blocks = self.blocks(run, self.rows_at_once())
        return self.each(run) if blocks is None else unstacked(blocks)
