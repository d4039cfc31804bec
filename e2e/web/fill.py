"""Fills a server with what the flows look at, through MLflow's own client, and by one
event of OpenLineage, which is a document that is posted."""

import json
import pathlib
import random
import sys
import tempfile
import time
import urllib.request
import uuid

import mlflow
import mlflow.data
import pandas
from mlflow import MlflowClient
from mlflow.entities import DatasetInput, LoggedModelInput, Metric, Param, RunTag

RUNS = 450  # more than two pages of the table
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LAKE = "s3://lake/readings.parquet"
BIDI = "\u202egnp.exe"


def main():
    mlflow.set_tracking_uri(sys.argv[1])
    client = MlflowClient()
    random.seed(7)
    forecast = client.create_experiment("electricity/forecast", tags={"mlflow.note.content": "Hourly demand, one day ahead."})
    fill_runs(client, forecast)
    fill_ingest(sys.argv[1])
    model = fill_winner(client, forecast)
    judging = client.create_experiment("electricity/evaluation")
    client.log_inputs(client.create_run(judging, run_name="evaluation").info.run_id, models=[LoggedModelInput(model)])
    fill_hostile(client)


def fill_runs(client, experiment):
    for number in range(RUNS):
        run = client.create_run(experiment, run_name=f"{random.choice(['otter', 'fox', 'lynx', 'heron'])}-{number:03d}").info.run_id
        now = int(time.time() * 1000)
        client.log_batch(
            run,
            metrics=[Metric("val/rmse", (number + 1) / 1000 + 0.2, now, 0), Metric("train/loss", random.random(), now, 0)],
            params=[Param("lr", random.choice(["0.1", "0.01"])), Param("model", random.choice(["knn", "mlp"]))],
            tags=[RunTag("team", random.choice("ab"))],
        )
        if number < RUNS - 2:
            client.set_terminated(run, "FAILED" if number % 9 == 0 else "FINISHED")


def fill_ingest(server):
    """A job of another system makes what MLflow's run reads, of more than fits a picture."""
    event = {
        "eventType": "COMPLETE",
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "producer": "https://example.com/ingest",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid.uuid4())},
        "job": {"namespace": "meters", "name": "ingest"},
        "inputs": [{"namespace": "s3://meters", "name": f"raw/day-{day:02d}.csv"} for day in range(1, 24)],
        "outputs": [{"namespace": "s3://lake", "name": "readings.parquet"}],
    }
    headers = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(server + "/api/v1/lineage", json.dumps(event).encode(), headers)).close()


class Echo(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        return model_input


def fill_winner(client, experiment):
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_run(run_name="winner"), tempfile.TemporaryDirectory() as folder:
        mlflow.set_tag("mlflow.note.content", "The best so far.")
        mlflow.log_param("lr", "0.01")
        mlflow.log_metric("val/rmse", 0.1312)
        mlflow.log_input(mlflow.data.from_pandas(pandas.DataFrame({"load": [1, 2, 3]}), source=LAKE, name="readings"), "training")
        notes = pathlib.Path(folder) / "notes.txt"
        notes.write_text("hi")
        mlflow.log_artifact(notes)
        mlflow.log_artifact(notes, "plots")
        model = mlflow.pyfunc.log_model(name="model", python_model=Echo(), registered_model_name="demand")
    client.set_registered_model_alias("demand", "champion", 1)
    client.update_registered_model("demand", "Forecasts hourly demand.")
    return model.model_id


def fill_hostile(client):
    experiment = client.create_experiment(MARKUP + BIDI)
    run = client.create_run(experiment, run_name=MARKUP).info.run_id
    client.log_param(run, "markup", MARKUP)
    client.log_param(run, "long", "x" * 5000)
    client.log_metric(run, "nan", float("nan"))
    client.log_metric(run, "inf", float("inf"))
    client.set_tag(run, "mlflow.note.content", "# Notes\n" + MARKUP + BIDI)
    client.set_tag(run, "markup", MARKUP)
    data = mlflow.data.from_pandas(pandas.DataFrame({"x": [1]}), name=MARKUP)
    client.log_inputs(run, [DatasetInput(data._to_mlflow_entity())])
    client.set_terminated(run, "FAILED")
    client.create_registered_model("<b>bold<b>", description=MARKUP)
    client.create_experiment("n" * 400)


main()
