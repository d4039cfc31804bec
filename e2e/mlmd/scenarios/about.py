"""What the scenarios may expect of the server that they run against."""

import os
import pathlib

import pytest
from ml_metadata import errors

HOST, PORT = os.environ["MLMD_SERVER"].rsplit(":", 1)

# The server's binary; None where the scenarios run against another server.
BINARY = pathlib.Path(os.environ["PEDIGREE_BINARY"]) if os.environ.get("PEDIGREE_BINARY") else None

pedigree_only = pytest.mark.skipif(not BINARY, reason="goes beyond what the engine of ML Metadata does")


class refused:
    """A block that the server must refuse with an error of a class, and words of
    its message."""

    def __init__(self, error, *words):
        self.error, self.words = error, words

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert kind is not None, f"was not refused; {self.error.__name__} is due"
        if not issubclass(kind, errors.StatusError):
            return False
        assert kind is self.error, f"{kind.__name__}: {error}"
        for word in self.words:
            assert word in str(error), f"{word!r} is not in {error}"
        return True
