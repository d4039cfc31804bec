"""The tutorial's case: a sweep over models, then which was best."""

import os
import pathlib
import re
import subprocess
import sys

import mlflow
import mlflow.sklearn
import pytest
import sklearn
from about import VERSION, since
from sklearn.datasets import load_diabetes
from sklearn.neighbors import KNeighborsRegressor

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = HERE.parents[1] / "examples" / "electricity" / "train.py"
CONSUMPTION = HERE.parents[2] / "shared" / "data" / "electricity.csv"
FAST_KNN = 'tags.model = "knn" and metrics.duration_prediction < 0.002'


def run_example(*arguments):
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    return done.stdout


def check_example(client, printed, experiment_name, trials):
    """What the script printed must be what the server holds."""
    experiment = client.get_experiment_by_name(experiment_name)
    [parent] = client.search_runs([experiment.experiment_id], "params.trials LIKE '%'", max_results=1)
    children = f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
    runs = client.search_runs([experiment.experiment_id], children, order_by=["metrics.rmse ASC"])
    assert len(runs) == trials
    rmse = [r.data.metrics["rmse"] for r in runs]
    assert rmse == sorted(rmse)
    assert runs[0].info.run_id in printed
    assert f"{trials} trials in" in printed
    fast = client.search_runs([experiment.experiment_id], f"{children} and {FAST_KNN}")
    expected = [r for r in runs if r.data.tags["model"] == "knn" and r.data.metrics["duration_prediction"] < 0.002]
    assert {r.info.run_id for r in fast} == {r.info.run_id for r in expected}
    assert f"{len(fast)} runs with {FAST_KNN}" in printed
    assert all(len(r.outputs.model_outputs) == 1 and len(r.inputs.dataset_inputs) == 1 for r in runs)
    assert len({r.inputs.dataset_inputs[0].dataset.digest for r in runs}) == 1
    assert re.search(r"The best model, loaded again, gives -?[\d,]+", printed)


@since(3, 0)
def test_the_example(client):
    check_example(client, run_example("--quick"), "diabetes", 13)


@since(3, 0)
@pytest.mark.skipif(not CONSUMPTION.exists(), reason=f"there is no {CONSUMPTION}: real data was NOT tried")
def test_the_example_on_real_data(client):
    whole = os.environ.get("PEDIGREE_E2E_FULL") == "1"
    printed = run_example(*([] if whole else ["--quick"]), str(CONSUMPTION))
    assert "train on 1081 rows, test on 233" in printed
    check_example(client, printed, "electricity", 131 if whole else 13)


def test_a_small_sweep(client, experiment):
    """The same with what every client can do."""
    x, y = load_diabetes(return_X_y=True)
    with mlflow.start_run(run_name="sweep") as parent:
        for n in (1, 3, 10):
            for weights in ("uniform", "distance"):
                with mlflow.start_run(run_name=f"knn {n} {weights}", nested=True):
                    model = KNeighborsRegressor(n, weights=weights).fit(x[:300], y[:300])
                    rmse = float(((model.predict(x[300:]) - y[300:]) ** 2).mean() ** 0.5)
                    mlflow.set_tag("model", "knn")
                    mlflow.log_params({"n_neighbors": n, "weights": weights})
                    mlflow.log_metrics({"rmse": rmse, "duration_prediction": n / 2000})
                    mlflow.sklearn.log_model(
                        model,
                        **({"name": "model"} if VERSION >= (3, 0) else {"artifact_path": "model"}),
                        pip_requirements=[f"scikit-learn=={sklearn.__version__}"],
                        serialization_format="cloudpickle",
                    )
    best = client.search_runs([experiment], order_by=["metrics.rmse ASC"], max_results=1)[0]
    assert best.data.params["n_neighbors"] == "10"
    model = mlflow.sklearn.load_model(f"runs:/{best.info.run_id}/model")
    again = float(((model.predict(x[300:]) - y[300:]) ** 2).mean() ** 0.5)
    assert again == best.data.metrics["rmse"]
    fast = client.search_runs([experiment], f"{FAST_KNN} and tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert sorted(r.data.params["n_neighbors"] for r in fast) == ["1", "1", "3", "3"]
