"""What every scenario starts from: the clients, and names that nobody used."""

import os
import uuid

import harness
import ml_metadata as mlmd
import pytest
from kfmd import metadata, openapi_client
from ml_metadata.proto import metadata_store_pb2 as pb

SERVER = os.environ["KFMD_SERVER"]  # host:port, which is what the client takes


def connect(server=SERVER):
    """Make a client of ML Metadata."""
    host, port = server.rsplit(":", 1)
    return mlmd.MetadataStore(pb.MetadataStoreClientConfig(host=host, port=int(port)))


@pytest.fixture(scope="session")
def store():
    return connect()


@pytest.fixture(scope="session")
def client():
    """The operations of the protocol, which the SDK is made of."""
    config = openapi_client.Configuration()
    config.host = SERVER
    return openapi_client.MetadataServiceApi(openapi_client.ApiClient(config))


@pytest.fixture
def name():
    """Makes names that nobody used."""
    suffix = uuid.uuid4().hex[:8]
    return lambda stem: f"{stem}-{suffix}"


@pytest.fixture
def workspace(name):
    return metadata.Workspace(backend_url_prefix=SERVER, name=name("ws"), description="for testing", labels={"n1": "v1"})


@pytest.fixture
def serve(tmp_path):
    """Makes a server of the test's own, with flags, for a `with`."""
    binary = os.environ.get("PEDIGREE_BINARY")
    if not binary:
        pytest.skip("needs the server's binary")
    return lambda *flags: harness.Server(binary, tmp_path / uuid.uuid4().hex, *flags)
