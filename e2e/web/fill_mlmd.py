"""Records a pipeline through ML Metadata's own client: typed artifacts with
properties, executions in contexts, a twin of what MLflow's run reads, and shapes
that are hard to draw: a fan of a thousand and a chain of twelve hundred."""

import sys
import urllib.parse

import ml_metadata
from ml_metadata.proto import metadata_store_pb2 as pb

LAKE = "s3://lake/readings.parquet"
FAN, CHAIN = 1000, 1200


def main():
    at = urllib.parse.urlsplit(sys.argv[1])
    store = ml_metadata.MetadataStore(pb.MetadataStoreClientConfig(host=at.hostname, port=at.port))
    examples = store.put_artifact_type(pb.ArtifactType(name="Examples", properties={"split": pb.STRING, "rows": pb.INT}))
    model = store.put_artifact_type(pb.ArtifactType(name="system.Model", properties={"framework": pb.STRING}))
    step = store.put_execution_type(pb.ExecutionType(name="system.ContainerExecution", properties={"image": pb.STRING}))
    pipeline = store.put_context_type(pb.ContextType(name="system.Pipeline"))
    fill_pipeline(store, examples, model, step, pipeline)
    point = store.put_artifact_type(pb.ArtifactType(name="Point"))
    fill_fan(store, point, step)
    fill_chain(store, point, step)


def fill_pipeline(store, examples, model, step, pipeline):
    daily = pb.Context(type_id=pipeline, name="daily-load")
    lake = pb.Artifact(type_id=examples, name="readings", uri=LAKE, state=pb.Artifact.LIVE)
    splits = []
    for split, rows in ("train", 8000), ("eval", 2000):
        made = pb.Artifact(type_id=examples, name=f"readings-{split}", uri=f"s3://lake/{split}", state=pb.Artifact.LIVE)
        made.properties["split"].string_value, made.properties["rows"].int_value = split, rows
        made.custom_properties["owner"].string_value = "data team"
        splits.append(made)
    splitting = pb.Execution(type_id=step, name="split", last_known_state=pb.Execution.COMPLETE)
    splitting.properties["image"].string_value = "registry.example.org/split:1.4"
    events = [(lake, pb.Event(type=pb.Event.INPUT, path=path("examples", 0)))] + [(made, pb.Event(type=pb.Event.OUTPUT, path=path("splits", i))) for i, made in enumerate(splits)]
    _, ids, _ = store.put_execution(splitting, events, [daily])
    for made, number in zip(splits, ids[1:]):
        made.id = number
    training = pb.Execution(type_id=step, name="train", last_known_state=pb.Execution.RUNNING)
    trained = pb.Artifact(type_id=model, name="load-model", uri="s3://models/load/1", state=pb.Artifact.LIVE)
    trained.properties["framework"].string_value = "xgboost"
    store.put_execution(
        training, [(made, pb.Event(type=pb.Event.INPUT)) for made in splits] + [(trained, pb.Event(type=pb.Event.OUTPUT))], [daily],
        reuse_context_if_already_exist=True,
    )


def path(key, index):
    return pb.Event.Path(steps=[pb.Event.Path.Step(key=key), pb.Event.Path.Step(index=index)])


def fill_fan(store, point, step):
    hub = pb.Artifact(type_id=point, name="hub", uri="s3://shapes/hub", state=pb.Artifact.LIVE)
    readers = [pb.Execution(type_id=step, name=f"reader-{i:04d}", last_known_state=pb.Execution.COMPLETE) for i in range(FAN)]
    edges = [(i, 0, pb.Event(type=pb.Event.INPUT)) for i in range(FAN)]
    store.put_lineage_subgraph(readers, [hub], [], edges)


def fill_chain(store, point, step):
    links = [pb.Artifact(type_id=point, name=f"link-{i:04d}", uri=f"s3://shapes/chain/{i}", state=pb.Artifact.LIVE) for i in range(CHAIN // 2 + 1)]
    steps = [pb.Execution(type_id=step, name=f"pass-{i:04d}", last_known_state=pb.Execution.COMPLETE) for i in range(CHAIN // 2)]
    edges = [(i, i, pb.Event(type=pb.Event.INPUT)) for i in range(len(steps))] + [(i, i + 1, pb.Event(type=pb.Event.OUTPUT)) for i in range(len(steps))]
    store.put_lineage_subgraph(steps, links, [], edges)


main()
