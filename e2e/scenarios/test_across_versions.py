"""What one version of the client wrote, the others read."""

import json
import os
import pathlib
import uuid

import mlflow
import pytest
from about import VERSION

# A file per client, left for those that come after it.
NOTES = pathlib.Path(os.environ.get("PEDIGREE_E2E_NOTES", "."))


@pytest.fixture(scope="module")
def mine(client, shared_experiment):
    with mlflow.start_run(experiment_id=shared_experiment, run_name=f"by {VERSION}") as run:
        mlflow.log_params({"version": mlflow.__version__, "ünï": "日本"})
        mlflow.log_metrics({"major": VERSION[0], "loss": 0.125}, step=3)
        mlflow.set_tag("note", 'a "quoted" tag')
        mlflow.log_text("written by " + mlflow.__version__, "some folder/note.txt")
    note = {
        "run": run.info.run_id, "experiment": shared_experiment, "version": mlflow.__version__,
        "model": register(client, run.info),
    }
    NOTES.mkdir(exist_ok=True)
    (NOTES / f"{mlflow.__version__}.json").write_text(json.dumps(note))
    return run.info.run_id


def register(client, run):
    """Register two versions of a model; give its name."""
    name = f"by {mlflow.__version__}, größe {uuid.uuid4().hex[:8]}"
    client.create_registered_model(name, tags={"ünï": "日本"}, description="registered")
    for number in ("1", "2"):
        client.create_model_version(name, f"{run.artifact_uri}/some folder", run.run_id, tags={"number": number})
    client.transition_model_version_stage(name, "1", "Production")
    if VERSION >= (2, 3):
        client.set_registered_model_alias(name, "champion", "1")
    return name


def notes_of_all():
    return [json.loads(n.read_text()) for n in NOTES.glob("*.json")]


def test_what_others_wrote(client, mine, tmp_path):
    notes = notes_of_all()
    assert mine in {n["run"] for n in notes}
    for note in notes:
        found = client.get_run(note["run"])
        assert found.info.status == "FINISHED"
        assert found.data.params == {"version": note["version"], "ünï": "日本"}
        assert found.data.metrics == {"major": int(note["version"][0]), "loss": 0.125}
        assert found.data.tags["note"] == 'a "quoted" tag'
        searched = client.search_runs([note["experiment"]], f"params.version = '{note['version']}'")
        assert [r.info.run_id for r in searched] == [note["run"]]
        file = client.download_artifacts(note["run"], "some folder/note.txt", str(tmp_path))
        assert pathlib.Path(file).read_text() == "written by " + note["version"]


def test_what_others_registered(client, mine):
    for note in notes_of_all():
        name = note["model"]
        model = client.get_registered_model(name)
        assert (model.description, model.tags) == ("registered", {"ünï": "日本"})
        assert {v.current_stage: int(v.version) for v in model.latest_versions} == {"Production": 1, "None": 2}
        versions = client.search_model_versions(f"name = '{name}'")
        assert sorted((int(v.version), v.tags["number"], v.run_id) for v in versions) == [
            (1, "1", note["run"]), (2, "2", note["run"]),
        ]
        if VERSION >= (2, 3) and not note["version"].startswith("1."):
            assert int(client.get_model_version_by_alias(name, "champion").version) == 1
        folder = mlflow.artifacts.download_artifacts(f"models:/{name}/Production")
        assert (pathlib.Path(folder) / "note.txt").read_text() == "written by " + note["version"]
