"""What one client writes, the other reads: there is one row."""

import pytest
from kfmd import metadata
from kfmd.openapi_client import MlMetadataArtifact, MlMetadataExecutionType, MlMetadataValue
from ml_metadata import ListOptions
from ml_metadata.proto import metadata_store_pb2 as pb


def test_mlmd_reads_what_kfmd_writes(store, workspace):
    step = metadata.Execution(name="step", workspace=workspace, run=metadata.Run(workspace=workspace, name="r"))
    data = step.log_input(metadata.DataSet(name="d", uri="s3://b/d"))
    model = step.log_output(metadata.Model(name="m", uri="s3://b/m"))
    [read] = store.get_artifacts_by_id([int(model.id)])
    assert (read.type, read.uri, read.properties["name"].string_value) == ("kubeflow.org/alpha/model", "s3://b/m", "m")
    assert read.custom_properties["__kf_workspace__"].string_value == workspace.name
    [ran] = store.get_executions_by_id([int(step.id)])
    assert (ran.type, ran.custom_properties["__kf_run__"].string_value) == ("kubeflow.org/alpha/execution", "r")
    events = store.get_events_by_execution_ids([int(step.id)])
    assert sorted((e.artifact_id, e.type) for e in events) == sorted([(int(data.id), pb.Event.INPUT), (int(model.id), pb.Event.OUTPUT)])
    found = store.get_artifacts(ListOptions(filter_query=f'custom_properties.__kf_workspace__.string_value = "{workspace.name}"'))
    assert [a.id for a in found] == [int(data.id), int(model.id)]


def test_kfmd_reads_what_mlmd_writes(store, client, workspace):
    model_type = store.get_artifact_type("kubeflow.org/alpha/model")
    step_type = store.get_execution_type("kubeflow.org/alpha/execution")
    model = pb.Artifact(type_id=model_type.id, uri="s3://b/m", properties={"name": pb.Value(string_value="m")},
                        custom_properties={"__kf_workspace__": pb.Value(string_value=workspace.name), "epochs": pb.Value(int_value=3)})
    step = pb.Execution(type_id=step_type.id, last_known_state=pb.Execution.COMPLETE)
    step_id, [model_id], _ = store.put_execution(step, [(model, pb.Event(type=pb.Event.OUTPUT))], [])
    [listed] = workspace.list()
    assert (listed["id"], listed["name"]) == (str(model_id), "m")
    answer = client.list_events2(str(model_id))
    assert [(e.type, e.execution_id) for e in answer.events] == [("OUTPUT", str(step_id))]
    assert answer.executions[str(step_id)].last_known_state == "COMPLETE"
    assert answer.artifacts[str(model_id)].custom_properties["epochs"].int_value == "3"


def test_types_are_the_same_for_both(store, client, name):
    table, job = name("my.org/table"), name("my.org/job")
    made = store.put_artifact_type(pb.ArtifactType(name=table, properties={"rows": pb.INT}))
    assert client.get_artifact_type(table).artifact_type.id == str(made)
    client.create_artifact(table, MlMetadataArtifact(properties={"rows": MlMetadataValue(int_value="5")}))
    [read] = store.get_artifacts_by_type(table)
    assert read.properties["rows"].int_value == 5
    client.create_execution_type(MlMetadataExecutionType(name=job, properties={"seed": "INT"}, output_type={"any": {}}))
    read = store.get_execution_type(job)
    assert dict(read.properties) == {"seed": pb.INT}
    assert read.output_type.HasField("any")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1e308])
def test_numbers_are_the_same_for_both(store, client, name, number):
    model_type = store.get_artifact_type("kubeflow.org/alpha/model")
    [made] = store.put_artifacts([pb.Artifact(type_id=model_type.id, custom_properties={"n": pb.Value(double_value=number)})])
    read = client.get_artifact(id=str(made), name="kubeflow.org/alpha/model").artifact.custom_properties["n"].double_value
    assert read == number or read != read and number != number
