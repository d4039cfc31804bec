"""Calls as Kubeflow Pipelines makes them."""

import grpc
import pytest
from google.protobuf import struct_pb2
from ml_metadata.proto import metadata_store_pb2 as pb


@pytest.fixture
def types(calls):
    """The types of a pipeline, which have no fields. Every driver and launcher
    puts them again."""
    put = {
        "PutContextType": ("context_type", pb.ContextType, ("system.Pipeline", "system.PipelineRun")),
        "PutExecutionType": ("execution_type", pb.ExecutionType, ("system.DAGExecution", "system.ContainerExecution", "system.ImporterExecution")),
        "PutArtifactType": ("artifact_type", pb.ArtifactType, ("system.Dataset", "system.Model")),
    }
    return {name: getattr(calls, call)(**{field: message(name=name)}).type_id
            for call, (field, message, names) in put.items() for name in names}


@pytest.fixture
def run(calls, types, name):
    """A pipeline and a run of it."""
    pipeline, run = (calls.PutContexts(contexts=[pb.Context(type_id=types[kind], name=name(kind))]).context_ids[0]
                     for kind in ("system.Pipeline", "system.PipelineRun"))
    calls.PutParentContexts(parent_contexts=[pb.ParentContext(parent_id=pipeline, child_id=run)])
    return pipeline, run


def value(v):
    return pb.Value(int_value=v) if isinstance(v, int) else pb.Value(string_value=v)


def put_execution(calls, types, run, kind, name, **custom):
    pipeline, run = run
    execution = pb.Execution(
        type_id=types[kind], name=name, last_known_state=pb.Execution.RUNNING, custom_properties={k: value(v) for k, v in custom.items()})
    contexts = [pb.Context(id=run, type_id=types["system.PipelineRun"], name=run_name(calls, run)),
                pb.Context(id=pipeline, type_id=types["system.Pipeline"], name=run_name(calls, pipeline))]
    return calls.PutExecution(execution=execution, contexts=contexts).execution_id


def run_name(calls, context):
    return calls.GetContextsByID(context_ids=[context]).contexts[0].name


def test_the_loser_of_a_race_for_a_context_reads_the_winner(calls, types, name):
    context = pb.Context(type_id=types["system.PipelineRun"], name=name("race"))
    [winner] = calls.PutContexts(contexts=[context]).context_ids
    with pytest.raises(grpc.RpcError) as error:
        calls.PutContexts(contexts=[context])
    assert error.value.code() == grpc.StatusCode.ALREADY_EXISTS
    assert calls.GetContextByTypeAndName(type_name="system.PipelineRun", context_name=context.name).context.id == winner


def test_a_run_has_its_pipeline_as_parent_once(calls, run):
    pipeline, run = run
    assert [c.id for c in calls.GetParentContextsByContext(context_id=run).contexts] == [pipeline]
    with pytest.raises(grpc.RpcError) as error:
        calls.PutParentContexts(parent_contexts=[pb.ParentContext(parent_id=pipeline, child_id=run)])
    assert error.value.code() == grpc.StatusCode.ALREADY_EXISTS


def test_tasks_are_found_by_their_parent(calls, types, run, name):
    root = put_execution(calls, types, run, "system.DAGExecution", name("root"), display_name="root")
    tasks = [put_execution(calls, types, run, "system.ContainerExecution", name(f"task{i}"), parent_dag_id=root, iteration_index=i) for i in range(3)]
    put_execution(calls, types, run, "system.ContainerExecution", name("other"), parent_dag_id=root + 10**6)
    listed = calls.GetExecutionsByContext(context_id=run[1], options=pb.ListOperationOptions(
        max_result_size=50, filter_query=f"custom_properties.parent_dag_id.int_value = {root}"))
    assert [e.id for e in listed.executions] == tasks
    assert listed.next_page_token == ""


def test_an_empty_filter_and_an_empty_token_ask_for_the_first_page_of_all(calls, types, run, name):
    ids = [put_execution(calls, types, run, "system.ContainerExecution", name(f"t{i}")) for i in range(5)]
    options = pb.ListOperationOptions(max_result_size=2, filter_query="", next_page_token="")
    seen = []
    while True:
        page = calls.GetExecutionsByContext(context_id=run[1], options=options)
        seen += [e.id for e in page.executions]
        if not page.next_page_token:
            break
        options.next_page_token = page.next_page_token
    assert seen == ids


def test_a_task_ends_with_its_outputs_and_reads_back(calls, types, run, name):
    execution_id = put_execution(calls, types, run, "system.ContainerExecution", name("train"), cache_fingerprint="f00d", pod_name="pod-1")
    [execution] = calls.GetExecutionsByID(execution_ids=[execution_id]).executions
    inputs = struct_pb2.Struct()
    inputs.update({"lr": 0.1, "layers": [1, 2], "who": {"name": "ann"}, "none": None})
    execution.custom_properties["inputs"].struct_value.CopyFrom(inputs)
    execution.last_known_state = pb.Execution.COMPLETE
    model = pb.Artifact(type_id=types["system.Model"], uri=f"minio://bucket/{name('model')}", state=pb.Artifact.LIVE)
    event = pb.Event(type=pb.Event.OUTPUT, path=pb.Event.Path(steps=[pb.Event.Path.Step(key="model")]))
    [artifact_id] = calls.PutExecution(
        execution=execution,
        artifact_event_pairs=[dict(artifact=model, event=event)]).artifact_ids
    [read] = calls.GetExecutionsByID(execution_ids=[execution_id]).executions
    assert read.last_known_state == pb.Execution.COMPLETE
    assert read.custom_properties["inputs"].struct_value == inputs
    assert read.custom_properties["cache_fingerprint"].string_value == "f00d"
    [event] = calls.GetEventsByExecutionIDs(execution_ids=[execution_id]).events
    assert (event.artifact_id, event.path.steps[0].key) == (artifact_id, "model")
    assert [a.id for a in calls.GetArtifactsByURI(uris=[model.uri]).artifacts] == [artifact_id]


def test_the_contexts_of_a_task_are_its_run_and_pipeline(calls, types, run, name):
    execution_id = put_execution(calls, types, run, "system.ContainerExecution", name("t"))
    assert sorted(c.id for c in calls.GetContextsByExecution(execution_id=execution_id).contexts) == sorted(run)


def test_an_execution_is_found_by_type_and_name(calls, types, run, name):
    execution_id = put_execution(calls, types, run, "system.DAGExecution", name("dag"))
    found = calls.GetExecutionByTypeAndName(type_name="system.DAGExecution", execution_name=name("dag"))
    assert found.execution.id == execution_id
    missing = calls.GetExecutionByTypeAndName(type_name="system.DAGExecution", execution_name=name("nothing"))
    assert not missing.HasField("execution")
