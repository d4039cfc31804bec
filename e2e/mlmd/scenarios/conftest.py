"""What every scenario starts from: the client, and names that nobody used."""

import uuid

import harness
import ml_metadata as mlmd
import pytest
from about import BINARY, HOST, PORT
from calls import Calls
from ml_metadata.proto import metadata_store_pb2 as pb


def connect(port=PORT, host=HOST, **config):
    """Make a client that says at once what went wrong."""
    store = mlmd.MetadataStore(pb.MetadataStoreClientConfig(host=host, port=int(port), **config))
    store._max_num_retries = 1  # the client's own tests set it so
    return store


@pytest.fixture(scope="session")
def store():
    return connect()


@pytest.fixture(scope="session")
def calls():
    """The protocol itself, for calls that the client does not make."""
    return Calls(f"{HOST}:{PORT}")


@pytest.fixture
def name():
    """Makes names that nobody used."""
    suffix = uuid.uuid4().hex[:8]
    return lambda stem: f"{stem}-{suffix}"


@pytest.fixture
def serve(tmp_path):
    """Makes a server of the test's own, with flags, for a `with`."""
    return lambda *flags: harness.Server(BINARY, tmp_path / uuid.uuid4().hex, *flags)
