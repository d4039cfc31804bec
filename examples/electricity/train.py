"""Forecast daily electricity consumption with three families of models, every
trial tracked by MLflow.

    python train.py                   a data set that comes with scikit-learn
    python train.py electricity.csv   French daily consumption and weather
    python train.py --quick ...       a small sweep
"""

import argparse
import itertools
import logging
import os
import statistics
import time
import warnings
from dataclasses import dataclass

import mlflow
import pandas
import sklearn
from mlflow.models import infer_signature
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler


@dataclass
class Data:
    name: str
    source: str | None  # the file it was read from
    train: pandas.DataFrame
    test: pandas.DataFrame
    target: str  # the column to forecast
    inputs: dict  # sets of columns to forecast it from, by name


@dataclass
class Trial:
    model: str  # the family
    inputs: str  # the name of a set of columns
    params: dict
    estimator: object


# Data


def read_electricity(path):
    """French consumption: train on the days whose figures are final
    ("Définitif"), test on the later ones that are consolidated only."""
    table = pandas.read_csv(path)
    table = table.astype({column: float for column in table.select_dtypes("number")})
    weather = ["wavg_min_temperature", "wavg_mean_temperature", "wavg_max_temperature"]
    return Data(
        name="electricity",
        source=path,
        train=table[table.datastatus == "Définitif"],
        test=table[table.datastatus == "Consolidé"],
        target="dailyconsumption",
        inputs={
            "temperature": ["wavg_mean_temperature"],
            "weather": weather,
            "temperature-weekday": ["wavg_mean_temperature", "weekday"],
            "temperature-calendar": ["wavg_mean_temperature", "weekday", "is_holiday"],
            "everything": weather + ["weekday", "is_holiday", "week", "month"],
        },
    )


def read_diabetes():
    """What scikit-learn brings along: the course of a disease within a year."""
    table = load_diabetes(as_frame=True, scaled=False).frame.astype(float)
    return Data(
        name="diabetes",
        source=None,
        train=table[:330],
        test=table[330:],
        target="target",
        inputs={
            "bmi": ["bmi"],
            "bmi-pressure": ["bmi", "bp"],
            "body": ["bmi", "bp", "age", "sex"],
            "bmi-serum": ["bmi", "s5"],
            "everything": [c for c in table.columns if c != "target"],
        },
    )


# Models


def scaled(regressor):
    """Bring inputs and target to one scale, which distances and networks need."""
    return TransformedTargetRegressor(make_pipeline(StandardScaler(), regressor), transformer=StandardScaler())


def knn_trials(data, neighbours, weightings, inputs):
    for n, weighting, chosen in itertools.product(neighbours, weightings, inputs):
        params = {"n_neighbors": n, "weights": weighting}
        yield Trial("knn", chosen, params, scaled(KNeighborsRegressor(**params)))


def mlp_trials(data, sizes, activations, iterations, inputs):
    for size, activation, limit, chosen in itertools.product(sizes, activations, iterations, inputs):
        params = {"hidden_layer_sizes": size, "activation": activation, "max_iter": limit}
        network = MLPRegressor(**params, solver="lbfgs", random_state=0)
        yield Trial("mlp", chosen, params, scaled(network))


def piecewise_linear_trial(data):
    """Straight lines between a few knots: people heat when it is cold, cool when
    it is hot, and do neither in between."""
    chosen = next(iter(data.inputs))
    lines = SplineTransformer(degree=1, n_knots=4, knots="quantile", extrapolation="linear")
    return Trial("piecewise-linear", chosen, {"n_knots": 4}, make_pipeline(lines, LinearRegression()))


def all_trials(data, quick):
    inputs = list(data.inputs)
    if quick:
        yield from knn_trials(data, [5, 10], ["uniform", "distance"], inputs[-2:])
        yield from mlp_trials(data, [(10,)], ["tanh"], [50, 100], inputs[-2:])
    else:
        yield from knn_trials(data, [3, 5, 10, 20], ["uniform", "distance"], inputs)
        yield from mlp_trials(data, [(10,), (30,), (10, 10)], ["tanh", "relu"], [50, 100, 200], inputs)
    yield piecewise_linear_trial(data)


