"""Where a data set's file comes from: the cache folder, else a download; offline, what to do.

Knows files and checksums; what is in them, the loaders know.
"""

import dataclasses
from pathlib import Path

from estikeras import settings
from estikeras.keras.utils.download import get_file

TF_KERAS_DATASETS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclasses.dataclass(frozen=True)
class Source:
    """One file of a data set.

    Attributes:
        name: the file's name in the cache folder.
        origin: the address it is downloaded from.
        file_hash: SHA-256 or MD5 of the published file; None where none is published.
        folder: the folder below Keras's home.
        unpacked: for an archive, the folder in `folder` it is unpacked to.
    """

    name: str
    origin: str
    file_hash: str | None = None
    folder: str = "datasets"
    unpacked: str | None = None

    def path(self, name=None):
        """The file's place; `name` replaces the file's own name."""
        return settings.keras_home().expanduser() / self.folder / (name or self.name)

    def fetch(self, name=None):
        """The path of the file, or of the folder it was unpacked to, downloaded if need be.

        Raises:
            OSError: if it is neither there nor can it be downloaded; says what to put where.
        """
        path = self.path(name)
        try:
            return Path(
                get_file(
                    fname=self.unpacked or path.name,
                    origin=self.origin,
                    file_hash=self.file_hash,
                    cache_subdir=path.parent,
                    extract=self.unpacked is not None,
                )
            )
        except (OSError, ValueError) as error:
            raise OSError(self._help(path, error)) from error

    def _help(self, path, error):
        if self.unpacked:
            path = path.with_name(f"{self.unpacked}_archive")
        state = "is there but is not the published file" if path.exists() else "is not there"
        kind = "SHA-256" if len(self.file_hash or "") == 64 else "MD5"
        check = f" ({kind} {self.file_hash})" if self.file_hash else ""
        return (
            f"The data set's file {path} {state}, and it could not be downloaded: {error}. "
            f"Put {self.origin}{check} at that place, or use "
            f"`keras.datasets.digits`, real images that need no network."
        )
