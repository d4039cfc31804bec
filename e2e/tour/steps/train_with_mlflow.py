"""Trains and registers with MLflow: MLFLOW_TRACKING_URI=... python
train_with_mlflow.py FEATURES.csv MODEL ALPHA ALIAS. The data set says where it
is from by the path of its file."""

import sys

import mlflow
import pandas
from mlflow.tracking import MlflowClient
from sklearn.linear_model import Ridge


def main(features, name, alpha, alias):
    frame = pandas.read_csv(features)
    known = frame[["yesterday", "degrees", "free"]]
    mlflow.set_experiment("daily load")
    with mlflow.start_run(run_name=f"ridge {alpha}"):
        mlflow.log_input(mlflow.data.from_pandas(frame, source=features, name="features", targets="mwh"), context="training")
        mlflow.log_param("alpha", alpha)
        model = Ridge(alpha=float(alpha)).fit(known, frame["mwh"])
        mlflow.log_metric("r2", model.score(known, frame["mwh"]))
        told = mlflow.sklearn.log_model(model, name="model", registered_model_name=name, pip_requirements=["scikit-learn"])
    MlflowClient().set_registered_model_alias(name, alias, told.registered_model_version)


if __name__ == "__main__":
    main(*sys.argv[1:])