# Training


def seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def train(trial, data):
    """Fit and judge one model in a run of its own; give its metrics."""
    columns = data.inputs[trial.inputs]
    x, y = data.train[columns], data.train[data.target]
    x_test, y_test = data.test[columns], data.test[data.target]
    model = trial.estimator

    with mlflow.start_run(run_name=f"{trial.model} {trial.inputs}", nested=True):
        mlflow.set_tags({"model": trial.model, "inputs": trial.inputs})
        mlflow.log_params({**trial.params, "inputs": trial.inputs, "columns": ",".join(columns)})
        mlflow.log_input(data.logged, context="training")

        duration_training = seconds(lambda: model.fit(x, y))
        forecast = model.predict(x_test)
        metrics = {
            "rmse": root_mean_squared_error(y_test, forecast),
            "mae": mean_absolute_error(y_test, forecast),
            "r2": r2_score(y_test, forecast),
            "duration_training": duration_training,
            "duration_prediction": statistics.median(seconds(lambda: model.predict(x_test)) for _ in range(5)),
        }
        mlflow.log_metrics(metrics)
        mlflow.sklearn.log_model(
            model,
            name="model",
            signature=infer_signature(x_test, forecast),
            serialization_format="cloudpickle",  # takes any estimator
            pip_requirements=[f"scikit-learn=={sklearn.__version__}"],
        )
    return metrics


def sweep(data, quick):
    trials = list(all_trials(data, quick))
    print(f"{data.name}: train on {len(data.train)} rows, test on {len(data.test)}, {len(trials)} trials\n")
    begun = time.perf_counter()
    with mlflow.start_run(run_name=f"{data.name} sweep") as parent:
        mlflow.log_param("trials", len(trials))
        for number, trial in enumerate(trials, start=1):
            metrics = train(trial, data)
            params = " ".join(f"{k}={v}" for k, v in trial.params.items())
            print(
                f"{number:4}/{len(trials)}  {trial.model:16} {trial.inputs:20} "
                f"rmse {metrics['rmse']:10,.1f}   {params}",
                flush=True,
            )
    print(f"\n{len(trials)} trials in {time.perf_counter() - begun:.0f} s")
    return parent.info.run_id


# What came out


def show(title, runs, columns):
    print(f"\n{title}\n")
    print(runs[columns].to_string(index=False) if len(runs) else "  nothing")


def report(parent, data):
    of_sweep = f'tags.mlflow.parentRunId = "{parent}"'
    columns = ["run_id", "tags.model", "tags.inputs", "metrics.rmse", "metrics.r2", "metrics.duration_prediction"]

    best = mlflow.search_runs(filter_string=of_sweep, order_by=["metrics.rmse ASC"], max_results=1)
    show("The best run by rmse", best, columns)

    fast = 'tags.model = "knn" and metrics.duration_prediction < 0.002'
    found = mlflow.search_runs(filter_string=f"{of_sweep} and {fast}", order_by=["metrics.rmse ASC"])
    show(f"{len(found)} runs with {fast}", found.head(5), columns)

    run = best.iloc[0]
    model = mlflow.sklearn.load_model(f"runs:/{run.run_id}/model")
    last = data.test.tail(1)
    forecast = model.predict(last[data.inputs[run["tags.inputs"]]])[0]
    print(f"\nThe best model, loaded again, gives {forecast:,.0f} for the last row; it was {last[data.target].item():,.0f}.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", nargs="?", help="daily consumption and weather; without it, data that comes with scikit-learn")
    parser.add_argument("--quick", action="store_true", help="13 trials instead of 131")
    options = parser.parse_args()

    # One line for each trial is enough to read, and that a network stops before
    # it converged is what the sweep is about.
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="mlflow")
    warnings.simplefilter("ignore", ConvergenceWarning)

    data = read_electricity(options.csv) if options.csv else read_diabetes()
    data.logged = mlflow.data.from_pandas(data.train, source=data.source, targets=data.target, name=data.name)
    mlflow.set_experiment(data.name)
    report(sweep(data, options.quick), data)


if __name__ == "__main__":
    main()
