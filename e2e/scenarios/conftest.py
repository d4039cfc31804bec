"""What every scenario starts from: the client, and an experiment of its own."""

import re
import uuid

import mlflow
import pytest
from mlflow.tracking import MlflowClient
from served import Served


@pytest.fixture(scope="session")
def client():
    return MlflowClient()


def new_experiment(title):
    """Make an experiment with a name that nobody used, make it the active one
    and give its ID."""
    title = re.sub(r"[^\w ]", " ", title.removeprefix("test_")).replace("_", " ")
    return mlflow.set_experiment(f"{title} {uuid.uuid4().hex[:8]}").experiment_id


@pytest.fixture
def experiment(request):
    """The ID of a new experiment, which is the active one."""
    yield new_experiment(request.node.name)
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture(scope="module")
def shared_experiment(request):
    """The ID of a new experiment for all tests of a file that only read."""
    return new_experiment(request.module.__name__)


@pytest.fixture
def serve(tmp_path):
    """Makes a server of the test's own, with flags, which clients use from then
    on. It runs inside a `with`."""
    before = mlflow.get_tracking_uri()

    def make(*flags):
        server = Served(tmp_path / "data", tmp_path / "server.log", *flags)
        mlflow.set_tracking_uri(server.url)  # older clients look here to find artifacts
        return server

    yield make
    mlflow.set_tracking_uri(before)


@pytest.fixture
def served(serve):
    """A server of the test's own."""
    return serve()
