"""Models on their way from training through the registry to whoever predicts.

They are loaded and predict in this process; `registry_serve` has another serve them."""

import uuid

import mlflow
import mlflow.pyfunc
import mlflow.sklearn
import pytest
from about import VERSION, since
from sklearn.linear_model import LinearRegression
from test_models import PINS, X


def train(slope, **options):
    """Log a model that gives the sum of its inputs times the slope."""
    model = LinearRegression(fit_intercept=False).fit(X, X.sum(axis=1) * slope)
    named = {"name": "model"} if VERSION >= (3, 0) else {"artifact_path": "model"}
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(model, **named, pip_requirements=PINS, **options)
    return run.info.run_id


def slope(uri):
    """What the model that lies at the URI multiplies with."""
    return round(float(mlflow.pyfunc.load_model(uri).predict(X[3:4])[0] / X[3].sum()), 6)


@pytest.fixture
def name(experiment):
    return f"used {uuid.uuid4().hex[:8]}"


def test_registered_while_it_is_logged(client, name):
    run = train(1, registered_model_name=name)
    assert client.get_model_version(name, "1").run_id == run
    train(2, registered_model_name=name)
    assert [slope(f"models:/{name}/{v}") for v in (1, 2)] == [1, 2]


def test_registered_later(name):
    run = train(3)
    made = mlflow.register_model(f"runs:/{run}/model", name)
    assert (made.name, int(made.version), made.run_id) == (name, 1, run)
    assert slope(f"models:/{name}/1") == 3


def test_what_a_stage_holds_is_loaded(client, name):
    for s in (1, 2):
        train(s, registered_model_name=name)
    client.transition_model_version_stage(name, "1", "Production")
    assert slope(f"models:/{name}/Production") == 1
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    assert slope(f"models:/{name}/Production") == 2


@since(2, 3)
def test_what_an_alias_points_to_is_loaded(client, name):
    for s in (1, 2):
        train(s, registered_model_name=name)
        client.set_registered_model_alias(name, "champion", str(s))
        assert slope(f"models:/{name}@champion") == s


@since(2, 6)
def test_copied_to_another_model(client, name):
    train(2, registered_model_name=name)
    copy = client.copy_model_version(f"models:/{name}/1", f"{name} again")
    assert (copy.name, int(copy.version), copy.source) == (f"{name} again", 1, f"models:/{name}/1")
    assert slope(f"models:/{name} again/1") == 2
    client.set_registered_model_alias(f"{name} again", "champion", "1")
    train(7, registered_model_name=f"{name} again")
    third = client.copy_model_version(f"models:/{name} again@champion", f"{name} once more")
    assert (int(third.version), third.run_id) == (1, copy.run_id)
    assert slope(f"models:/{name} once more/1") == 2
    with pytest.raises(mlflow.MlflowException, match="version=9.* not found"):
        client.copy_model_version(f"models:/{name}/9", f"{name} again")
