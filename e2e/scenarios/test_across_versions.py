"""What one version of the client wrote, the others read."""

import json
import os
import pathlib

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
    note = {"run": run.info.run_id, "experiment": shared_experiment, "version": mlflow.__version__}
    NOTES.mkdir(exist_ok=True)
    (NOTES / f"{mlflow.__version__}.json").write_text(json.dumps(note))
    return run.info.run_id


def test_what_others_wrote(client, mine, tmp_path):
    notes = [json.loads(n.read_text()) for n in NOTES.glob("*.json")]
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
