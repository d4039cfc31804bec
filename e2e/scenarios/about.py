"""What the scenarios may expect of this client and this server."""

import os

import mlflow
import pytest
from mlflow.exceptions import MlflowException

VERSION = tuple(int(part) for part in mlflow.__version__.split(".")[:2])

# The server's binary; not set where the scenarios run against another server.
BINARY = os.environ.get("PEDIGREE_BINARY")


def since(*version):
    """Mark what older clients cannot do."""
    wanted = ".".join(map(str, version))
    return pytest.mark.skipif(VERSION < version, reason=f"clients can do this since {wanted}")


pedigree_only = pytest.mark.skipif(not BINARY, reason="goes beyond what a stock server does")


class refused:
    """A block that the server must refuse, with a code and words of its message."""

    def __init__(self, code, *words):
        self.code, self.words = code, words

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert kind is not None, f"was not refused; {self.code} is due"
        if not issubclass(kind, MlflowException):
            return False
        assert error.error_code == self.code, f"{error.error_code}: {error}"
        for word in self.words:
            assert word in str(error), f"{word!r} is not in {error}"
        return True
