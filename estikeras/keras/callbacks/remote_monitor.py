"""The logs of each epoch, sent to a server."""

import json
import urllib.error
import urllib.parse
import urllib.request
import warnings

import numpy as np

from estikeras.keras.callbacks.callback import Callback
from estikeras.public import public

_TIMEOUT_S = 10


@public("keras.callbacks.RemoteMonitor")
class RemoteMonitor(Callback):
    """POST the logs of each epoch to a server; one that does not answer gives a warning.

    Args:
        root: str, address of the server.
        path: str, path on the server.
        field: str, name of the form field that holds the JSON.
        headers: dict of HTTP headers, or None.
        send_as_json: bool, send JSON in place of a form.
    """

    chief_only = True

    def __init__(
        self,
        root="http://localhost:9000",
        path="/publish/epoch/end/",
        field="data",
        headers=None,
        send_as_json=False,
    ):
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch, logs=None):
        values = {"epoch": epoch, **{name: _plain(value) for name, value in (logs or {}).items()}}
        content, kind = json.dumps(values), "application/json"
        if not self.send_as_json:
            content, kind = (
                urllib.parse.urlencode({self.field: content}),
                "application/x-www-form-urlencoded",
            )
        request = urllib.request.Request(
            self.root + self.path,
            data=content.encode(),
            headers={"Content-Type": kind, **(self.headers or {})},
        )
        try:
            urllib.request.urlopen(request, timeout=_TIMEOUT_S).close()
        except urllib.error.HTTPError:
            # The server was reached; what it makes of the data is its own affair.
            return
        except OSError as error:
            warnings.warn(f"RemoteMonitor could not reach {self.root}: {error}", stacklevel=2)


def _plain(value):
    return value.item() if isinstance(value, (np.ndarray, np.generic)) else value
