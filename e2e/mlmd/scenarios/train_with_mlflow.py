"""Trains and registers with MLflow's own client, in an environment of its own.

    MLFLOW_TRACKING_URI=... python train_with_mlflow.py NAME

prints what it made, as JSON.
"""

import json
import sys

import mlflow
import pandas
from mlflow.tracking import MlflowClient
from sklearn.linear_model import LinearRegression


def train(name):
    experiment = mlflow.set_experiment(f"{name} experiment").experiment_id
    frame = pandas.DataFrame({"x": [1.0, 2.0], "y": [2.0, 4.0]})
    data = mlflow.data.from_pandas(frame, source=f"s3://bucket/{name}.csv", name=f"{name} data", targets="y")
    with mlflow.start_run(run_name=f"{name} run") as run:
        mlflow.log_input(data, context="training")
        mlflow.log_params({"lr": 0.1, "layers": "10,3", "note": name})
        mlflow.set_tag("team", "x")
        for step, rmse in enumerate((3.0, 2.0, 0.5)):
            mlflow.log_metric("rmse", rmse, step=step)
        model = mlflow.sklearn.log_model(LinearRegression().fit(frame[["x"]], frame["y"]), name="model", registered_model_name=f"{name} model")
    version = MlflowClient().get_model_version(f"{name} model", "1")
    return {"experiment": experiment, "run": run.info.run_id, "data": data.name, "digest": data.digest, "model": model.model_id,
            "version_run": version.run_id, "note": name}


if __name__ == "__main__":
    print(json.dumps(train(sys.argv[1])))
