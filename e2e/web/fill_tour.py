"""Fills a server with the story that docs/tour.md tells: readings of electricity are
cleaned by a job that speaks OpenLineage, and MLflow's client trains forecasts on them,
registers two and judges one; a steward classifies a file through Atlas's protocol."""

import datetime
import json
import math
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
from mlflow.entities import Metric, Param, RunTag

LAKE = "s3://lake/readings.parquet"
STEPS = 120
# What MLflow's client would say of this script and this checkout, as of somebody's own.
SCRIPT = {"mlflow.user": "ann", "mlflow.source.name": "train.py", "mlflow.source.git.commit": "9f2c1e07d3b84a51b6c0e4f7a8d2953c1be604f8", "mlflow.source.git.branch": "main"}


class Mean(mlflow.pyfunc.PythonModel):
    """Forecasts the mean of what it is given."""

    def predict(self, context, model_input, params=None):
        return [model_input.mean(axis=None)] * len(model_input)


def main():
    mlflow.set_tracking_uri(sys.argv[1])
    random.seed(4)
    client = MlflowClient()
    clean(sys.argv[1])
    experiment = client.create_experiment("electricity/forecast", tags={"mlflow.note.content": "Hourly demand, one day ahead."})
    for number in range(24):
        sweep(client, experiment, number)
    register(client, experiment)
    judge(client)
    classify(sys.argv[1])


def clean(server):
    """What the job that cleans the readings tells, a month of files each time."""
    for months in ((1, 2, 3), (4, 5, 6)):
        event = {
            "eventType": "COMPLETE", "eventTime": datetime.datetime.now(datetime.timezone.utc).isoformat(),
            "producer": "https://example.com/clean", "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "run": {"runId": str(uuid.uuid4())}, "job": {"namespace": "meters", "name": "clean readings"},
            "inputs": [{"namespace": "s3://meters", "name": f"2026-{month:02d}.csv"} for month in months],
            "outputs": [{"namespace": "s3://lake", "name": "readings.parquet"}],
        }
        request = urllib.request.Request(f"{server}/api/v1/lineage", json.dumps(event).encode(), {"Content-Type": "application/json"})
        urllib.request.urlopen(request).close()


def classify(server):
    """What a steward says through Atlas's protocol: the files of one month tell of persons."""
    def call(method, path, body=None):
        request = urllib.request.Request(f"{server}{path}", body and json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    call("POST", "/api/atlas/v2/types/typedefs", {"classificationDefs": [{"name": "PII", "description": "Tells something of a person", "attributeDefs": []}]})
    april = json.loads(call("GET", "/api/pedigree/v1/nodes?ref=openlineage:s3://meters/2026-04.csv"))["nodes"][0]["guid"]
    call("POST", f"/api/atlas/v2/entity/guid/{april}/classifications", [{"typeName": "PII", "propagate": True}])


def sweep(client, experiment, number):
    """A run of the sweep: its curve falls the faster the better its params are."""
    kind, rate = ("mlp", "gbm", "knn")[number % 3], (0.3, 0.1, 0.03, 0.01)[number % 4]
    run = client.create_run(experiment, run_name=f"{kind}-{number:02d}").info.run_id
    floor = 0.14 + 0.05 * (number % 3) + 0.03 * abs(math.log10(rate) + 1.5)
    now = int(time.time() * 1000)
    last = STEPS // 3 if number == 23 else STEPS
    points = []
    for step in range(last):
        fall = math.exp(-step * rate)
        points.append(Metric("train/loss", floor + fall + random.gauss(0, 0.02), now + step, step))
        points.append(Metric("val/rmse", floor + 0.05 + 0.9 * fall + random.gauss(0, 0.01), now + step, step))
    params = [Param("model", kind), Param("lr", str(rate)), Param("depth", str(2 + number % 5)), Param("max_steps", str(STEPS))]
    client.log_batch(run, params=params, tags=[RunTag("team", "forecast")])
    for first in range(0, len(points), 500):
        client.log_batch(run, metrics=points[first : first + 500])
    if number == 11:
        client.log_text(run, "Traceback (most recent call last):\n  ...\nValueError: 3 readings of the hour before last are missing", "error.txt")
        client.set_terminated(run, "FAILED")
    elif number < 22:
        client.set_terminated(run)


def register(client, experiment):
    """Two versions of one model, from runs that read what the job has cleaned."""
    mlflow.set_experiment(experiment_id=experiment)
    readings = pandas.DataFrame({"hour": range(48), "load": [50 + 9 * math.sin(h / 4) for h in range(48)]})
    for name, rmse, depth in (("forecast-may", 0.1712, "3"), ("forecast-june", 0.1394, "5")):
        with mlflow.start_run(run_name=name, tags=SCRIPT), tempfile.TemporaryDirectory() as folder:
            mlflow.set_tag("mlflow.note.content", "Trained on **all** months.\n\n- features: `hour`, `load`\n- holidays are left out")
            mlflow.log_params({"model": "mlp", "lr": "0.03", "depth": depth})
            for step in range(STEPS):
                mlflow.log_metrics({"val/rmse": rmse + math.exp(-step / 14), "train/loss": rmse + math.exp(-step / 9) - 0.03}, step=step)
            mlflow.log_metric("val/rmse", rmse, step=STEPS)
            mlflow.log_input(mlflow.data.from_pandas(readings, source=LAKE, name="readings"), "training")
            sample = pathlib.Path(folder) / "readings.csv"
            readings.round(2).to_csv(sample, index=False)
            mlflow.log_artifact(sample)
            signature = mlflow.models.infer_signature(readings, [1.5])
            mlflow.pyfunc.log_model(name="model", python_model=Mean(), registered_model_name="demand", signature=signature)
    client.update_registered_model("demand", "Forecasts hourly demand, one day ahead.")
    client.set_registered_model_alias("demand", "champion", 1)
    client.set_registered_model_alias("demand", "challenger", 2)


def judge(client):
    """A run of another experiment that reads the newer of the two."""
    mlflow.set_experiment("electricity/evaluation")
    model = client.get_model_version("demand", 2)
    with mlflow.start_run(run_name="june against may", tags=SCRIPT):
        mlflow.log_metric("val/rmse", 0.141)
        client.log_inputs(mlflow.active_run().info.run_id, models=[mlflow.entities.LoggedModelInput(model.source.removeprefix("models:/"))])


main()
