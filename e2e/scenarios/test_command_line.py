"""The mlflow command, as a user types it."""

import csv
import io
import json
import re
import subprocess
import uuid

import pytest
from about import VERSION
from click.testing import CliRunner
from mlflow.cli import cli

# A 1.x client lists experiments by a call that servers gave up with 2.0.
lists_experiments = VERSION >= (2, 0)


def mlflow(*arguments, fails=False):
    """Run a command in this process: a new one takes seconds to import MLflow."""
    done = CliRunner().invoke(cli, arguments)
    assert (done.exit_code != 0) == fails, f"mlflow {' '.join(arguments)}: {done.output}{done.exception}"
    return f"{done.output} {done.exception}" if fails else done.output


def test_a_process_of_its_own(client, experiment):
    run = client.create_run(experiment).info.run_id
    done = subprocess.run(["mlflow", "runs", "list", "--experiment-id", experiment], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert run in done.stdout


def test_experiments(client):
    name = f"typed {uuid.uuid4().hex[:8]}"
    made = mlflow("experiments", "create", "--experiment-name", name)
    experiment = re.search(r"with id (\d+)", made)[1]
    assert client.get_experiment_by_name(name).experiment_id == experiment
    if lists_experiments:
        assert name in mlflow("experiments", "search")

    mlflow("experiments", "rename", "--experiment-id", experiment, "--new-name", name + " again")
    assert client.get_experiment(experiment).name == name + " again"

    mlflow("experiments", "delete", "--experiment-id", experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "deleted"
    if lists_experiments:
        assert name in mlflow("experiments", "search", "--view", "deleted_only")
    mlflow("experiments", "restore", "--experiment-id", experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "active"


def test_experiment_as_csv(client, experiment, tmp_path):
    for i in range(3):
        run = client.create_run(experiment).info.run_id
        client.log_param(run, "p", i)
        client.log_metric(run, "m", i / 2)
    file = tmp_path / "runs.csv"
    mlflow("experiments", "csv", "--experiment-id", experiment, "--filename", str(file))
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert sorted((r["params.p"], float(r["metrics.m"])) for r in rows) == [("0", 0), ("1", 0.5), ("2", 1)]


def test_runs(client, experiment):
    run = client.create_run(experiment, tags={"mlflow.runName": "typed run"}).info.run_id
    client.log_metric(run, "m", 1.5)
    assert "typed run" in mlflow("runs", "list", "--experiment-id", experiment)
    described = json.loads(mlflow("runs", "describe", "--run-id", run))
    assert described["info"]["run_id"] == run
    assert described["data"]["metrics"] == {"m": 1.5}

    mlflow("runs", "delete", "--run-id", run)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    mlflow("runs", "restore", "--run-id", run)
    assert client.get_run(run).info.lifecycle_stage == "active"


def test_artifacts(client, experiment, tmp_path):
    run = client.create_run(experiment).info.run_id
    source = tmp_path / "a file.txt"
    source.write_text("typed")
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "b.txt").write_text("b")

    mlflow("artifacts", "log-artifact", "--local-file", str(source), "--run-id", run, "--artifact-path", "some")
    mlflow("artifacts", "log-artifacts", "--local-dir", str(folder), "--run-id", run)
    listed = json.loads(mlflow("artifacts", "list", "--run-id", run, "--artifact-path", "some"))
    assert [(i["path"], int(i["file_size"])) for i in listed] == [("some/a file.txt", 5)]

    target = tmp_path / "target"
    target.mkdir()
    mlflow("artifacts", "download", "--run-id", run, "--artifact-path", "", "--dst-path", str(target))
    assert next(target.rglob("a file.txt")).read_text() == "typed"
    assert next(target.rglob("b.txt")).read_text() == "b"


@pytest.mark.parametrize("arguments", [
    ("runs", "describe", "--run-id", "0" * 32),
    ("experiments", "delete", "--experiment-id", "999999999"),
])
def test_failures_are_told(arguments):
    assert "RESOURCE_DOES_NOT_EXIST" in mlflow(*arguments, fails=True)
