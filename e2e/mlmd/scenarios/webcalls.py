"""Calls as web pages make them: gRPC-Web, over HTTP/1.1, written out by hand."""

import base64
import http.client
import struct
import urllib.parse

from calls import SERVICE
from ml_metadata.proto import metadata_store_service_pb2 as wire

BINARY_FORM, TEXT_FORM = "application/grpc-web+proto", "application/grpc-web-text+proto"
TRAILERS = 0x80  # flag of the frame that ends an answer


class WebCalls:
    """Makes calls in one form, on one connection: web.GetArtifacts(options=...)
    gives a GetArtifactsResponse or raises Refused."""

    def __init__(self, host, port, form, origin=None):
        self.form, self.origin = form, origin
        self.connection = http.client.HTTPConnection(host, int(port), timeout=60)

    def __getattr__(self, name):
        request, response = getattr(wire, name + "Request"), getattr(wire, name + "Response")
        return lambda **fields: self.call(name, request(**fields).SerializeToString(), response)

    def call(self, name, message, response):
        answer = self.post(name, frame(0, message))
        assert answer.status == 200 and answer.getheader("Content-Type") == self.form, (answer.status, answer.getheader("Content-Type"))
        if answer.getheader("grpc-status"):  # nothing but a status: it stands in the headers
            raise Refused(int(answer.getheader("grpc-status")), urllib.parse.unquote(answer.getheader("grpc-message", "")))
        body = answer.body
        if self.form == TEXT_FORM:
            body = base64.b64decode(body, validate=True)
        (flags, message), (last, trailers) = frames(body)
        assert (flags, last) == (0, TRAILERS) and b"grpc-status: 0\r\n" in trailers, (flags, last, trailers)
        return response.FromString(message)

    def post(self, name, body, **headers):
        """Send a body as it is and give the answer, which is HTTP's own."""
        if self.form == TEXT_FORM:
            body = base64.b64encode(body)
        headers = {"Content-Type": self.form, "Accept": self.form, "X-Grpc-Web": "1"} | ({"Origin": self.origin} if self.origin else {}) | headers
        self.connection.request("POST", f"/{SERVICE}/{name}", body, headers)
        answer = self.connection.getresponse()
        answer.body = answer.read()
        return answer

    def preflight(self, name):
        """Ask as a browser does before a page of another site may call."""
        headers = {"Origin": self.origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-grpc-web"}
        self.connection.request("OPTIONS", f"/{SERVICE}/{name}", headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer


class Refused(Exception):
    """The status of a call that went wrong."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def frame(flags, payload):
    return struct.pack(">BI", flags, len(payload)) + payload


def frames(body):
    """Take a body apart."""
    while body:
        flags, length = struct.unpack_from(">BI", body)
        assert len(body) >= 5 + length, "a frame is cut off"
        yield flags, body[5 : 5 + length]
        body = body[5 + length :]
