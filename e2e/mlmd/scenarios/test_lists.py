"""Lists: pages, orders, limits and tokens."""

import base64

import grpc
import ml_metadata as mlmd
import pytest
from about import pedigree_only, refused
from ml_metadata import ListOptions, errors
from ml_metadata.proto import metadata_store_pb2 as pb

CREATED, UPDATED, ID = mlmd.OrderByField.CREATE_TIME, mlmd.OrderByField.UPDATE_TIME, mlmd.OrderByField.ID


@pytest.fixture
def listed(store, name):
    """Gives a type and the identities of some artifacts of it, by arrival."""

    def make(count):
        type_id = store.put_artifact_type(pb.ArtifactType(name=name("T"), properties={"n": pb.INT}))
        ids = store.put_artifacts([pb.Artifact(type_id=type_id, uri=f"u{i}", properties={"n": pb.Value(int_value=i)}) for i in range(count)])
        return type_id, ids

    return make


def pages(call, **options):
    """Follow the tokens of a list, and give the nodes page by page."""
    found, token = [], ""
    while True:
        page = call(options=pb.ListOperationOptions(next_page_token=token, **options))
        found.append([a.id for a in page.artifacts])
        token = page.next_page_token
        if not token:
            return found


def order(field, asc):
    return pb.ListOperationOptions.OrderByField(field=field, is_asc=asc)


@pytest.mark.parametrize("asc", [True, False])
@pytest.mark.parametrize("field", [pb.ListOperationOptions.OrderByField.CREATE_TIME, pb.ListOperationOptions.OrderByField.LAST_UPDATE_TIME,
                                   pb.ListOperationOptions.OrderByField.ID])
def test_pages_hold_every_node_once_in_every_order(calls, listed, field, asc):
    type_id, ids = listed(25)
    found = pages(calls.GetArtifacts, max_result_size=10, order_by_field=order(field, asc), filter_query=f"type_id = {type_id}")
    assert [len(page) for page in found] == [10, 10, 5]
    assert sum(found, []) == (ids if asc else ids[::-1])


def test_a_page_has_twenty_nodes_unless_asked(calls, listed):
    type_id, _ = listed(130)
    assert [len(page) for page in pages(calls.GetArtifacts, filter_query=f"type_id = {type_id}")] == [20] * 6 + [10]


@pedigree_only
def test_a_page_has_a_hundred_nodes_at_most_and_says_that_there_are_more(calls, listed):
    type_id, ids = listed(130)
    found = pages(calls.GetArtifacts, max_result_size=1000, filter_query=f"type_id = {type_id}")
    assert [len(page) for page in found] == [100, 30] and sum(found, []) == ids


def test_without_options_a_list_has_all(calls, store, listed, name):
    _, ids = listed(130)
    assert [a.id for a in calls.GetArtifactsByType(type_name=name("T")).artifacts] == ids
    assert [a.id for a in store.get_artifacts(ListOptions(limit=125, filter_query=f"type = '{name('T')}'"))] == ids[:125]


def test_a_list_of_a_type_is_paged_too(calls, listed, name):
    _, ids = listed(7)
    found = pages(lambda options: calls.GetArtifactsByType(type_name=name("T"), options=options), max_result_size=3)
    assert found == [ids[:3], ids[3:6], ids[6:]]


def test_nodes_that_arrive_between_pages_do_not_move_the_others(calls, store, listed):
    type_id, ids = listed(6)
    options = pb.ListOperationOptions(max_result_size=3, filter_query=f"type_id = {type_id}",
                                      order_by_field=order(pb.ListOperationOptions.OrderByField.CREATE_TIME, False))
    first = calls.GetArtifacts(options=options)
    store.put_artifacts([pb.Artifact(type_id=type_id)])
    options.next_page_token = first.next_page_token
    second = calls.GetArtifacts(options=options)
    assert [a.id for a in first.artifacts] + [a.id for a in second.artifacts] == ids[::-1]


def test_the_last_changed_comes_last(store, listed):
    type_id, ids = listed(4)
    store.put_artifacts([pb.Artifact(id=ids[1], type_id=type_id, uri="changed")])
    found = store.get_artifacts(ListOptions(order_by=UPDATED, is_asc=True, filter_query=f"type_id = {type_id}"))
    assert [a.id for a in found] == [ids[0], ids[2], ids[3], ids[1]]


@pytest.mark.parametrize("size", [0, -1])
def test_an_empty_page_cannot_be_asked_for(calls, size):
    with pytest.raises(grpc.RpcError) as error:
        calls.GetArtifacts(options=pb.ListOperationOptions(max_result_size=size))
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("token", ["junk", "AAAA", base64.urlsafe_b64encode(b"\xff" * 40).decode(), "x" * 10_000])
def test_a_token_that_nobody_gave_out_is_refused(calls, token):
    with pytest.raises(grpc.RpcError) as error:
        calls.GetArtifacts(options=pb.ListOperationOptions(max_result_size=2, next_page_token=token))
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_a_token_is_good_for_its_own_list_alone(calls, listed):
    type_id, _ = listed(5)
    options = pb.ListOperationOptions(max_result_size=2, filter_query=f"type_id = {type_id}")
    token = calls.GetArtifacts(options=options).next_page_token
    options.order_by_field.CopyFrom(order(pb.ListOperationOptions.OrderByField.CREATE_TIME, False))
    options.next_page_token = token
    with pytest.raises(grpc.RpcError) as error:
        calls.GetArtifacts(options=options)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("filter_query", ["type = ", "nothing = 1", "uri = 1", "properties.n = 1", "uri = 'a' AND", "'" + "x" * 20])
def test_a_filter_that_means_nothing_is_refused(store, filter_query):
    with refused(errors.InvalidArgumentError):
        store.get_artifacts(ListOptions(filter_query=filter_query))


@pedigree_only
def test_a_member_list_without_a_limit_has_no_silent_cap(store, listed, name):
    type_id, ids = listed(150)
    context_type = store.put_context_type(pb.ContextType(name=name("C")))
    [context] = store.put_contexts([pb.Context(type_id=context_type, name=name("c"))])
    store.put_attributions_and_associations([pb.Attribution(artifact_id=i, context_id=context) for i in ids], [])
    assert [a.id for a in store.get_artifacts_by_context(context)] == ids
