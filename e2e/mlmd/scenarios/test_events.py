"""Events: paths, times, and what happens to one that is there already."""

import pytest
from about import pedigree_only, refused
from ml_metadata import errors
from ml_metadata.proto import metadata_store_pb2 as pb

KINDS = [pb.Event.DECLARED_OUTPUT, pb.Event.DECLARED_INPUT, pb.Event.INPUT, pb.Event.OUTPUT, pb.Event.INTERNAL_INPUT, pb.Event.INTERNAL_OUTPUT, pb.Event.PENDING_OUTPUT]


def ends(store, name):
    """Make an artifact and an execution."""
    artifact_type = store.put_artifact_type(pb.ArtifactType(name=name("T")))
    execution_type = store.put_execution_type(pb.ExecutionType(name=name("E")))
    return store.put_artifacts([pb.Artifact(type_id=artifact_type)])[0], store.put_executions([pb.Execution(type_id=execution_type)])[0]


def path(*steps):
    return pb.Event.Path(steps=[pb.Event.Path.Step(**({"index": s} if isinstance(s, int) else {"key": s})) for s in steps])


def test_events_of_every_kind_read_back_with_path_and_time(store, name):
    artifact, execution = ends(store, name)
    events = [pb.Event(artifact_id=artifact, execution_id=execution, type=kind, path=path("out", i, "part"), milliseconds_since_epoch=1000 + i)
              for i, kind in enumerate(KINDS)]
    store.put_events(events)
    read = store.get_events_by_execution_ids([execution])
    assert sorted(read, key=lambda e: e.milliseconds_since_epoch) == events
    assert store.get_events_by_artifact_ids([artifact]) == read


def test_an_event_without_time_happened_now(store, name):
    artifact, execution = ends(store, name)
    store.put_events([pb.Event(artifact_id=artifact, execution_id=execution, type=pb.Event.INPUT)])
    [event] = store.get_events_by_artifact_ids([artifact])
    [node] = store.get_artifacts_by_id([artifact])
    assert event.milliseconds_since_epoch >= node.create_time_since_epoch


@pedigree_only
def test_an_event_that_is_there_stays_as_it_was(store, name):
    artifact, execution = ends(store, name)
    for step in ("first", "second"):
        store.put_events([pb.Event(artifact_id=artifact, execution_id=execution, type=pb.Event.INPUT, path=path(step))])
    [event] = store.get_events_by_artifact_ids([artifact])
    assert event.path == path("first")


@pedigree_only
def test_with_strict_events_it_is_refused_as_the_engine_does(serve, name):
    from conftest import connect
    with serve("--mlmd-strict-events") as server:
        store = connect(server.port)
        artifact, execution = ends(store, name)
        event = pb.Event(artifact_id=artifact, execution_id=execution, type=pb.Event.INPUT)
        store.put_events([event])
        with refused(errors.AlreadyExistsError):
            store.put_events([event])
        other = pb.Event(artifact_id=artifact, execution_id=execution, type=pb.Event.OUTPUT)
        with refused(errors.AlreadyExistsError):
            store.put_events([other, event])
        assert len(store.get_events_by_artifact_ids([artifact])) == 1, "a batch is whole or absent"


@pytest.mark.parametrize("event", [
    dict(artifact_id=10**15), dict(execution_id=10**15), dict(type=pb.Event.UNKNOWN)])
def test_events_that_join_nothing_are_refused(store, name, event):
    artifact, execution = ends(store, name)
    good = dict(artifact_id=artifact, execution_id=execution, type=pb.Event.INPUT)
    with refused(errors.InvalidArgumentError):
        store.put_events([pb.Event(**good | event)])
    assert store.get_events_by_execution_ids([execution]) == []
