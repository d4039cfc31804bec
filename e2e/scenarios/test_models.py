"""Models: logged with a run, loaded again, searched as things of their own."""

import mlflow
import mlflow.pyfunc
import mlflow.sklearn
import numpy
import pytest
import sklearn
from about import VERSION, pedigree_only, refused, since
from mlflow.models.signature import infer_signature
from sklearn.linear_model import LinearRegression

X = numpy.arange(12.0).reshape(6, 2)
Y = X @ [2.0, -1.0] + 3
PINS = [f"scikit-learn=={sklearn.__version__}"]  # or the client runs a process to find out


def log_model(name="model", **options):
    model = LinearRegression().fit(X, Y)
    named = {"name": name} if VERSION >= (3, 0) else {"artifact_path": name}
    return mlflow.sklearn.log_model(
        model, **named, signature=infer_signature(X, Y), pip_requirements=PINS, **options
    )


def test_log_and_load(experiment):
    with mlflow.start_run() as run:
        logged = log_model()
    for uri in (f"runs:/{run.info.run_id}/model", logged.model_uri):
        assert numpy.allclose(mlflow.sklearn.load_model(uri).predict(X), Y)
    model = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    assert numpy.allclose(model.predict(X), Y)
    assert model.metadata.run_id == run.info.run_id
    assert model.metadata.signature is not None


@pytest.mark.skipif(VERSION >= (3, 0), reason="since 3.0 models lie beside the run")
def test_the_files_lie_with_the_run(client, experiment):
    with mlflow.start_run() as run:
        log_model("folder/model")
    paths = {i.path for i in client.list_artifacts(run.info.run_id, "folder/model")}
    assert {"folder/model/MLmodel", "folder/model/requirements.txt"} <= paths
    assert "mlflow.log-model.history" in client.get_run(run.info.run_id).data.tags


@since(3, 0)
def test_a_model_is_a_thing(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_param("alpha", 1)
        info = log_model(params={"depth": 3}, tags={"team": "blue"}, model_type="regressor")
        mlflow.log_metric("rmse", 0.25, model_id=info.model_id)
    model = mlflow.get_logged_model(info.model_id)
    assert (model.name, model.experiment_id, model.source_run_id) == ("model", experiment, run.info.run_id)
    assert (model.status, model.model_type) == ("READY", "regressor")
    assert model.tags["team"] == "blue"
    assert model.params["depth"] == "3"
    assert {m.key: m.value for m in model.metrics} == {"rmse": 0.25}
    assert model.model_uri == f"models:/{info.model_id}"
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    assert [o.model_id for o in outputs] == [info.model_id]
    listed = {i.path for i in client.list_logged_model_artifacts(info.model_id)}
    assert {"MLmodel", "requirements.txt"} <= listed


@since(3, 0)
def test_a_model_without_a_run(client, experiment):
    model = mlflow.create_external_model(name="elsewhere", params={"a": "1"}, tags={"t": "1"}, model_type="agent")
    found = mlflow.get_logged_model(model.model_id)
    assert (found.name, found.status, found.model_type) == ("elsewhere", "READY", "agent")
    client.set_logged_model_tags(model.model_id, {"t": "2", "u": "3"})
    client.delete_logged_model_tag(model.model_id, "u")
    assert mlflow.get_logged_model(model.model_id).tags["t"] == "2"
    assert "u" not in mlflow.get_logged_model(model.model_id).tags


@since(3, 0)
def test_from_pending_to_ready(client, experiment):
    model = mlflow.initialize_logged_model(name="slow")
    assert model.status == "PENDING"
    mlflow.finalize_logged_model(model.model_id, "READY")
    assert mlflow.get_logged_model(model.model_id).status == "READY"


@since(3, 0)
def test_a_model_is_deleted(client, experiment):
    model = mlflow.create_external_model(name="unwanted")
    client.delete_logged_model(model.model_id)
    with refused("RESOURCE_DOES_NOT_EXIST"):
        mlflow.get_logged_model(model.model_id)
    assert client.search_logged_models([experiment]) == []


@pytest.fixture(scope="module")
def models(shared_experiment):
    """Six models that were measured in one run."""
    with mlflow.start_run(experiment_id=shared_experiment):
        for i in range(6):
            model = mlflow.create_external_model(
                name=f"m{i}",
                params={"depth": str(i % 3)},
                tags={"parity": ["even", "odd"][i % 2]},
                model_type="regressor" if i < 4 else "classifier",
            )
            if i != 5:
                mlflow.log_metric("rmse", i / 10, model_id=model.model_id)
    return shared_experiment


@since(3, 0)
@pytest.mark.parametrize("filter_string, found", [
    (None, "m0 m1 m2 m3 m4 m5"),
    ("name = 'm3'", "m3"),
    ("name LIKE 'm%' AND tags.parity = 'odd'", "m1 m3 m5"),
    ("params.depth = '1'", "m1 m4"),
    ("metrics.rmse > 0.25", "m3 m4"),
    ("metrics.rmse <= 0.2 AND params.depth != '1'", "m0 m2"),
    ("model_type = 'classifier'", "m4 m5"),
    ("creation_timestamp > 0 AND source_run_id != ''", "m0 m1 m2 m3 m4 m5"),
    pytest.param("status = 'READY'", "m0 m1 m2 m3 m4 m5", marks=pedigree_only),  # a stock server finds none
    pytest.param("name = 'm1' OR NOT (metrics.rmse < 0.35)", "m1 m4 m5", marks=pedigree_only),
])
def test_search_models(client, models, filter_string, found):
    answer = client.search_logged_models([models], filter_string=filter_string)
    assert sorted(m.name for m in answer) == found.split()


@since(3, 0)
@pytest.mark.parametrize("size", [1, 4, 50])
def test_models_in_order_and_pages(client, models, size):
    seen, token = [], None
    while True:
        page = client.search_logged_models(
            [models], max_results=size, page_token=token,
            order_by=[{"field_name": "metrics.rmse", "ascending": False}],
        )
        assert len(page) <= size
        seen += [m.name for m in page]
        token = page.token
        if not token:
            break
    assert seen == ["m4", "m3", "m2", "m1", "m0", "m5"]
