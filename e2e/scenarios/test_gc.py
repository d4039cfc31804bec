"""What was deleted goes for ever. The client's own `mlflow gc` works on the
database behind a server; here `pedigree gc` does it, on a server of its own."""

import pathlib
import subprocess

import pytest
from about import BINARY, pedigree_only
from mlflow.exceptions import MlflowException

pytestmark = pedigree_only


def log_file(client, run, tmp_path, text):
    source = tmp_path / "file.txt"
    source.write_text(text)
    client.log_artifact(run, str(source))


def files_with(folder, text):
    """Which files below a folder hold a text."""
    found = []
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file() and path.suffix == ".txt" and text in path.read_text(errors="replace"):
            found.append(path)
    return found


def test_deleted_runs_go_for_ever(served, tmp_path):
    with served as client:
        experiment = client.create_experiment("with a future")
        kept, gone = (client.create_run(experiment).info.run_id for _ in range(2))
        for run in (kept, gone):
            client.log_metric(run, "m", 1)
            client.log_param(run, "p", "1")
            log_file(client, run, tmp_path, f"content of {run}")
        lost = client.create_experiment("without a future")
        orphan = client.create_run(lost).info.run_id
        client.delete_run(gone)
        client.delete_experiment(lost)
    assert files_with(served.data, f"content of {gone}")

    done = subprocess.run([BINARY, "gc", "--data", served.data, "--older-than", "30d"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with served as client:  # a month has not passed
        assert client.get_run(gone).info.lifecycle_stage == "deleted"

    done = subprocess.run([BINARY, "gc", "--data", served.data, "--older-than", "0"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not files_with(served.data, f"content of {gone}")
    assert files_with(served.data, f"content of {kept}")
    with served as client:
        assert client.get_run(kept).data.metrics == {"m": 1}
        assert [r.info.run_id for r in client.search_runs([experiment])] == [kept]
        for run in (gone, orphan):
            with pytest.raises(MlflowException, match="not found"):
                client.get_run(run)
        with pytest.raises(MlflowException):
            client.get_experiment(lost)
        assert client.create_experiment("without a future") != lost  # the name is free again


def test_a_running_server_keeps_its_data(served):
    with served:
        done = subprocess.run([BINARY, "gc", "--data", served.data, "--older-than", "0"], capture_output=True, text=True)
        assert done.returncode != 0
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
