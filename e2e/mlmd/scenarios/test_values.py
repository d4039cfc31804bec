"""Values, names and identities of every sort, and what the server refuses."""

import math

import grpc
import pytest
from about import pedigree_only, refused
from google.protobuf import any_pb2, struct_pb2
from ml_metadata import ListOptions, errors
from ml_metadata.proto import metadata_store_pb2 as pb


@pytest.fixture
def type_id(store, name):
    return store.put_artifact_type(pb.ArtifactType(name=name("T"), properties={
        "i": pb.INT, "d": pb.DOUBLE, "s": pb.STRING, "b": pb.BOOLEAN, "t": pb.STRUCT, "p": pb.PROTO}))


def written(store, artifact):
    """Put an artifact and read it back."""
    [artifact_id] = store.put_artifacts([artifact])
    [read] = store.get_artifacts_by_id([artifact_id])
    return read


def struct(**fields):
    message = struct_pb2.Struct()
    message.update(fields)
    return message


def packed():
    message = any_pb2.Any()
    message.Pack(struct(a=1.0))
    return message


@pytest.mark.parametrize("key, value", [
    ("i", pb.Value(int_value=-(2**63))), ("i", pb.Value(int_value=2**63 - 1)), ("i", pb.Value(int_value=0)),
    ("d", pb.Value(double_value=0.1)), ("d", pb.Value(double_value=-1e-300)),
    ("s", pb.Value(string_value="")), ("s", pb.Value(string_value="é漢字🙂'\"`%_\\\n")),
    ("b", pb.Value(bool_value=True)), ("b", pb.Value(bool_value=False)),
    ("t", pb.Value(struct_value=struct(x=1.5, y={"z": [True, None, "s"]}))), ("t", pb.Value(struct_value=struct())),
    ("p", pb.Value(proto_value=packed())),
])
def test_values_read_back_as_written(store, type_id, key, value):
    read = written(store, pb.Artifact(type_id=type_id, properties={key: value}, custom_properties={key: value}))
    assert read.properties[key] == value and read.custom_properties[key] == value


@pedigree_only
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308])
def test_numbers_that_the_engine_loses_read_back(store, type_id, number):
    read = written(store, pb.Artifact(type_id=type_id, properties={"d": pb.Value(double_value=number)}))
    assert repr(read.properties["d"].double_value) == repr(number)


@pedigree_only
@pytest.mark.parametrize("text", ["mlmd-struct::CgA=", "__MLMD_NULL__", "a\0b", "\0", "x" * 100_000])
def test_any_text_is_text(store, type_id, text):
    read = written(store, pb.Artifact(type_id=type_id, properties={"s": pb.Value(string_value=text)}, custom_properties={"s": pb.Value(string_value=text)}))
    assert read.properties["s"].string_value == text and read.custom_properties["s"].string_value == text


@pytest.mark.parametrize("key", ["with space", "mit.punkt", "a/b", "漢字", "'", "__private__", "a" * 200])
def test_custom_properties_have_any_name_and_filters_find_them(store, type_id, key):
    read = written(store, pb.Artifact(type_id=type_id, custom_properties={key: pb.Value(int_value=7)}))
    assert dict(read.custom_properties) == {key: pb.Value(int_value=7)}
    found = store.get_artifacts(ListOptions(filter_query=f"type_id = {type_id} AND custom_properties.`{key}`.int_value = 7"))
    assert [a.id for a in found] == [read.id]


@pytest.mark.parametrize("artifact, error", [
    (dict(properties={"i": pb.Value(string_value="1")}), errors.InvalidArgumentError),
    (dict(properties={"d": pb.Value(int_value=1)}), errors.InvalidArgumentError),
    (dict(properties={"unknown": pb.Value(int_value=1)}), errors.InvalidArgumentError),
    (dict(properties={"i": pb.Value()}), errors.InvalidArgumentError),
    (dict(type_id=10**15), errors.NotFoundError),
    (dict(id=10**15), errors.InvalidArgumentError),
])
def test_bad_artifacts_are_refused_and_nothing_of_their_batch_is_written(store, type_id, name, artifact, error):
    good = pb.Artifact(type_id=type_id, name=name("good"))
    with refused(error):
        store.put_artifacts([good, pb.Artifact(**{"type_id": type_id} | artifact)])
    assert store.get_artifact_by_type_and_name(name("T"), name("good")) is None


def test_an_update_mask_limits_what_changes(store, type_id):
    before = written(store, pb.Artifact(type_id=type_id, uri="u", properties={"i": pb.Value(int_value=1), "s": pb.Value(string_value="x")},
                                        custom_properties={"c": pb.Value(int_value=1)}))
    change = pb.Artifact(id=before.id, type_id=type_id, uri="v", properties={"i": pb.Value(int_value=2)})
    store.put_artifacts([change], ["properties.i"])
    [after] = store.get_artifacts_by_id([before.id])
    assert (after.uri, after.properties["i"].int_value, after.properties["s"].string_value, after.custom_properties["c"].int_value) == ("u", 2, "x", 1)
    store.put_artifacts([change])
    [after] = store.get_artifacts_by_id([before.id])
    assert (after.uri, sorted(after.properties), sorted(after.custom_properties)) == ("v", ["i"], [])


@pedigree_only
@pytest.mark.parametrize("filter_query", [
    " OR ".join(f"uri = 'u{i}'" for i in range(100)), " AND ".join(["id > 0"] * 100), "(" * 5000 + "TRUE" + ")" * 5000,
    "uri = '" + "x" * 16_000 + "'", "NOT " * 4000 + "TRUE", " AND ".join(f"contexts_{i}.id = 1" for i in range(100)), "'" * 9999,
], ids=["or", "and", "parentheses", "text", "not", "neighbours", "quotes"])
def test_a_large_filter_is_answered_or_refused_with_a_clear_text(calls, filter_query):
    try:
        calls.GetArtifacts(options=pb.ListOperationOptions(filter_query=filter_query, max_result_size=1))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error


def test_lineage_of_nothing_is_not_found(store):
    options = pb.LineageSubgraphQueryOptions(max_num_hops=1)
    options.starting_artifacts.filter_query = "id = 1000000000000"
    with refused(errors.NotFoundError):
        store.get_lineage_subgraph(options)


@pedigree_only
@pytest.mark.parametrize("body", [b"\xff\xff\xff", b"\x0a\x7f", b"\x0a\x02\x08"])
def test_a_message_that_is_none_is_refused(calls, body):
    method = calls.channel.unary_unary("/ml_metadata.MetadataStoreService/PutArtifacts", request_serializer=lambda b: b, response_deserializer=lambda b: b)
    with pytest.raises(grpc.RpcError) as error:
        method(body, timeout=30)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
