"""Every facet there is comes back as it was sent: those that the client for Python
has classes for, with all their fields, and the examples of the specification.
These are read from OPENLINEAGE_SPEC, a copy of the folder spec/ of its repository,
or ../shared/data/openlineage/spec beside this one."""

import datetime
import enum
import importlib
import json
import os
import pathlib
import pkgutil
import types
import typing
import urllib.request
import uuid

import attr
import harness
import pytest
from openlineage.client import OpenLineageClient, generated
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.serde import Serde
from openlineage.client.transport.http import HttpConfig, HttpTransport
from openlineage.client.uuid import generate_new_uuid

SPEC = pathlib.Path(os.environ.get("OPENLINEAGE_SPEC") or harness.ROOT.parent / "shared" / "data" / "openlineage" / "spec")
PLACES = ("InputDatasetFacet", "OutputDatasetFacet", "DatasetFacet", "JobFacet", "RunFacet")
NAMES = {"sQL": "sql", "datasetVersion": "version", "datasource": "dataSource"}  # that do not follow from the class
NOW = datetime.datetime.now(datetime.timezone.utc).isoformat()


def facet_classes():
    """Give the class of each facet."""
    for module in pkgutil.iter_modules(generated.__path__):
        if module.name in ("base", "open_lineage"):
            continue
        members = importlib.import_module(f"{generated.__name__}.{module.name}")
        for name, kind in vars(members).items():
            if attr.has(kind) and kind.__module__ == members.__name__ and name.endswith(PLACES):
                yield kind


def sample(hint, name="", within=()):
    """Make a value of a type, with all that is optional; of what can be within
    itself, once."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return sample(next(a for a in arguments if a is not type(None)), name, within)
    if origin is list:
        return [sample(arguments[0], name, within)] if arguments[0] not in within else []
    if origin is dict:
        return {"key": sample(arguments[1], name, within)}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    if attr.has(hint):
        hints = typing.get_type_hints(hint)
        return hint(**{f.alias: sample(hints[f.name], f.name, (*within, hint)) for f in attr.fields(hint) if f.init and not f.name.startswith("_")})
    return {str: text, bool: lambda _: True, int: lambda _: 7, float: lambda _: 0.25}.get(hint, text)(name)


def text(name):
    if name.endswith("Id"):
        return str(uuid.UUID(int=7))
    if name.endswith(("Time", "Date", "lastUpdated")):
        return "2026-03-01T00:00:00Z"
    return "https://example.org/x" if name.lower().endswith(("url", "uri")) else f"some {name}"


def place_of(name):
    return next(place for place in PLACES if name.endswith(place))


def post(url, body):
    request = urllib.request.Request(f"{url}/api/v1/lineage", body, {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        assert answer.status == 201


@pytest.fixture
def sent(url, marquez):
    """Sends a facet in its place and gives what is kept there."""
    def send(place, name, facet):
        run, job = str(generate_new_uuid()), f"facets-{uuid.uuid4()}"
        mine = {name: facet}
        put = {p: mine if p == place else {} for p in PLACES}
        event = RunEvent(
            eventType=RunState.COMPLETE, eventTime=NOW, run=Run(run, put["RunFacet"]), job=Job("facets", job, put["JobFacet"]), producer="https://example.org",
            inputs=[InputDataset("s3://facets", f"{job}/in", inputFacets=put["InputDatasetFacet"])],
            outputs=[OutputDataset("s3://facets", f"{job}/out", facets=put["DatasetFacet"], outputFacets=put["OutputDatasetFacet"])],
        )
        if isinstance(facet, dict):
            post(url, Serde.to_json(event).encode())
        else:
            OpenLineageClient(transport=HttpTransport(HttpConfig(url=url))).emit(event)
        if place == "DatasetFacet":
            return marquez.named("s3://facets", "datasets", f"{job}/out")["facets"][name]
        if place in ("RunFacet", "JobFacet"):
            return marquez.get(f"jobs/runs/{run}/facets", type=place.removesuffix("Facet").lower())["facets"][name]
        read = marquez.get(f"jobs/runs/{run}")
        [dataset] = read["inputDatasetVersions" if place == "InputDatasetFacet" else "outputDatasetVersions"]
        return dataset["facets"][name]
    return send


@pytest.mark.parametrize("kind", facet_classes(), ids=lambda kind: kind.__name__)
def test_facets_of_the_client(kind, sent):
    place = place_of(kind.__name__)
    name = kind.__name__.removesuffix(place)
    name = NAMES.get(name[0].lower() + name[1:], name[0].lower() + name[1:])
    facet = sample(kind)
    assert sent(place, name, facet) == json.loads(Serde.to_json(facet))


def examples():
    """Give the place, the name and the content of each facet in the examples."""
    for file in sorted(SPEC.glob("tests/*/*.json")):
        place = next((p for p in PLACES if file.parent.name.endswith(p)), "DatasetFacet")
        if file.parent.name == "LineageFacet" and "job" in file.stem:
            place = "JobFacet"
        for name, facet in json.loads(file.read_text()).items():
            yield pytest.param(place, name, facet, id=f"{file.parent.name}-{file.stem}-{name}")


NO_SPEC = pytest.mark.skipif(not SPEC.is_dir(), reason=f"there is no {SPEC}: the examples of the specification were NOT tried")


@NO_SPEC
@pytest.mark.parametrize(("place", "name", "facet"), examples())
def test_facets_in_the_examples_of_the_specification(place, name, facet, sent):
    assert sent(place, name, facet) == facet


@NO_SPEC
def test_the_whole_event_among_the_examples(url, marquez):
    body = (SPEC / "tests" / "example_full_event.json").read_bytes()
    post(url, body)
    event = json.loads(body)
    assert marquez.get(f"jobs/runs/{event['run']['runId']}")["state"] == "COMPLETED"
    assert marquez.named(event["job"]["namespace"], "jobs", event["job"]["name"])["facets"] == event["job"]["facets"]
