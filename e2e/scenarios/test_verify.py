"""`pedigree verify model` proves what a client registered, and finds a flipped byte."""

import json
import pathlib
import subprocess
import time
import urllib.parse
import urllib.request

import mlflow
import pytest
from about import BINARY, VERSION, pedigree_only
from test_registry_use import slope, train

pytestmark = pedigree_only


def verify(name, *where):
    done = subprocess.run([BINARY, "verify", "model", name, "1", *where], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def wait_for_digest(server, name):
    """Wait until the server has read what was there before it was registered."""
    url = f"{server.url}/api/pedigree/v1/models/{urllib.parse.quote(name)}/versions/1/files"
    deadline = time.monotonic() + 60
    while True:
        with urllib.request.urlopen(url, timeout=20) as answer:
            files = json.load(answer)
        if files["state"] == "complete":
            return {f["path"] for f in files["files"]}
        assert time.monotonic() < deadline, files
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["proven", "it's 100% größe"])
def test_a_flipped_byte(served, name):
    with served:
        mlflow.set_experiment("verified")
        train(2, registered_model_name=name)
        files = wait_for_digest(served, name)
        assert {"MLmodel", "requirements.txt"} <= files
        code, out, err = verify(name, "--server", served.url)
        assert (code, err) == (0, ""), out
        pickled = [p for p in pathlib.Path(served.data).rglob("model.*") if p.is_file()]
        assert len(pickled) == 1, pickled
        whole = pickled[0].read_bytes()
        flipped = bytearray(whole)
        flipped[len(flipped) // 2] ^= 1
        pickled[0].write_bytes(flipped)
        code, out, err = verify(name, "--server", served.url)
        assert (code, out) == (1, f"changed     {pickled[0].name}\n")
        assert f"version 1 of model {name} is not as it was registered: 1 changed" in err
    code, out, _ = verify(name, "--data", served.data)
    assert (code, out) == (1, f"changed     {pickled[0].name}\n")
    pickled[0].write_bytes(whole)
    with served:
        assert verify(name, "--server", served.url)[0] == 0
        assert slope(f"models:/{name}/1") == 2
