"""`mlflow models serve` takes a model from the registry and answers predictions."""

import json
import subprocess
import urllib.request
import uuid

import pytest
from about import VERSION
from served import Process, answers, free_address
from test_registry_use import train


@pytest.fixture
def name(experiment):
    return f"served {uuid.uuid4().hex[:8]}"


@pytest.fixture
def score(tmp_path):
    """Serves the model at a URI and gives what it predicts for rows."""
    running = []

    def start(uri, rows):
        address = free_address()
        host, port = address.split(":")
        command = ["mlflow", "models", "serve", "--model-uri", uri,
                   "--host", host, "--port", port, "--env-manager", "local"]
        process = Process(command, f"http://{address}/ping", tmp_path / "scoring.log", stdin=subprocess.DEVNULL)
        running.append((process, f"http://{address}/ping"))
        request = urllib.request.Request(
            f"http://{address}/invocations", json.dumps({"inputs": rows}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            predicted = json.load(answer)
        return predicted["predictions"] if VERSION >= (2, 0) else predicted

    yield start
    for process, url in running:
        process.kill()
        assert not answers(url)


def test_serve(client, name, score):
    """The version that users are meant to get is served, not the latest one."""
    for s in (3, 5):
        train(s, registered_model_name=name)
    if VERSION >= (2, 3):
        client.set_registered_model_alias(name, "champion", "1")
        uri = f"models:/{name}@champion"
    else:
        client.transition_model_version_stage(name, "1", "Production")
        uri = f"models:/{name}/Production"
    assert score(uri, [[1.0, 2.0], [3.0, 4.0]]) == pytest.approx([9, 21])
