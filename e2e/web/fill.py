"""Fills a server with what the flows look at, through MLflow's own client."""

import json
import math
import pathlib
import random
import shutil
import struct
import sys
import tempfile
import time
import zlib

import mlflow
import mlflow.data
import pandas
from mlflow import MlflowClient
from mlflow.entities import DatasetInput, LoggedModelInput, Metric, Param, RunTag

TABLES = pathlib.Path(__file__).resolve().parent / "tables"
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
    model = fill_winner(client, forecast)
    judging = client.create_experiment("electricity/evaluation")
    client.log_inputs(client.create_run(judging, run_name="evaluation").info.run_id, models=[LoggedModelInput(model)])
    fill_hostile(client)
    fill_files(client, forecast)
    fill_curves(client)
    fill_challenger(client)


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


def fill_challenger(client):
    """A second version that is a little better, of other data, with a signature and a parameter changed."""
    mlflow.set_experiment(experiment_id=client.create_experiment("electricity/challenge"))
    table = pandas.DataFrame({"hour": [1.0, 2.0], "load": [3.0, 4.0]})
    with mlflow.start_run(run_name="challenger"):
        mlflow.log_params({"lr": "0.001", "depth": "4"})
        mlflow.log_metrics({"val/rmse": 0.1287, "val/r2": 0.97})
        mlflow.log_input(mlflow.data.from_pandas(pandas.DataFrame({"load": [1, 2, 3, 4]}), name="loads"), "training")
        signature = mlflow.models.infer_signature(table, table[["load"]])
        mlflow.pyfunc.log_model(name="model", python_model=Echo(), signature=signature, pip_requirements=["numpy==2.1.0", "mlflow-skinny"], registered_model_name="demand")


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
    client.create_model_version("<b>bold<b>", "s3://elsewhere/model", description=f"[bad](javascript:alert(9)) {MARKUP}{BIDI}", tags={"markup": MARKUP})
    client.create_experiment("n" * 400)


def fill_files(client, experiment):
    """A run that failed, with files of every kind that is shown."""
    run = client.create_run(experiment, run_name="gallery").info.run_id
    client.set_tag(run, "error", "RuntimeError: out of memory")
    client.set_tag(run, "mlflow.source.git.commit", "0123456789abcdef0123456789abcdef01234567")
    client.set_tag(run, "mlflow.source.git.repoURL", "git@github.com:example/forecast.git")
    client.log_metric(run, "system/cpu_utilization_percentage", 71.5)
    table = pandas.DataFrame({"hour": range(600), "load": [1.5 * hour for hour in range(600)], "place": ["Łódź"] * 600})
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        table.to_csv(folder / "table.csv", index=False)
        for stored in TABLES.glob("*.parquet"):  # the same rows, by Arrow
            shutil.copy(stored, folder)
        endless = bytearray((TABLES / "snappy.parquet").read_bytes())
        endless[6487], endless[5] = 246, 194  # its footer now announces a list without end
        (folder / "endless.parquet").write_bytes(endless)
        (folder / "lines.jsonl").write_text('{"step": 1, "text": "a"}\n{"step": 2, "note": null}\n')
        (folder / "config.json").write_text(json.dumps({"lr": 0.1, "layers": [64, 32], "name": "ö" + BIDI}))
        (folder / "train.py").write_text("import mlflow\n\nprint('hi')\n" + f"# {BIDI}\n")
        (folder / "train.log").write_text("".join(f"line {number} of the log\n" for number in range(40_000)))
        (folder / "readme.md").write_text(f"# Read me\n\n**Bold**ly, [a run](/runs/x), [bad](javascript:alert(3))\n\n{MARKUP}\n\n| a | b |\n|-|-|\n| 1 | 2 |\n")
        (folder / "plot.png").write_bytes(png(64, 48))
        (folder / "plot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><script>alert(4)</script><circle r="20" cx="20" cy="20" onclick="alert(5)"/></svg>')
        (folder / "report.html").write_text("<h1>Report</h1><p id=at>still</p><script>document.getElementById('at').textContent = 'alive at ' + self.origin + tryAll()\nfunction tryAll() { try { return parent.document.title } catch { return ' alone' } }</script>")
        (folder / "beep.wav").write_bytes(wav())
        (folder / "model.pkl").write_bytes(b"\x80\x04\x95\x00\x00")
        (folder / "empty.txt").write_text("")
        client.log_artifacts(run, folder)
    client.set_terminated(run, "FAILED")


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in (4 * x % 256, 5 * y % 256, 160)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav():
    samples = bytes(128 + (40 if at // 20 % 2 else -40) for at in range(4000))
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", len(samples))
    return head + samples


def fill_curves(client):
    """Runs whose metrics are curves, long and short, with what goes wrong in training."""
    experiment = client.create_experiment("curves")
    for number in range(24):
        rate, width, seed = [0.1, 0.03, 0.01][number % 3], [64, 128][number // 3 % 2], number // 6
        run = client.create_run(experiment, run_name=f"curve-{number:02d}").info.run_id
        start = int(time.time() * 1000) - 3_600_000
        noise = random.Random(number)
        steps = 3000 if number == 0 else 300
        metrics = []
        for step in range(steps):
            level = math.exp(-step / steps * 5 * (1 + 10 * rate)) + rate + seed / 50
            spike = 6 if number == 1 and step == 200 else 0
            metrics.append(Metric("train/loss", level + noise.gauss(0, 0.02) + spike, start + step * 1000, step))
            if step % 10 == 0:
                value = float("nan") if number == 2 and step > 150 else level + 0.05 + noise.gauss(0, 0.01)
                metrics.append(Metric("val/loss", value, start + step * 1000, step))
                metrics.append(Metric("val/accuracy", 1 - level / 2.5 + noise.gauss(0, 0.01), start + step * 1000, step))
        metrics.append(Metric("lr", rate, start, 0))
        for at in range(0, len(metrics), 1000):
            client.log_batch(run, metrics=metrics[at : at + 1000])
        params = {"lr": rate, "width": width, "seed": seed, "optimizer": ["adam", "sgd"][number % 2], "note": f"attempt {number}\nwith a text of its own"}
        client.log_batch(run, params=[Param(key, str(value)) for key, value in params.items()], tags=[RunTag("team", "ab"[number % 2])])
        client.set_terminated(run)


main()
