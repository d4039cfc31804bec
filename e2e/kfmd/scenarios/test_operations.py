"""The operations under the SDK: types, nodes and events of one's own, and what
the server refuses."""

import pytest
from kfmd.openapi_client import (
    ApiClient, Configuration, EventPath, MetadataServiceApi, MlMetadataArtifact, MlMetadataArtifactType, MlMetadataEvent, MlMetadataExecution,
    MlMetadataExecutionType, MlMetadataValue, PathStep,
)
from kfmd.openapi_client.exceptions import ApiException


class refused:
    """A block that the server must refuse with a status, and words of its answer."""

    def __init__(self, status, words):
        self.status, self.words = status, words

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert kind is ApiException, f"{kind}: {error}"
        assert error.status == self.status, error
        assert self.words in error.body, error.body
        assert '"error":' in error.body and '"code":' in error.body, error.body
        return True


@pytest.fixture
def types(client, name):
    """The names of a type of artifacts and one of executions, with slashes."""
    table, job = name("my.org/alpha/table"), name("my.org/alpha/job")
    client.create_artifact_type(MlMetadataArtifactType(name=table, properties={"rows": "INT", "share": "DOUBLE", "owner": "STRING"}))
    client.create_execution_type(MlMetadataExecutionType(name=job, properties={"seed": "INT"}))
    return table, job


def test_the_predefined_types_are_there(client):
    for kind in "data_set", "model", "metrics":
        found = client.get_artifact_type(f"kubeflow.org/alpha/{kind}").artifact_type
        assert found.properties["__ALL_META__"] == found.properties["create_time"] == "STRING"
    assert client.get_execution_type("kubeflow.org/alpha/execution").execution_type.properties["executable_id"] == "STRING"
    listed = [t.name for t in client.list_artifact_types().artifact_types]
    assert {"kubeflow.org/alpha/data_set", "kubeflow.org/alpha/model", "kubeflow.org/alpha/metrics"} <= set(listed)


def test_types_are_made_once_and_found(client, types):
    table, job = types
    again = client.create_artifact_type(MlMetadataArtifactType(name=table, properties={"rows": "INT", "share": "DOUBLE", "owner": "STRING"}))
    assert again.artifact_type.id == client.get_artifact_type(table).artifact_type.id
    assert job in [t.name for t in client.list_execution_types().execution_types]
    with refused(409, "can_add_fields"):
        client.create_execution_type(MlMetadataExecutionType(name=job, properties={"seed": "INT", "more": "INT"}))


def test_a_signature_is_kept(client, name):
    given = {"dict": {"properties": {"data": {"simple": {"name": "kubeflow.org/alpha/data_set"}}}}}
    made = client.create_execution_type(MlMetadataExecutionType(name=name("signed"), input_type=given)).execution_type
    assert made.input_type.dict.properties["data"].simple.name == "kubeflow.org/alpha/data_set"


def test_nodes_are_listed_by_type_and_all_together(client, types):
    table, job = types
    assert client.list_artifacts(table).artifacts is None
    value = MlMetadataValue
    made = client.create_artifact(table, MlMetadataArtifact(uri="s3://b/t", properties={
        "rows": value(int_value="9007199254740993"), "share": value(double_value=0.25), "owner": value(string_value="ann")})).artifact
    [listed] = client.list_artifacts(table).artifacts
    assert (listed.id, listed.type_id) == (made.id, client.get_artifact_type(table).artifact_type.id)
    assert listed.properties["rows"].int_value == "9007199254740993"
    assert listed.properties["share"].double_value == 0.25
    assert made.id in [a.id for a in client.list_artifacts2().artifacts]
    ran = client.create_execution(job, MlMetadataExecution(last_known_state="RUNNING")).execution
    assert ran.last_known_state == "RUNNING"
    assert [e.id for e in client.list_executions(job).executions] == [ran.id]
    assert ran.id in [e.id for e in client.list_executions2().executions]


def test_an_event_keeps_its_path_and_time(client, types):
    table, job = types
    artifact = client.create_artifact(table, MlMetadataArtifact()).artifact.id
    execution = client.create_execution(job, MlMetadataExecution()).execution.id
    client.create_event(MlMetadataEvent(
        artifact_id=artifact, execution_id=execution, type="DECLARED_INPUT", milliseconds_since_epoch="1500000000000",
        path=EventPath(steps=[PathStep(key="data"), PathStep(index="1")])))
    [event] = client.list_events(execution).events
    assert (event.type, event.milliseconds_since_epoch) == ("DECLARED_INPUT", "1500000000000")
    assert [(s.key, s.index) for s in event.path.steps] == [("data", None), (None, "1")]


def put_twice(client):
    artifact = client.create_artifact("kubeflow.org/alpha/model", MlMetadataArtifact()).artifact.id
    execution = client.create_execution("kubeflow.org/alpha/execution", MlMetadataExecution()).execution.id
    for _ in range(2):
        client.create_event(MlMetadataEvent(artifact_id=artifact, execution_id=execution, type="INPUT"))
    return len(client.list_events(execution).events)


def test_a_duplicate_event_changes_nothing(client):
    assert put_twice(client) == 1


def test_a_duplicate_event_is_refused_by_a_strict_server(serve):
    with serve("--mlmd-strict-events") as server:
        config = Configuration()
        config.host = server.url
        with refused(409, "already exists"):
            put_twice(MetadataServiceApi(ApiClient(config)))


def test_what_is_wrong_is_refused_in_the_protocols_words(client, types):
    table, job = types
    with refused(400, "id should remain unspecified"):
        client.create_artifact(table, MlMetadataArtifact(id="7"))
    with refused(404, "nobody.org/made/this"):
        client.create_artifact("nobody.org/made/this", MlMetadataArtifact())
    with refused(404, "nobody.org/made/this"):
        client.get_artifact_type("nobody.org/made/this")
    with refused(404, "999999999"):
        client.get_execution(id="999999999", name=job)
    with refused(400, "unknown property: columns"):
        client.create_artifact(table, MlMetadataArtifact(properties={"columns": MlMetadataValue(int_value="1")}))
    with refused(400, "event type"):
        client.create_event(MlMetadataEvent(artifact_id="1", execution_id="1"))


def test_nothing_is_deleted(client, types):
    table, job = types
    with refused(500, "not implemented error: DeleteArtifactType"):
        client.delete_artifact_type(table)
    with refused(500, "not implemented error: DeleteExecutionType"):
        client.delete_execution_type(job)
    with refused(500, "not implemented error: DeleteArtifact"):
        client.delete_artifact(id="7", name=table)
    with refused(500, "not implemented error: DeleteExecution"):
        client.delete_execution(id="7", name=job)
