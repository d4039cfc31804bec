"""Autologging: scikit-learn trains, MLflow writes down what it sees."""

import mlflow
import mlflow.sklearn
import pytest
from about import VERSION
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier


@pytest.fixture(autouse=True)
def autolog():
    mlflow.sklearn.autolog(log_models=False, max_tuning_runs=3)
    yield
    mlflow.sklearn.autolog(disable=True)


def test_fit(client, experiment):
    x, y = load_iris(return_X_y=True, as_frame=True)
    with mlflow.start_run() as run:
        LogisticRegression(C=0.5, max_iter=300).fit(x, y)
    found = client.get_run(run.info.run_id)
    assert found.data.params["C"] == "0.5"
    assert found.data.params["max_iter"] == "300"
    assert 0.9 < found.data.metrics["training_accuracy_score" if VERSION >= (2, 0) else "training_score"] <= 1
    assert found.data.tags["estimator_name"] == "LogisticRegression"
    paths = {i.path for i in client.list_artifacts(run.info.run_id)}
    assert "training_confusion_matrix.png" in paths
    if VERSION >= (2, 4):
        [used] = found.inputs.dataset_inputs
        assert {t.key: t.value for t in used.tags}["mlflow.data.context"] == "train"


def test_a_grid_search_makes_children(client, experiment):
    x, y = load_iris(return_X_y=True)
    with mlflow.start_run() as run:
        GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 3, 5, 7]}, cv=3).fit(x, y)
    parent = client.get_run(run.info.run_id)
    assert parent.data.params["best_n_neighbors"] in "1357"
    assert 0.9 < parent.data.metrics["best_cv_score"] <= 1
    children = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    assert len(children) == 3  # as many as max_tuning_runs lets it
    assert "cv_results.csv" in {i.path for i in client.list_artifacts(run.info.run_id)}


def test_the_model_too(experiment):
    mlflow.sklearn.autolog(log_models=True, log_input_examples=False)
    x, y = load_iris(return_X_y=True)
    with mlflow.start_run() as run:
        LogisticRegression(max_iter=300).fit(x, y)
    model = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
    assert model.score(x, y) > 0.9
