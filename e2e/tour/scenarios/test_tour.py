"""Five tools, five wires, one graph: what each answer must hold."""

from urllib.parse import quote

import pytest
from ml_metadata import ListOptions
from ml_metadata.proto import metadata_store_pb2 as pb

CLEANED = "openlineage.Run"
FEATURED = "system.ContainerExecution"
TRAINED = "mlflow.Run"
SERVED = "kubeflow.org/alpha/execution"
WIRES = ("openlineage.", "system.", "mlflow.", "kubeflow.org/")


def types(nodes, kind="execution"):
    return [n["type"] for n in nodes if n["kind"] == kind]


def places(nodes):
    return {n["uri"] for n in nodes}


def of(nodes, kind):
    [node] = [n for n in nodes if n["type"] == kind]
    return node


def test_one_call_leads_from_the_served_version_to_the_raw_file(tour, pedigree):
    told = pedigree("lineage", tour.served, "--direction", "upstream")
    assert sorted(types(told["nodes"])) == sorted([CLEANED, FEATURED, TRAINED])
    assert {tour.raw.as_uri(), tour.clean.as_uri(), tour.features.as_uri()} <= places(told["nodes"])
    assert all(any(t.startswith(wire) for t in types(told["nodes"], "artifact")) for wire in WIRES)
    check_joins(told)


def test_one_call_leads_from_the_raw_file_to_what_serves(tour, pedigree):
    told = pedigree("lineage", str(tour.raw), "--direction", "downstream")
    assert {CLEANED, FEATURED, TRAINED, SERVED} == set(types(told["nodes"]))
    served = of(told["nodes"], "kubeflow.org/alpha/model")
    assert served["uri"] == tour.served
    assert {"from": served["id"], "to": of(told["nodes"], SERVED)["id"], "kind": "input"} in told["edges"]
    versions = [n["version"] for n in told["nodes"] if n["type"] == "mlflow.ModelVersion"]
    assert sorted(versions) == ["1", "2"]
    check_joins(told)


def check_joins(told):
    """Each handing over from tool to tool is by a place, and the answer says which."""
    nodes = {n["id"]: n for n in told["nodes"]}
    joined = [sorted(nodes[i]["type"] for i in ids) for ids in told["joined"]]
    assert sorted(joined) == [
        ["atlas.fs_path", "openlineage.Dataset"], ["kubeflow.org/alpha/model", "mlflow.ModelVersion"], ["mlflow.Dataset", "system.Dataset"], ["openlineage.Dataset", "system.Dataset"],
    ]
    assert len(told["ties"]) == 4 and all(t["uri"] for t in told["ties"])


@pytest.mark.parametrize("spelling", ["{raw}", "file:{raw}", "file://localhost{raw}", "openlineage:file{raw}", "file:///nowhere/..{raw}"])
def test_the_raw_file_goes_by_any_spelling(tour, pedigree, spelling):
    told = pedigree("lineage", spelling.format(raw=tour.raw), "--direction", "downstream")
    assert SERVED in types(told["nodes"])


def test_the_alias_means_the_version_that_is_served(tour, pedigree):
    named, aliased = (pedigree("lineage", ref, "--direction", "upstream")["nodes"] for ref in (tour.served, "models:/daily-load@champion"))
    assert [n["id"] for n in named] == [n["id"] for n in aliased]


def test_the_way_between_them_is_found(tour, get):
    path = get("/api/pedigree/v1/path", **{"from": tour.raw.as_uri(), "to": tour.served})
    assert types(path["nodes"]) == [CLEANED, FEATURED, TRAINED]


def test_provenance_lists_the_steps_in_order_with_code_parameters_and_digests(tour, pedigree):
    told = pedigree("provenance", tour.served)
    assert [s["type"] for s in told["steps"]] == [CLEANED, FEATURED, TRAINED]
    cleaned, featured, trained = told["steps"]
    assert {"key": "params.alpha", "value": "100"} in trained["params"]
    assert any(p["key"] == "tags.mlflow.source.name" and p["value"].endswith("train_with_mlflow.py") for p in trained["code"])
    assert {"key": "image", "value": "registry.example.org/features:1.4"} in featured["environment"]
    assert any(p["key"] == "processing_engine" and '"3.5.9"' in p["value"] for p in cleaned["environment"])
    assert {m["uri"] for m in told["materials"] if m["source"]} == {tour.raw.as_uri()}, "all else was made on the way"
    data = of(told["materials"], "mlflow.Dataset")
    assert data["digest"] and data["digest"] == data["version"]
    assert of(told["materials"], "mlflow.ModelVersion")["digest"], "the files of the version"


def test_impact_of_the_raw_file_names_versions_in_use_and_who_serves(tour, pedigree):
    hits = pedigree("impact", str(tour.raw))["hits"]
    used = {(h["name"], h["version"], *h["aliases"]) for h in hits if h["role"] == "model" and h["in_use"]}
    assert used == {("daily-load", "1", "candidate"), ("daily-load", "2", "champion")}
    [endpoint] = [h for h in hits if h["role"] == "endpoint"]
    assert (endpoint["type"], endpoint["name"]) == (SERVED, "serving")


def test_impact_of_a_version_that_nobody_serves(tour, pedigree):
    assert not [h for h in pedigree("impact", tour.first)["hits"] if h["role"] == "endpoint"]


