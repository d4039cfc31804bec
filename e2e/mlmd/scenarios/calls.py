"""Calls of the protocol without the client's own ideas."""

import grpc
from ml_metadata.proto import metadata_store_service_pb2 as wire

SERVICE = "ml_metadata.MetadataStoreService"


class Calls:
    """Makes calls on a channel: calls.GetArtifacts(options=...) answers a
    GetArtifactsResponse or raises grpc.RpcError."""

    def __init__(self, address, channel=None):
        size = ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)
        self.channel = channel or grpc.insecure_channel(address, options=size)

    def __getattr__(self, name):
        request, response = getattr(wire, name + "Request"), getattr(wire, name + "Response")
        method = self.channel.unary_unary(
            f"/{SERVICE}/{name}", request_serializer=lambda m: m.SerializeToString(), response_deserializer=response.FromString,
        )
        return lambda **fields: method(request(**fields), timeout=60)


def all_names():
    """The names of all calls of the protocol."""
    return [method.name for method in wire.DESCRIPTOR.services_by_name["MetadataStoreService"].methods]
