"""ML Metadata's own tutorial: from types to lineage."""

import pytest
from ml_metadata import ListOptions
from ml_metadata.proto import metadata_store_pb2 as pb
from types import SimpleNamespace


@pytest.fixture
def told(store, name):
    """What a training step writes, in the order in which the tutorial tells it."""
    t = SimpleNamespace(names={stem: name(stem) for stem in ("DataSet", "SavedModel", "Trainer", "Experiment", "exp.27823")})
    t.data_type = store.put_artifact_type(pb.ArtifactType(name=t.names["DataSet"], properties={"day": pb.INT, "split": pb.STRING}))
    t.model_type = store.put_artifact_type(pb.ArtifactType(name=t.names["SavedModel"], properties={"version": pb.INT, "name": pb.STRING}))
    t.trainer_type = store.put_execution_type(pb.ExecutionType(name=t.names["Trainer"], properties={"state": pb.STRING}))
    data = pb.Artifact(uri="path/to/data", type_id=t.data_type)
    data.properties["day"].int_value = 1
    data.properties["split"].string_value = "train"
    [t.data] = store.put_artifacts([data])
    run = pb.Execution(type_id=t.trainer_type)
    run.properties["state"].string_value = "RUNNING"
    [t.run] = store.put_executions([run])
    store.put_events([pb.Event(artifact_id=t.data, execution_id=t.run, type=pb.Event.DECLARED_INPUT)])
    model = pb.Artifact(uri="path/to/model/file", type_id=t.model_type)
    model.properties["version"].int_value = 1
    model.properties["name"].string_value = "MNIST-v1"
    [t.model] = store.put_artifacts([model])
    store.put_events([pb.Event(artifact_id=t.model, execution_id=t.run, type=pb.Event.DECLARED_OUTPUT)])
    run.id = t.run
    run.properties["state"].string_value = "COMPLETED"
    store.put_executions([run])
    t.experiment_type = store.put_context_type(pb.ContextType(name=t.names["Experiment"], properties={"note": pb.STRING}))
    experiment = pb.Context(type_id=t.experiment_type, name=t.names["exp.27823"])
    experiment.properties["note"].string_value = "My first experiment."
    [t.experiment] = store.put_contexts([experiment])
    store.put_attributions_and_associations(
        [pb.Attribution(artifact_id=t.model, context_id=t.experiment)], [pb.Association(execution_id=t.run, context_id=t.experiment)])
    return t


def test_types_are_found_by_name_id_and_in_the_list(store, told):
    data = store.get_artifact_type(told.names["DataSet"])
    assert (data.id, dict(data.properties)) == (told.data_type, {"day": pb.INT, "split": pb.STRING})
    assert [t.name for t in store.get_artifact_types_by_id([told.model_type])] == [told.names["SavedModel"]]
    assert told.names["Trainer"] in [t.name for t in store.get_execution_types()]
    assert told.names["Experiment"] in [t.name for t in store.get_context_types()]


def test_declaring_a_type_again_finds_it(store, told):
    again = pb.ArtifactType(name=told.names["DataSet"], properties={"day": pb.INT, "split": pb.STRING})
    assert store.put_artifact_type(again) == told.data_type


def test_nodes_read_back_as_written(store, told):
    [data] = store.get_artifacts_by_id([told.data])
    assert (data.uri, data.type, data.type_id) == ("path/to/data", told.names["DataSet"], told.data_type)
    assert (data.properties["day"].int_value, data.properties["split"].string_value) == (1, "train")
    assert 0 < data.create_time_since_epoch <= data.last_update_time_since_epoch
    [run] = store.get_executions_by_id([told.run])
    assert run.properties["state"].string_value == "COMPLETED"
    assert run.last_update_time_since_epoch >= run.create_time_since_epoch
    [experiment] = store.get_contexts_by_id([told.experiment])
    assert experiment.properties["note"].string_value == "My first experiment."


def test_nodes_are_found_by_type_uri_and_name(store, told):
    assert [a.id for a in store.get_artifacts_by_type(told.names["SavedModel"])] == [told.model]
    assert [e.id for e in store.get_executions_by_type(told.names["Trainer"])] == [told.run]
    assert told.data in [a.id for a in store.get_artifacts_by_uri("path/to/data")]
    assert store.get_context_by_type_and_name(told.names["Experiment"], told.names["exp.27823"]).id == told.experiment


def test_the_data_of_a_model_is_found_by_events(store, told):
    [made] = [e for e in store.get_events_by_artifact_ids([told.model]) if e.type == pb.Event.DECLARED_OUTPUT]
    read = [e.artifact_id for e in store.get_events_by_execution_ids([made.execution_id]) if e.type == pb.Event.DECLARED_INPUT]
    assert read == [told.data]


def test_an_experiment_knows_its_artifacts_and_executions_and_they_know_it(store, told):
    assert [a.id for a in store.get_artifacts_by_context(told.experiment)] == [told.model]
    assert [e.id for e in store.get_executions_by_context(told.experiment)] == [told.run]
    assert [c.id for c in store.get_contexts_by_artifact(told.model)] == [told.experiment]
    assert [c.id for c in store.get_contexts_by_execution(told.run)] == [told.experiment]


def test_a_filter_reaches_over_properties_and_contexts(store, told):
    models = store.get_artifacts(ListOptions(filter_query=f'properties.version.int_value > 0 AND contexts_a.name = "{told.names["exp.27823"]}"'))
    assert [m.id for m in models] == [told.model]


def test_one_call_does_what_the_steps_did(store, told, name):
    run = pb.Execution(type_id=told.trainer_type, properties={"state": pb.Value(string_value="DONE")})
    model = pb.Artifact(type_id=told.model_type, uri="path/to/other/model")
    other = pb.Context(type_id=told.experiment_type, name=name("other"))
    run_id, artifacts, contexts = store.put_execution(
        run,
        [(pb.Artifact(id=told.data, type_id=told.data_type, uri="path/to/data"), pb.Event(type=pb.Event.INPUT)), (model, pb.Event(type=pb.Event.OUTPUT))],
        [other])
    assert artifacts[0] == told.data
    assert sorted((e.artifact_id, e.type) for e in store.get_events_by_execution_ids([run_id])) == sorted(
        [(told.data, pb.Event.INPUT), (artifacts[1], pb.Event.OUTPUT)])
    assert sorted(a.id for a in store.get_artifacts_by_context(contexts[0])) == sorted(artifacts)


def test_lineage_of_a_model_reaches_its_data(store, told):
    options = pb.LineageSubgraphQueryOptions(
        starting_artifacts=pb.LineageSubgraphQueryOptions.StartingNodes(filter_query=f"id = {told.model}"),
        max_num_hops=2, direction=pb.LineageSubgraphQueryOptions.UPSTREAM)
    graph = store.get_lineage_subgraph(options)
    assert sorted(a.id for a in graph.artifacts) == sorted([told.data, told.model])
    assert [e.id for e in graph.executions] == [told.run]
    assert sorted((e.artifact_id, e.type) for e in graph.events) == sorted(
        [(told.data, pb.Event.DECLARED_INPUT), (told.model, pb.Event.DECLARED_OUTPUT)])
    assert [c.id for c in graph.contexts] == [told.experiment]
