"""Nodes deleted through the server's own protocol: ML Metadata has no call for it."""

import json
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest
from about import HOST, PORT, pedigree_only, refused
from ml_metadata import errors
from ml_metadata.proto import metadata_store_pb2 as pb

pytestmark = pedigree_only


def delete(node, query=""):
    """Give the status, and how many nodes went or what is wrong."""
    request = urllib.request.Request(f"http://{HOST}:{PORT}/api/pedigree/v1/nodes/{node}{query}", method="DELETE")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)["deleted"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture
def step(store, name):
    """An execution that read one artifact and wrote another in a context of its
    own; what it read is in a second context too."""
    t = SimpleNamespace()
    t.type = store.put_artifact_type(pb.ArtifactType(name=name("T")))
    execution_type = store.put_execution_type(pb.ExecutionType(name=name("E")))
    context_type = store.put_context_type(pb.ContextType(name=name("C")))
    t.read, t.wrote = pb.Artifact(type_id=t.type, name="read", uri=name("read")), pb.Artifact(type_id=t.type, name="wrote", uri=name("wrote"))
    t.run, (t.read.id, t.wrote.id), [t.own] = store.put_execution(
        pb.Execution(type_id=execution_type, name="run"),
        [(t.read, pb.Event(type=pb.Event.INPUT)), (t.wrote, pb.Event(type=pb.Event.OUTPUT))],
        [pb.Context(type_id=context_type, name=name("own"))])
    [t.other] = store.put_contexts([pb.Context(type_id=context_type, name=name("other"))])
    store.put_attributions_and_associations([pb.Attribution(artifact_id=t.read.id, context_id=t.other)], [])
    return t


def test_an_artifact_goes_with_its_events_and_memberships(store, step):
    assert delete(step.wrote.id) == (200, 1)
    assert store.get_artifacts_by_id([step.wrote.id]) == []
    assert store.get_artifacts_by_uri(step.wrote.uri) == []
    assert [e.artifact_id for e in store.get_events_by_execution_ids([step.run])] == [step.read.id]
    assert [a.id for a in store.get_artifacts_by_context(step.own)] == [step.read.id]
    assert delete(step.wrote.id)[0] == 404


def test_its_name_is_free_again(store, step):
    again = pb.Artifact(type_id=step.type, name="wrote")
    with refused(errors.AlreadyExistsError):
        store.put_artifacts([again])
    delete(step.wrote.id)
    assert store.put_artifacts([again])[0] > step.wrote.id, "an id is never given twice"


def test_a_context_goes_and_its_members_stay(store, step):
    assert delete(step.own) == (200, 1)
    assert len(store.get_artifacts_by_id([step.read.id, step.wrote.id])) == 2
    assert [c.id for c in store.get_contexts_by_artifact(step.read.id)] == [step.other]


def test_a_dry_run_tells_what_would_go(store, step):
    for _ in range(2):
        assert delete(step.own, "?members=true&dry_run=true") == (200, 3)
    assert len(store.get_executions_by_id([step.run])) == 1


def test_a_context_goes_with_what_belongs_to_it_alone(store, step):
    assert delete(step.own, "?members=true") == (200, 3)
    assert store.get_executions_by_id([step.run]) == []
    assert [a.id for a in store.get_artifacts_by_id([step.read.id, step.wrote.id])] == [step.read.id]
    assert store.get_events_by_artifact_ids([step.read.id]) == []


def test_what_cannot_be_deleted_says_why(store, step):
    status, problem = delete(step.read.id, "?members=true")
    assert status == 400 and "only contexts have members" in problem["detail"]
    [experiment] = [c for c in store.get_contexts_by_type("mlflow.Experiment") if c.name == "Default"]
    status, problem = delete(experiment.id)
    assert status == 409 and "mlflow.Experiment" in problem["detail"]
    assert delete("x")[0] == 400
    assert delete(10**15)[0] == 404
