"""Airflow with its own provider, which reports what tasks name as inlets and
outlets, the graph of tasks above them, and the statements of SQL below."""

import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
COMMAND = pathlib.Path(os.environ.get("AIRFLOW_PYTHON", "")).parent / "airflow"


@pytest.fixture(scope="module")
def airflow(tmp_path_factory, url):
    """Runs a graph of tasks once, in a folder with readings."""
    home = tmp_path_factory.mktemp("airflow")
    dags = home / "dags"
    dags.mkdir()
    (dags / "dags.py").symlink_to(HERE / "airflow_dags.py")
    (home / "raw.csv").write_text("a,1000\nb,0\nc,250\n")
    seen = os.environ | {
        "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
        "READINGS": str(home),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "airflow",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": f'{{"type": "http", "url": "{url}"}}',
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW_CONN_SQLITE_DEFAULT": f"sqlite://{home}/meters.db",
    }

    def run(*arguments):
        return subprocess.run([COMMAND, *arguments], env=seen, cwd=home, capture_output=True, text=True, timeout=300)

    made = run("db", "migrate")
    assert made.returncode == 0, made.stderr[-3000:]
    return home, lambda dag: run("dags", "test", dag, "2026-03-02")


def job(marquez, name):
    return marquez.until(lambda: marquez.named("airflow", "jobs", name))


def names(datasets):
    return [d["name"] for d in datasets]


def test_tasks_their_data_and_what_is_above_and_below(airflow, marquez):
    home, run = airflow
    done = run("readings")
    assert done.returncode == 0 and (home / "report.csv").read_text() == "1250\n", done.stdout[-3000:] + done.stderr[-3000:]

    whole = job(marquez, "readings")
    assert (whole["latestRun"]["state"], whole["parentJobName"]) == ("COMPLETED", None)
    for name, reads, writes in (("clean", "raw.csv", "clean.csv"), ("report", "clean.csv", "report.csv")):
        task = job(marquez, f"readings.{name}")
        assert (names(task["inputs"]), names(task["outputs"])) == ([str(home / reads)], [str(home / writes)])
        assert (task["latestRun"]["state"], task["parentJobName"]) == ("COMPLETED", "readings")
        assert task["latestRun"]["nominalStartTime"] == "2026-03-02T00:00:00Z"
        assert task["latestRun"]["facets"]["parent"]["run"]["runId"] == whole["latestRun"]["id"]
    assert job(marquez, "readings.clean")["facets"]["sourceCode"]["sourceCode"].startswith("grep")
    statement = job(marquez, "readings.store.query.2")
    assert (statement["facets"]["sql"]["query"], statement["latestRun"]["state"]) == ("insert into meters values ('a')", "COMPLETED")

    graph = marquez.lineage(f"dataset:file:{home}/raw.csv")
    assert set(graph) == {f"dataset:file:{home}/{name}.csv" for name in ("raw", "clean", "report")} | {"job:airflow:readings.clean", "job:airflow:readings.report"}


def test_a_task_that_fails(airflow, marquez):
    _, run = airflow
    run("broken")
    task = job(marquez, "broken.fail")
    assert task["latestRun"]["state"] == "FAILED"
    assert "exit code 3" in task["latestRun"]["facets"]["errorMessage"]["message"]
    assert marquez.until(lambda: job(marquez, "broken")["latestRun"]["state"] == "FAILED")
