"""The wire itself: TLS, health, reflection, sizes, and clients that leave."""

import concurrent.futures
import socket
import subprocess

import grpc
import pytest
from about import HOST, PORT, pedigree_only
from calls import SERVICE, Calls, all_names
from conftest import connect
from ml_metadata.proto import metadata_store_pb2 as pb
from ml_metadata.proto import metadata_store_service_pb2 as wire

MEGABYTE = 1 << 20


@pedigree_only
def test_every_call_of_the_protocol_is_known(calls):
    assert len(all_names()) == 52
    for name in all_names():
        try:
            getattr(calls, name)()
        except grpc.RpcError as error:
            assert error.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND), (name, error.details())


@pedigree_only
def test_calls_that_the_client_does_not_make_answer_too(calls, name):
    types = calls.PutTypes(artifact_types=[pb.ArtifactType(name=name("A"))], execution_types=[pb.ExecutionType(name=name("E"))],
                           context_types=[pb.ContextType(name=name("C"))])
    [context_type] = types.context_type_ids
    parent, child = calls.PutContexts(contexts=[pb.Context(type_id=context_type, name=n) for n in ("parent", "child")]).context_ids
    calls.PutParentContexts(parent_contexts=[pb.ParentContext(parent_id=parent, child_id=child)])
    assert [c.id for c in calls.GetParentContextsByContexts(context_ids=[parent, child]).contexts[child].parent_contexts] == [parent]
    assert [c.id for c in calls.GetChildrenContextsByContexts(context_ids=[parent, child]).contexts[parent].children_contexts] == [child]
    [artifact] = calls.PutArtifacts(artifacts=[pb.Artifact(type_id=types.artifact_type_ids[0])]).artifact_ids
    options = pb.LineageGraphQueryOptions(stop_conditions=dict(max_num_hops=1))
    options.artifacts_options.filter_query = f"id = {artifact}"
    assert [a.id for a in calls.GetLineageGraph(options=options).subgraph.artifacts] == [artifact]


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, payload):
    return bytes([number << 3 | 2]) + varint(len(payload)) + payload


def raw(channel, path, body):
    return channel.unary_unary(path, request_serializer=lambda b: b, response_deserializer=lambda b: b)(body, timeout=30)


@pedigree_only
def test_health_and_reflection_know_the_service():
    channel = grpc.insecure_channel(f"{HOST}:{PORT}")
    assert raw(channel, "/grpc.health.v1.Health/Check", b"") == b"\x08\x01"  # SERVING
    assert raw(channel, "/grpc.health.v1.Health/Check", field(1, SERVICE.encode())) == b"\x08\x01"
    for version in ("v1", "v1alpha"):
        method = channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
                                       request_serializer=lambda b: b, response_deserializer=lambda b: b)
        listed, described = list(method(iter([field(7, b""), field(4, SERVICE.encode())]), timeout=30))
        assert SERVICE.encode() in listed
        assert b"GetLineageSubgraph" in described


@pedigree_only
def test_tls_is_spoken_and_wanted(serve, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl here to make a certificate")
    with serve("--tls-cert", str(certificate), "--tls-key", str(key)) as server:
        secured = connect(server.port, host="localhost", ssl_config=pb.MetadataStoreClientConfig.SSLConfig(custom_ca=certificate.read_text()))
        assert secured.put_artifact_type(pb.ArtifactType(name="over TLS")) > 0
        with pytest.raises(grpc.RpcError):
            Calls(f"127.0.0.1:{server.port}").GetArtifactTypes()


@pedigree_only
def test_messages_of_almost_a_hundred_megabytes_pass(serve, name):
    with serve() as server:
        calls = Calls(f"127.0.0.1:{server.port}")
        type_id = calls.PutArtifactType(artifact_type=pb.ArtifactType(name=name("T"))).type_id
        text = "x" * (96 * MEGABYTE)
        [artifact_id] = calls.PutArtifacts(artifacts=[pb.Artifact(type_id=type_id, custom_properties={"text": pb.Value(string_value=text)})]).artifact_ids
        [read] = calls.GetArtifactsByID(artifact_ids=[artifact_id]).artifacts
        assert read.custom_properties["text"].string_value == text


@pedigree_only
def test_the_largest_message_is_the_operators_choice(serve, name):
    with serve("--grpc-max-message-size", str(MEGABYTE)) as server:
        calls = Calls(f"127.0.0.1:{server.port}")
        type_id = calls.PutArtifactType(artifact_type=pb.ArtifactType(name=name("T"))).type_id
        with pytest.raises(grpc.RpcError) as error:
            calls.PutArtifacts(artifacts=[pb.Artifact(type_id=type_id, uri="x" * (2 * MEGABYTE))])
        assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert not calls.GetArtifacts().artifacts


def test_a_client_that_hangs_up_in_the_middle_leaves_nothing_half_done(store, calls, name):
    type_id = store.put_artifact_type(pb.ArtifactType(name=name("T")))
    batch = wire.PutArtifactsRequest(artifacts=[pb.Artifact(type_id=type_id, uri=f"u{i}") for i in range(2000)])
    for timeout in (0.001, 0.003, 0.01, 0.03, 0.1):
        channel = grpc.insecure_channel(f"{HOST}:{PORT}", options=[("grpc.use_local_subchannel_pool", 1)])
        grpc.channel_ready_future(channel).result(timeout=30)
        method = channel.unary_unary(f"/{SERVICE}/PutArtifacts", request_serializer=lambda m: m.SerializeToString(), response_deserializer=lambda b: b)
        call = method.future(batch)
        try:
            call.result(timeout=timeout)
        except grpc.FutureTimeoutError:
            call.cancel()
        channel.close()
    with socket.create_connection((HOST, int(PORT))) as half:  # the preface, and the start of a frame
        half.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x40\x00")
    written = len(calls.GetArtifactsByType(type_name=name("T")).artifacts)
    assert written % 2000 == 0, "a batch is whole or absent"
    assert store.put_artifacts([pb.Artifact(type_id=type_id)])


def test_many_writers_at_once_all_get_their_turn(calls, name):
    type_id = calls.PutArtifactType(artifact_type=pb.ArtifactType(name=name("T"))).type_id
    context_type = calls.PutContextType(context_type=pb.ContextType(name=name("C"))).type_id
    execution_type = calls.PutExecutionType(execution_type=pb.ExecutionType(name=name("E"))).type_id

    def work(writer):
        for i in range(10):
            calls.PutExecution(
                execution=pb.Execution(type_id=execution_type, name=f"{writer}.{i}"),
                artifact_event_pairs=[dict(artifact=pb.Artifact(type_id=type_id, name=f"{writer}.{i}"), event=pb.Event(type=pb.Event.OUTPUT))],
                contexts=[pb.Context(type_id=context_type, name="shared")], options=dict(reuse_context_if_already_exist=True))

    with concurrent.futures.ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(work, range(16)))
    shared = calls.GetContextByTypeAndName(type_name=name("C"), context_name="shared").context
    assert len(calls.GetExecutionsByType(type_name=name("E")).executions) == 160
    assert len(calls.GetArtifactsByContext(context_id=shared.id).artifacts) == 160
