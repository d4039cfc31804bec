"""What web pages do: gRPC-Web in its binary and its text form, on the address
that everything else is on."""

import grpc
import pytest
from about import HOST, PORT, pedigree_only
from calls import all_names
from ml_metadata.proto import metadata_store_pb2 as pb
from webcalls import BINARY_FORM, TEXT_FORM, Refused, WebCalls, frame

pytestmark = pedigree_only

FORMS = pytest.mark.parametrize("form", [BINARY_FORM, TEXT_FORM], ids=["binary", "text"])
OK, INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, UNIMPLEMENTED = 0, 3, 5, 8, 12


@FORMS
def test_what_a_page_writes_other_clients_read_and_the_other_way_round(store, name, form):
    web = WebCalls(HOST, PORT, form)
    kind = web.PutArtifactType(artifact_type=pb.ArtifactType(name=name("T"), properties={"note": pb.STRING})).type_id
    note = "ä \x00 %0A\r\n " + "x" * 100_000
    artifact = pb.Artifact(type_id=kind, name=name("a"), uri="s3://b/é", properties={"note": pb.Value(string_value=note)})
    [written] = web.PutArtifacts(artifacts=[artifact]).artifact_ids
    [read] = store.get_artifacts_by_id([written])
    assert (read.name, read.uri, read.properties["note"].string_value) == (artifact.name, artifact.uri, note)
    read.custom_properties["seen"].bool_value = True
    store.put_artifacts([read])
    [again] = web.GetArtifactsByID(artifact_ids=[written]).artifacts
    assert again.custom_properties["seen"].bool_value and again.properties["note"].string_value == note


@FORMS
def test_a_page_walks_lineage_and_pages(store, name, form):
    web = WebCalls(HOST, PORT, form)
    types = web.PutTypes(artifact_types=[pb.ArtifactType(name=name("A"))], execution_types=[pb.ExecutionType(name=name("E"))])
    outputs = [(pb.Artifact(type_id=types.artifact_type_ids[0]), pb.Event(type=pb.Event.OUTPUT)) for _ in range(25)]
    execution, artifacts, _ = store.put_execution(pb.Execution(type_id=types.execution_type_ids[0]), outputs, [])
    options = pb.LineageSubgraphQueryOptions(direction=pb.LineageSubgraphQueryOptions.DOWNSTREAM)
    options.starting_executions.filter_query = f"id = {execution}"
    graph = web.GetLineageSubgraph(lineage_subgraph_query_options=options, read_mask=dict(paths=["artifacts", "events"])).lineage_subgraph
    assert sorted(a.id for a in graph.artifacts) == sorted(artifacts) and len(graph.events) == 25
    found, token = [], None
    while token != "":
        page = web.GetArtifactsByType(type_name=name("A"), options=pb.ListOperationOptions(max_result_size=10, next_page_token=token))
        found, token = found + [a.id for a in page.artifacts], page.next_page_token
    assert sorted(found) == sorted(artifacts)


@FORMS
def test_refusals_have_the_code_and_the_words_of_grpc(calls, name, form):
    web = WebCalls(HOST, PORT, form)
    for call, fields in (
        ("PutArtifacts", dict(artifacts=[pb.Artifact(type_id=1 << 40)])),
        ("GetArtifactType", dict(type_name=name("none") + " é%\n")),
        ("GetArtifacts", dict(options=pb.ListOperationOptions(filter_query="name = 'é' AND"))),
        ("PutContexts", dict(contexts=[pb.Context()])),
    ):
        with pytest.raises(grpc.RpcError) as native:
            getattr(calls, call)(**fields)
        with pytest.raises(Refused) as refused:
            getattr(web, call)(**fields)
        assert (refused.value.code, refused.value.message) == (native.value.code().value[0], native.value.details())


@FORMS
def test_every_call_is_there_for_pages(form):
    web = WebCalls(HOST, PORT, form)
    for call in all_names():
        try:
            getattr(web, call)()
        except Refused as refused:
            assert refused.code in (INVALID_ARGUMENT, NOT_FOUND), (call, refused)
    assert web.post("NoSuchCall", frame(0, b"")).getheader("grpc-status") == str(UNIMPLEMENTED)


@FORMS
def test_a_body_that_is_no_call_is_refused(name, form):
    web = WebCalls(HOST, PORT, form)
    for what, body, code in (
        ("nothing", b"", INVALID_ARGUMENT),
        ("half a head", b"\0\0", INVALID_ARGUMENT),
        ("a frame that is cut off", frame(0, b"12345")[:-1], INVALID_ARGUMENT),
        ("two frames", frame(0, b"") * 2, INVALID_ARGUMENT),
        ("no message of the call", frame(0, b"\xff\xff"), INVALID_ARGUMENT),
        ("a compressed message", frame(1, b""), UNIMPLEMENTED),
        ("a length that lies", b"\0\xff\xff\xff\xff", RESOURCE_EXHAUSTED),
        ("three million artifacts", frame(0, b"\x0a\x00" * 3_000_000), RESOURCE_EXHAUSTED),
    ):
        answer = web.post("PutArtifacts", body)
        assert answer.status == 200 and answer.getheader("grpc-status") == str(code), (what, answer.status, answer.headers.items())
    assert web.post("PutArtifacts", frame(0, b""), **{"Content-Type": "application/json"}).status == 415
    assert web.PutArtifactType(artifact_type=pb.ArtifactType(name=name("T"))).type_id, "the connection is of no use any more"


def test_pages_of_other_sites_may_call_where_they_are_allowed(serve, name):
    with serve("--allowed-origins", "https://ml.example") as server:
        ours = WebCalls("127.0.0.1", server.port, TEXT_FORM, origin="https://ml.example")
        asked = ours.preflight("PutArtifactType")
        assert asked.status == 204 and asked.getheader("Access-Control-Allow-Origin") == "https://ml.example"
        assert "x-grpc-web" in asked.getheader("Access-Control-Allow-Headers")
        answer = ours.post("GetArtifactTypes", frame(0, b""))
        assert answer.status == 200 and answer.getheader("Access-Control-Allow-Origin") == "https://ml.example"
        assert "grpc-status" in answer.getheader("Access-Control-Expose-Headers")
        other = WebCalls("127.0.0.1", server.port, TEXT_FORM, origin="https://evil.example")
        assert other.preflight("PutArtifactType").getheader("Access-Control-Allow-Origin") is None
        refused = other.post("GetArtifactTypes", frame(0, b""))
        assert refused.getheader("Access-Control-Allow-Origin") is None and refused.getheader("grpc-status") != str(OK) and not refused.body
