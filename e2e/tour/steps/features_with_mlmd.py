"""Takes features from cleaned readings, as a step of a pipeline that tells ML
Metadata of itself: python features_with_mlmd.py HOST:PORT CLEAN-URI FEATURES-URI."""

import csv
import pathlib
import sys
import urllib.parse

import ml_metadata
from ml_metadata.proto import metadata_store_pb2 as pb


def path_of(uri):
    return pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(uri).path))


def features(clean):
    """Give what is known of each day before it begins, and what it took."""
    days = [row for part in sorted(clean.glob("part-*.csv")) for row in csv.DictReader(part.open(newline=""))]
    for yesterday, today in zip(days, days[1:]):
        weekend = int(today["weekday"]) > 4 or today["is_holiday"] == "1"
        yield {"day": today["day"], "yesterday": yesterday["mwh"], "degrees": today["degrees"], "free": int(weekend), "mwh": today["mwh"]}


def write(rows, file):
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, ["day", "yesterday", "degrees", "free", "mwh"])
        writer.writeheader()
        writer.writerows(rows)


def main(server, clean, output):
    host, port = server.rsplit(":", 1)
    store = ml_metadata.MetadataStore(pb.MetadataStoreClientConfig(host=host, port=int(port)))
    dataset = store.put_artifact_type(pb.ArtifactType(name="system.Dataset"))
    task = store.put_execution_type(pb.ExecutionType(name="system.ContainerExecution"))
    pipeline = store.put_context_type(pb.ContextType(name="system.PipelineRun"))
    execution = pb.Execution(type_id=task, name="features", last_known_state=pb.Execution.RUNNING)
    execution.custom_properties["display_name"].string_value = "features"
    execution.custom_properties["image"].string_value = "registry.example.org/features:1.4"
    run = pb.Context(type_id=pipeline, name="daily-load-1")
    read = pb.Artifact(type_id=dataset, uri=clean, state=pb.Artifact.LIVE)
    number, _, _ = store.put_execution(execution, [(read, pb.Event(type=pb.Event.INPUT))], [run])

    write(features(path_of(clean)), path_of(output))

    done = pb.Execution(id=number, type_id=task, name="features", last_known_state=pb.Execution.COMPLETE, custom_properties=execution.custom_properties)
    wrote = pb.Artifact(type_id=dataset, uri=output, state=pb.Artifact.LIVE)
    store.put_execution(done, [(wrote, pb.Event(type=pb.Event.OUTPUT))], [run], reuse_context_if_already_exist=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