def test_difference_of_the_versions_is_the_parameter_alone(tour, pedigree):
    told = pedigree("diff", tour.first, tour.served)
    assert not told["removed"]
    assert [n["type"] for n in told["added"]] == ["kubeflow.org/alpha/model"], "the first version is not served"
    assert told["common"] == 8, "raw file of two wires, cleaning, cleaned data of two wires, features of two wires, features step"
    [run] = [c for c in told["changed"] if c["left"]["type"] == TRAINED]
    assert {"key": "params.alpha", "left": "1", "right": "100"} in run["fields"]
    assert not [c for c in told["changed"] if c["left"]["type"] in (CLEANED, FEATURED, "mlflow.Dataset")]


def test_marquez_shows_the_whole_way(tour, get):
    graph = {n["id"]: n for n in get("/api/v1/lineage", nodeId=f"dataset:file:{tour.raw}", depth=20)["graph"]}
    [clean] = [n for n in graph if n.startswith("job:spark:clean_consumption.") and "insert" in n]
    way = [
        f"dataset:file:{tour.raw}", clean, f"dataset:file:{tour.clean}", f"job:mlmd:{FEATURED}", f"dataset:file:{tour.features}",
        "job:mlflow:daily load", "dataset:models:/daily-load/2", f"job:mlmd:{SERVED}",
    ]
    for origin, destination in zip(way, way[1:]):
        edge = {"origin": origin, "destination": destination}
        assert edge in graph[origin]["outEdges"] and edge in graph[destination]["inEdges"], edge
    back = {n["id"] for n in get("/api/v1/lineage", nodeId="dataset:models:/daily-load/2")["graph"]}
    assert set(way) <= back


def test_ml_metadata_follows_the_events_from_what_kubeflow_serves(tour, store):
    """Its protocol has no word for two artifacts that are one: it goes as far as
    events lead, and all that the others wrote is there to be asked for."""
    [model] = store.get_artifacts(ListOptions(filter_query=f"uri = '{tour.served}'"))
    assert reached(store, model, pb.LineageSubgraphQueryOptions.BIDIRECTIONAL) == {SERVED}
    [version] = [a for a in store.get_artifacts_by_type("mlflow.ModelVersion") if a.external_id.endswith("/2")]
    assert reached(store, version, pb.LineageSubgraphQueryOptions.UPSTREAM) == {TRAINED}
    [clean] = store.get_artifacts(ListOptions(filter_query=f"uri = '{tour.clean.as_uri()}' AND type = 'system.Dataset'"))
    assert reached(store, clean, pb.LineageSubgraphQueryOptions.DOWNSTREAM) == {FEATURED}


MARK = "pedigree.classification.PII"


def test_ml_metadata_knows_the_types_of_atlas_that_are_used_and_no_others(store):
    types = {t.name: t for t in store.get_artifact_types()}
    assert types["atlas.fs_path"].properties["path"] == pb.STRING
    assert [name for name in types if name.startswith("atlas.hive")] == []


def test_what_atlas_says_of_the_readings_holds_for_what_is_served_on_every_wire(tour, get, store, post):
    [version] = get("/api/pedigree/v1/nodes", ref=tour.served)["nodes"][:1]
    told = get(f"/api/pedigree/v1/nodes/{version['id']}/classifications")["classifications"]
    [pii] = [c for c in told if c["type"] == "PII"]
    assert (pii["own"], pii["attributes"], pii["source"]["type"]) == (False, {"level": 2}, "atlas.fs_path")
    assert [TRAINED in [w["node"]["type"] for w in pii["way"]], pii["way"][-1]["node"]["id"]] == [True, version["id"]]

    name, number = tour.served.removeprefix("models:/").split("/")
    tags = get("/api/2.0/mlflow/model-versions/get", name=name, version=number)["model_version"]["tags"]
    assert [t["value"] for t in tags if t["key"] == MARK] == ["from atlas.fs_path electricity.csv"]
    [artifact] = store.get_artifacts_by_id([version["id"]])
    assert artifact.custom_properties[MARK].string_value == "from atlas.fs_path electricity.csv"
    clean = get(f"/api/v1/namespaces/file/datasets/{quote(str(tour.clean), safe='')}")
    assert f"{MARK}:from atlas.fs_path electricity.csv" in clean["tags"]

    shown = f"`{MARK}` LIKE 'from atlas.fs_path %'"
    versions = get("/api/2.0/mlflow/model-versions/search", filter=f"tags.{shown} AND name = '{name}'")["model_versions"]
    assert number in [v["version"] for v in versions]
    [artifact] = store.get_artifacts(ListOptions(filter_query=f"custom_properties.`{MARK}`.string_value LIKE 'from atlas.fs_path %' AND id = {version['id']}"))
    assert artifact.custom_properties[MARK].string_value == "from atlas.fs_path electricity.csv"

    entity = get(f"/api/atlas/v2/entity/guid/{version['guid']}")["entity"]
    assert (entity["typeName"], [c["typeName"] for c in entity["classifications"]]) == ("mlflow_model_version", ["PII"])
    found = post("/api/atlas/v2/search/basic", classification="PII", limit=100)["entities"]
    assert {"fs_path", "openlineage_dataset", "mlflow_run", "mlflow_model_version"} <= {e["typeName"] for e in found}


def reached(store, artifact, direction):
    options = pb.LineageSubgraphQueryOptions(max_num_hops=20, direction=direction)
    options.starting_artifacts.filter_query = f"id = {artifact.id}"
    graph = store.get_lineage_subgraph(options, ["executions"])
    return {e.type for e in store.get_executions_by_id([e.id for e in graph.executions])}
