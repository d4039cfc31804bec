"""The tour itself, made once, and the ways to ask about it."""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request

import ml_metadata
import pytest
import sparklistener
from ml_metadata.proto import metadata_store_pb2 as pb

STEPS = pathlib.Path(__file__).resolve().parent.parent / "steps"
SERVER = os.environ["TOUR_SERVER"]
URL = f"http://{SERVER}"
MODEL = "daily-load"


@dataclasses.dataclass
class Tour:
    """All that the tools told each other."""

    raw: pathlib.Path
    clean: pathlib.Path
    features: pathlib.Path
    first: str = f"models:/{MODEL}/1"
    served: str = f"models:/{MODEL}/2"


@pytest.fixture(scope="session")
def tour(tmp_path_factory):
    home = tmp_path_factory.mktemp("tour")
    t = Tour(home / "electricity.csv", home / "clean", home / "features.csv")
    shutil.copy(os.environ["TOUR_DATA"], t.raw)
    sparklistener.run(URL, STEPS / "clean_with_spark.py", t.raw, t.clean)
    step(sys.executable, "features_with_mlmd.py", SERVER, t.clean.as_uri(), t.features.as_uri())
    for alpha, alias in (("1", "candidate"), ("100", "champion")):
        step(os.environ["MLFLOW_PYTHON"], "train_with_mlflow.py", t.features, MODEL, alpha, alias)
    step(sys.executable, "serve_with_kubeflow.py", SERVER, t.served)
    step(os.environ["ATLAS_PYTHON"], "govern_with_atlas.py", URL, t.raw.as_uri())
    return t


def step(python, script, *arguments):
    done = subprocess.run([python, STEPS / script, *arguments], env=os.environ | {"MLFLOW_TRACKING_URI": URL}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def pedigree():
    """Asks by the command line, and gives what it printed, from JSON."""
    def ask(*arguments):
        done = subprocess.run(
            [os.environ["PEDIGREE_BINARY"], *arguments, "--server", URL, "--output", "json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)
    return ask


@pytest.fixture
def get():
    """Asks by HTTP."""
    def ask(path, **query):
        url = f"{URL}{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as answer:
            return json.load(answer)
    return ask


@pytest.fixture
def post():
    """Asks by HTTP with a body."""
    def ask(path, **body):
        request = urllib.request.Request(URL + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.load(answer)
    return ask


@pytest.fixture
def store():
    return ml_metadata.MetadataStore(pb.MetadataStoreClientConfig(host="127.0.0.1", port=int(SERVER.rsplit(":", 1)[1])))
