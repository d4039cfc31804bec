"""The SDK's own tutorial: a workspace, a run, an execution, and what it reads
and writes."""

import json
from types import SimpleNamespace

import pytest
from kfmd import metadata


@pytest.fixture
def logged(workspace):
    """What a training step logs."""
    run = metadata.Run(workspace=workspace, name="first run", description="first run in it")
    step = metadata.Execution(name="training", workspace=workspace, run=run, description="an execution")
    data = step.log_input(metadata.DataSet(
        name="mytable-dump", description="an example", owner="owner@my-company.org", uri="file://path/to/dataset",
        version="v1.0.0", query="SELECT * FROM mytable", labels={"split": "train"}))
    model = step.log_output(metadata.Model(
        name="MNIST", description="recognizes digits", owner="someone@kubeflow.org", uri="gcs://my-bucket/mnist",
        model_type="neural network", training_framework={"name": "tensorflow", "version": "v1.0"},
        hyperparameters={"learning_rate": 0.5, "layers": [10, 3, 1], "early_stop": True}, version="v0.0.1", labels={"mylabel": "l1"}))
    metrics = step.log_output(metadata.Metrics(
        name="MNIST-evaluation", description="validates it", owner="someone@kubeflow.org", uri="gcs://my-bucket/mnist-eval.csv",
        data_set_id=data.id, model_id=model.id, metrics_type=metadata.Metrics.VALIDATION, values={"accuracy": 0.95}, labels={"mylabel": "l1"}))
    return SimpleNamespace(step=step, data=data, model=model, metrics=metrics)


def test_everything_logged_has_an_id_of_its_own(logged):
    ids = [logged.data.id, logged.model.id, logged.metrics.id, logged.step.id]
    assert all(isinstance(i, str) and i.isdigit() for i in ids)
    assert len(set(ids)) == 4


def test_a_workspace_lists_what_was_logged_in_it(workspace, logged):
    [model] = workspace.list()
    assert (model["id"], model["name"], model["workspace"], model["run"]) == (logged.model.id, "MNIST", workspace.name, "first run")
    assert model["hyperparameters"] == {"learning_rate": 0.5, "layers": [10, 3, 1], "early_stop": True}
    assert model["training_framework"] == {"name": "tensorflow", "version": "v1.0"}
    assert model["labels"] == {"mylabel": "l1"}
    [data] = workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)
    assert (data["id"], data["uri"], data["query"], data["labels"]) == (
        logged.data.id, "file://path/to/dataset", "SELECT * FROM mytable", {"split": "train"})
    [metrics] = workspace.list(metadata.Metrics.ARTIFACT_TYPE_NAME)
    assert (metrics["data_set_id"], metrics["model_id"], metrics["values"]) == (logged.data.id, logged.model.id, {"accuracy": 0.95})


def test_another_workspace_lists_none_of_it(workspace, logged, name):
    other = metadata.Workspace(backend_url_prefix=workspace.backend_url_prefix, name=name("other"))
    assert other.list() == []
    assert other.list("nobody.org/made/this") == []


def test_lineage_leads_from_a_model_to_its_data(client, logged):
    [made] = client.list_events2(logged.model.id).events
    assert (made.type, made.execution_id, made.artifact_id) == ("OUTPUT", logged.step.id, logged.model.id)
    answer = client.list_events(made.execution_id)
    assert sorted((e.type, e.artifact_id) for e in answer.events) == sorted(
        [("INPUT", logged.data.id), ("OUTPUT", logged.model.id), ("OUTPUT", logged.metrics.id)])
    assert all(int(e.milliseconds_since_epoch) > 0 for e in answer.events)
    assert set(answer.artifacts) == {logged.data.id, logged.model.id, logged.metrics.id}
    assert answer.artifacts[logged.data.id].uri == "file://path/to/dataset"
    assert answer.executions[logged.step.id].properties["name"].string_value == "training"


def test_an_artifact_is_read_back_as_written(client, logged):
    model = client.get_artifact(id=logged.model.id, name=metadata.Model.ARTIFACT_TYPE_NAME).artifact
    assert (model.id, model.uri) == (logged.model.id, "gcs://my-bucket/mnist")
    assert {k: v.string_value for k, v in model.properties.items() if k not in ("__ALL_META__", "create_time")} == {
        "name": "MNIST", "description": "recognizes digits", "owner": "someone@kubeflow.org", "model_type": "neural network", "version": "v0.0.1"}
    assert json.loads(model.properties["__ALL_META__"].string_value)["uri"] == "gcs://my-bucket/mnist"
    step = client.get_execution(id=logged.step.id, name=metadata.Execution.EXECUTION_TYPE_NAME).execution
    assert (step.properties["name"].string_value, step.custom_properties["__kf_run__"].string_value) == ("training", "first run")


def test_the_least_that_can_be_said_is_enough(workspace):
    step = metadata.Execution(name="least", workspace=workspace)
    assert step.log_input(metadata.DataSet(name="mytable-dump", uri="file://path/to/dataset")).id
    assert step.log_output(metadata.Metrics(name="MNIST-evaluation", uri="gcs://my-bucket/mnist-eval.csv")).id
    assert step.log_output(metadata.Model(name="MNIST", uri="gcs://my-bucket/mnist")).id
    [model] = workspace.list()
    assert "run" not in model
