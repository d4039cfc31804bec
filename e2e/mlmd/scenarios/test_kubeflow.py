"""Kubeflow Metadata's SDK, as its demo uses it."""

import json

import pytest
from about import HOST, PORT, pedigree_only
from kubeflow.metadata import metadata
from ml_metadata.proto import metadata_store_pb2 as pb

pytestmark = pedigree_only  # the engine has no predefined types


@pytest.fixture(scope="module")
def client():
    return metadata.Store(grpc_host=HOST, grpc_port=int(PORT))


@pytest.fixture
def workspace(client, name):
    return metadata.Workspace(store=client, name=name("xgboost-house-prices"), description="a workspace for testing", labels={"n1": "v1"})


@pytest.fixture
def trained(workspace):
    """A run whose training read a data set and wrote metrics and a model."""
    run = metadata.Run(workspace=workspace, name="run-1", description="a run in the workspace")
    train = metadata.Execution(name="execution-1", workspace=workspace, run=run, description="training")
    data = train.log_input(metadata.DataSet(
        description="an example data", name="mytable-dump", owner="owner@my-company.org", uri="file://path/to/dataset",
        version="data-v1", query="SELECT * FROM mytable", labels={"origin": "warehouse"}))
    metrics = train.log_output(metadata.Metrics(
        name="MNIST-evaluation", description="validating the model", owner="someone@kubeflow.org", uri="gcs://my-bucket/mnist-eval.csv",
        data_set_id=str(data.id), model_id="12345", metrics_type=metadata.Metrics.VALIDATION, values={"accuracy": 0.95}, labels={"mylabel": "l1"}))
    model = train.log_output(metadata.Model(
        name="MNIST", description="recognises digits", owner="someone@kubeflow.org", uri="gcs://my-bucket/mnist", model_type="neural network",
        training_framework={"name": "tensorflow", "version": "v1.0"},
        hyperparameters={"learning_rate": 0.5, "layers": [10, 3, 1], "early_stop": True}, version="model-v1", labels={"mylabel": "l1"}))
    return train, data, metrics, model


def test_the_predefined_types_are_there_from_the_start(store):
    for name in ("data_set", "model", "metrics"):
        declared = store.get_artifact_type(f"kubeflow.org/alpha/{name}").properties
        assert {"name", "description", "create_time", "owner", "version", "__ALL_META__"} <= set(declared)
    assert "executable_id" in store.get_execution_type("kubeflow.org/alpha/execution").properties


def test_a_workspace_is_found_again_with_its_description_and_labels(client, workspace):
    again = metadata.Workspace(store=client, name=workspace.name)
    assert again.context_id == workspace.context_id
    [context] = client.store.get_contexts_by_id([workspace.context_id])
    assert context.properties["description"].string_value == "a workspace for testing"
    assert json.loads(context.properties["labels"].string_value) == {"n1": "v1"}
    with pytest.raises(ValueError, match="already exists"):
        metadata.Workspace(store=client, name=workspace.name, reuse_workspace_if_exists=False)


def test_a_workspace_lists_what_was_logged_in_it_with_all_its_fields(workspace, trained):
    _, data, metrics, model = trained
    [listed] = workspace.list()
    assert listed["id"] == model.id
    assert (listed["name"], listed["version"], listed["run"], listed["workspace"]) == ("MNIST", "model-v1", "run-1", workspace.name)
    assert listed["hyperparameters"] == {"learning_rate": 0.5, "layers": [10, 3, 1], "early_stop": True}
    assert listed["labels"] == {"mylabel": "l1"}
    [listed] = workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)
    assert (listed["id"], listed["query"], listed["labels"]) == (data.id, "SELECT * FROM mytable", {"origin": "warehouse"})
    [listed] = workspace.list(metadata.Metrics.ARTIFACT_TYPE_NAME)
    assert (listed["id"], listed["values"], listed["metrics_type"]) == (metrics.id, {"accuracy": 0.95}, "validation")


def test_another_workspace_lists_nothing_of_it(client, trained, name):
    assert metadata.Workspace(store=client, name=name("empty")).list() == []


def test_events_lead_from_a_model_to_what_made_it_and_what_uses_it(workspace, trained):
    train, data, metrics, model = trained
    serving = metadata.Execution(name="serving", workspace=workspace, description="serves the model")
    served = serving.log_input(metadata.Model(name="MNIST", uri="gcs://my-bucket/mnist", version="model-v1"))
    assert served.id == model.id, "the same name, URI and version is the same artifact"
    events = workspace.store.get_events_by_artifact_ids([model.id])
    assert {(e.execution_id, e.type) for e in events} == {(train.id, pb.Event.OUTPUT), (serving.id, pb.Event.INPUT)}
    events = workspace.store.get_events_by_execution_ids([train.id])
    assert {(e.artifact_id, e.type) for e in events} == {(data.id, pb.Event.INPUT), (metrics.id, pb.Event.OUTPUT), (model.id, pb.Event.OUTPUT)}


def test_another_version_or_place_is_another_artifact(workspace, trained):
    *_, model = trained
    serving = metadata.Execution(name="serving", workspace=workspace)
    newer = serving.log_input(metadata.Model(name="MNIST", uri="gcs://my-bucket/mnist", version="model-v2"))
    moved = serving.log_input(metadata.Model(name="MNIST", uri="gcs://my-bucket/elsewhere", version="model-v1"))
    assert len({model.id, newer.id, moved.id}) == 3


def test_logging_the_same_object_twice_changes_nothing(workspace, trained):
    train, data, *_ = trained
    assert train.log_input(data).id == data.id
    assert len([e for e in workspace.store.get_events_by_execution_ids([train.id]) if e.artifact_id == data.id]) == 1


def test_a_workspace_knows_its_artifacts_and_executions(workspace, trained):
    train, data, metrics, model = trained
    assert {a.id for a in workspace.store.get_artifacts_by_context(workspace.context_id)} == {data.id, metrics.id, model.id}
    assert [e.id for e in workspace.store.get_executions_by_context(workspace.context_id)] == [train.id]
    [execution] = workspace.store.get_executions_by_id([train.id])
    assert execution.properties["name"].string_value == "execution-1"
    assert execution.custom_properties["__kf_run__"].string_value == "run-1"


class Notebook(metadata.Artifact):
    """An artifact of a user's own type."""

    ARTIFACT_TYPE_NAME = "my-company.org/v1/notebook"

    def __init__(self, name, uri):
        self.name, self.uri, self.id = name, uri, None

    def serialization(self):
        return pb.Artifact(uri=self.uri, properties={"name": pb.Value(string_value=self.name)})


def test_custom_artifacts_are_logged_and_listed_by_their_type(workspace):
    edit = metadata.Execution(name="edit", workspace=workspace)
    workspace.store.put_artifact_type(pb.ArtifactType(name=Notebook.ARTIFACT_TYPE_NAME, properties={"name": pb.STRING}))
    notebook = edit.log_output(Notebook("eda", "git://repo/eda.ipynb"))
    [listed] = workspace.list(Notebook.ARTIFACT_TYPE_NAME)
    assert (listed["id"], listed["name"]) == (notebook.id, "eda")


def test_an_artifact_of_an_undeclared_type_is_refused(workspace):
    class Unknown(Notebook):
        ARTIFACT_TYPE_NAME = "my-company.org/v1/nowhere"

    with pytest.raises(ValueError, match="invalid artifact type"):
        metadata.Execution(name="edit", workspace=workspace).log_output(Unknown("x", "file:x"))
