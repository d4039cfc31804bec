"""One graph: what MLflow's client wrote is read through ML Metadata, and the
other way round."""

import json
import os
import pathlib
import subprocess

import pytest
from about import BINARY, HOST, PORT, refused
from ml_metadata import ListOptions, errors
from ml_metadata.proto import metadata_store_pb2 as pb

MLFLOW_PYTHON = os.environ.get("MLFLOW_PYTHON")
URL = f"http://{HOST}:{PORT}"

pytestmark = [
    pytest.mark.skipif(not BINARY, reason="goes beyond what the engine of ML Metadata does"),
    pytest.mark.skipif(not MLFLOW_PYTHON, reason="MLflow's client cannot be had here: it needs Python 3.11 and a package index"),
]


def mlflow(*command):
    """Run a script with MLflow's client and give what it printed last, from JSON."""
    seen = os.environ | {"MLFLOW_TRACKING_URI": URL, "PATH": f"{pathlib.Path(MLFLOW_PYTHON).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([MLFLOW_PYTHON, *command], env=seen, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def told():
    return mlflow(pathlib.Path(__file__).with_name("train_with_mlflow.py"), f"across-{os.getpid()}")


@pytest.fixture
def run(store, told):
    [run] = store.get_executions_by_external_ids([told["run"]])
    return run


def one(nodes):
    [node] = nodes
    return node


def test_a_run_is_an_execution_with_all_that_was_logged(run, told):
    assert run.type == "mlflow.Run"
    assert run.last_known_state == pb.Execution.COMPLETE
    assert run.custom_properties["params.lr"].string_value == "0.1"
    assert run.custom_properties["params.layers"].string_value == "10,3"
    assert run.custom_properties["tags.team"].string_value == "x"
    assert run.custom_properties["metrics.rmse"].double_value == 0.5
    assert 0 < run.create_time_since_epoch <= run.last_update_time_since_epoch


def test_a_run_is_found_by_type_id_and_public_id(store, run, told):
    assert run.id in [e.id for e in store.get_executions_by_type("mlflow.Run")]
    assert [e.id for e in store.get_executions_by_id([run.id])] == [run.id]
    assert store.get_execution_by_type_and_name("mlflow.Run", told["run"]).id == run.id


@pytest.mark.parametrize("filter_query", [
    "custom_properties.`params.note`.string_value = '{note}'",
    "custom_properties.`metrics.rmse`.double_value < 1.0 AND custom_properties.`params.note`.string_value = '{note}'",
    "custom_properties.`tags.team`.string_value = 'x' AND type = 'mlflow.Run' AND external_id = '{run}'",
    "last_known_state = COMPLETE AND custom_properties.`params.note`.string_value LIKE '{note}%'",
    "contexts_a.type = 'mlflow.Experiment' AND contexts_a.name = '{note} experiment'",
])
def test_filters_reach_a_run(store, run, told, filter_query):
    assert [e.id for e in store.get_executions(ListOptions(filter_query=filter_query.format(**told)))] == [run.id]


def test_a_run_belongs_to_its_experiment(store, run, told):
    experiment = one(store.get_contexts_by_execution(run.id))
    assert (experiment.type, experiment.name) == ("mlflow.Experiment", f"{told['note']} experiment")
    assert [e.id for e in store.get_executions_by_context(experiment.id)] == [run.id]


def test_inputs_and_outputs_are_events(store, run, told):
    events = store.get_events_by_execution_ids([run.id])
    nodes = {a.id: a for a in store.get_artifacts_by_id([e.artifact_id for e in events])}
    seen = {(nodes[e.artifact_id].type, e.type) for e in events}
    assert seen == {("mlflow.Dataset", pb.Event.INPUT), ("mlflow.LoggedModel", pb.Event.OUTPUT), ("mlflow.ModelVersion", pb.Event.OUTPUT)}
    data = one(a for a in nodes.values() if a.type == "mlflow.Dataset")
    assert data.name == told["data"]
    assert data.properties["source_type"].string_value
    model = one(a for a in nodes.values() if a.type == "mlflow.LoggedModel")
    assert model.external_id == told["model"]
    version = one(a for a in nodes.values() if a.type == "mlflow.ModelVersion")
    assert version.properties["run_id"].string_value == told["run"]


def test_a_registered_version_belongs_to_its_model(store, told):
    model = store.get_context_by_type_and_name("mlflow.RegisteredModel", f"{told['note']} model")
    version = one(store.get_artifacts_by_context(model.id))
    assert version.type == "mlflow.ModelVersion"
    found = store.get_artifacts(ListOptions(filter_query=f"contexts_m.type = 'mlflow.RegisteredModel' AND contexts_m.name = '{told['note']} model'"))
    assert [a.id for a in found] == [version.id]


def lineage(store, kind, node, direction, hops=20):
    options = pb.LineageSubgraphQueryOptions(max_num_hops=hops, direction=direction)
    getattr(options, f"starting_{kind}").filter_query = f"id = {node}"
    return store.get_lineage_subgraph(options, ["artifacts", "executions", "events"])


def test_lineage_leads_from_a_registered_version_to_the_data(store, run, told):
    model = store.get_context_by_type_and_name("mlflow.RegisteredModel", f"{told['note']} model")
    version = one(store.get_artifacts_by_context(model.id))
    graph = lineage(store, "artifacts", version.id, pb.LineageSubgraphQueryOptions.UPSTREAM)
    assert [e.id for e in graph.executions] == [run.id]
    types = {a.type for a in store.get_artifacts_by_id([a.id for a in graph.artifacts])}
    assert types == {"mlflow.ModelVersion", "mlflow.Dataset"}


def test_a_pipeline_that_read_a_model_of_mlflow_is_downstream_of_its_run(store, run, told, name):
    model = store.get_context_by_type_and_name("mlflow.RegisteredModel", f"{told['note']} model")
    version = one(store.get_artifacts_by_context(model.id))
    serve = store.put_execution_type(pb.ExecutionType(name=name("serve")))
    [served] = store.put_executions([pb.Execution(type_id=serve)])
    store.put_events([pb.Event(artifact_id=version.id, execution_id=served, type=pb.Event.INPUT)])
    graph = lineage(store, "executions", run.id, pb.LineageSubgraphQueryOptions.DOWNSTREAM)
    assert sorted(e.id for e in graph.executions) == sorted([run.id, served])


def test_custom_properties_of_a_run_are_anyones_and_its_facts_are_mlflows(store, run, told):
    run.custom_properties["reviewed_by"].string_value = "ann"
    store.put_executions([run])
    again = one(store.get_executions_by_id([run.id]))
    assert again.custom_properties["reviewed_by"].string_value == "ann"
    assert again.custom_properties["params.lr"].string_value == "0.1"
    again.custom_properties["params.lr"].string_value = "0.2"
    with refused(errors.FailedPreconditionError, "params.lr"):
        store.put_executions([again])
    type_id = store.get_execution_type("mlflow.Run").id
    with refused(errors.FailedPreconditionError, "mlflow.Run"):
        store.put_executions([pb.Execution(type_id=type_id, name="made here")])


def test_mlflow_still_reads_a_run_that_ml_metadata_touched(store, run, told):
    read = mlflow("-c", "import json, sys; from mlflow.tracking import MlflowClient; r = MlflowClient().get_run(sys.argv[1]); "
                  "print(json.dumps([r.data.params, r.data.metrics, r.info.status]))", told["run"])
    assert read == [{"lr": "0.1", "layers": "10,3", "note": told["note"]}, {"rmse": 0.5}, "FINISHED"]
