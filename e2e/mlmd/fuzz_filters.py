"""Compares a server with the engine of ML Metadata on random filters.

    python fuzz_filters.py --server HOST:PORT [--count N] [--seed S] [--oracle HOST:PORT]

Both get the same nodes under the same identities and the same filters, and must
give the same nodes in the same order or refuse with the same code. The same
seed gives the same filters. The engine is the one inside the client, unless an
address is given where it serves; it must have nothing in it then, or what an
earlier run with the same server put in. Needs ml-metadata 1.17.1 (Python 3.9 to
3.11).
"""
import argparse
import collections
import logging
import re
import sys

try:
    import grpc
    from ml_metadata import errors
    from ml_metadata.metadata_store import metadata_store
    from ml_metadata.proto import metadata_store_pb2 as pb
    from ml_metadata.proto import metadata_store_service_pb2 as wire
except ImportError as missing:
    sys.exit(f"fuzz_filters: ml-metadata 1.17.1 is not installed here ({missing}); it has wheels for Python 3.9 to 3.11")

from filter_grammar import Grammar

TYPES = {"Artifact": ("FData", "FModel"), "Execution": ("FTrain", "FEval"), "Context": ("FRun", "FPipe")}
# What the engine says where it is wrong and a server should not be (docs/compat.md), and keys that it takes for pieces of SQL or regular expressions.
DEFECTS = re.compile("cannot be rewritten|Duplicate expression column|malformed JSON")
ODD_KEYS = re.compile(r"properties\.`[^`]*[^\w .'`-][^`]*`")
NODES = {"a": ("Artifact", "artifacts"), "e": ("Execution", "executions"), "c": ("Context", "contexts")}


class Refused(Exception):
    """Carries the name of a code and a text."""


class Server:
    """A server to call."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)

    def call(self, name, request, response):
        method = self.channel.unary_unary("/ml_metadata.MetadataStoreService/" + name, request_serializer=lambda m: m.SerializeToString(), response_deserializer=response.FromString)
        try:
            return method(request, timeout=60)
        except grpc.RpcError as error:
            raise Refused(error.code().name, error.details()) from error


class Engine:
    """The engine inside the client, with nothing in it."""

    def __init__(self):
        config = pb.ConnectionConfig()
        config.fake_database.SetInParent()
        self.store = metadata_store.MetadataStore(config)

    def call(self, name, request, response):
        answer = response()
        try:
            self.store._call(name, request, answer)
        except errors.StatusError as error:
            raise Refused(CODES[error.error_code], error.message) from error
        return answer


CODES = {code.value[0]: code.name for code in grpc.StatusCode}


class Store:
    """A server or engine with the data set in it, under the identities of another one if that is given."""

    def __init__(self, behind, like=None):
        self.behind, self.ids = behind, {}
        for kind, (noun, field) in NODES.items():
            self.ids["$" + kind] = self.found(noun, field)
        self.ids["$T"] = types(self, like)
        if not self.ids["$a"]:
            fill(self, like)
        if like and like.ids != self.ids:
            sys.exit("fuzz_filters: the engine must be empty at first")

    def found(self, noun, field):
        """The nodes that an earlier run put in."""
        pages = [self.call(f"Get{noun}sByType", type_name=name) for name in TYPES[noun]]
        return sorted(node.id for page in pages for node in getattr(page, field))

    def call(self, name, **fields):
        return self.behind.call(name, getattr(wire, name + "Request")(**fields), getattr(wire, name + "Response"))

    def answer(self, kind, filter_query, size=100):
        """What the filter gives by pages: the nodes by their place in the data set, or the code of the error."""
        text = re.sub(r"\$([aecT])(\d)", lambda m: str(self.ids["$" + m[1]][int(m[2])]), filter_query)
        noun, field = NODES[kind]
        places = {node_id: place for place, node_id in enumerate(self.ids["$" + kind])}
        rows, token = [], ""
        while True:
            options = pb.ListOperationOptions(filter_query=text, max_result_size=size, next_page_token=token)
            try:
                page = self.call(f"Get{noun}s", options=options)
            except Refused as refused:
                return refused.args
            rows += [places[node.id] for node in getattr(page, field) if node.id in places]
            token = page.next_page_token
            if not token:
                return rows, ""


def values(**given):
    """Values by key, __ in a key being a sign that Python has no name for."""
    return {key.replace("__", " "): value(v) for key, v in given.items()}


def value(v):
    if isinstance(v, bool):
        return pb.Value(bool_value=v)
    if isinstance(v, int):
        return pb.Value(int_value=v)
    if isinstance(v, float):
        return pb.Value(double_value=v)
    return pb.Value(string_value=v)


def types(store, like):
    """Puts the types in, or finds them."""
    (data, model), (train, evaluation), (run, pipe) = TYPES.values()
    if like and not store.ids["$a"]:
        pad(like.ids["$T"][0], lambda n: store.call("PutArtifactType", artifact_type=pb.ArtifactType(name=f"FPad{n}")).type_id)
    return [
        store.call("PutArtifactType", artifact_type=pb.ArtifactType(name=data, properties=dict(span=pb.INT, split=pb.STRING, ok=pb.BOOLEAN))).type_id,
        store.call("PutArtifactType", artifact_type=pb.ArtifactType(name=model, properties=dict(score=pb.DOUBLE, split=pb.STRING))).type_id,
        store.call("PutExecutionType", execution_type=pb.ExecutionType(name=train, properties=dict(lr=pb.DOUBLE, step=pb.INT))).type_id,
        store.call("PutExecutionType", execution_type=pb.ExecutionType(name=evaluation, properties=dict(step=pb.STRING))).type_id,
        store.call("PutContextType", context_type=pb.ContextType(name=run, properties=dict(owner=pb.STRING, rank=pb.INT))).type_id,
        store.call("PutContextType", context_type=pb.ContextType(name=pipe, properties=dict(rank=pb.DOUBLE))).type_id,
    ]


def pad(first, put):
    """Puts other things in until the next one gets an identity."""
    n = 0
    while first > 1 and put(n) < first - 1:
        n += 1


def fill(store, like):
    """Puts the data set in, made so that every attribute has nulls, duplicates and odd values."""
    data, model, train, evaluation, run, pipe = store.ids["$T"]
    if like:
        other = [store.call(f"Put{noun}Type", **{f"{noun.lower()}_type": getattr(pb, noun + "Type")(name="FPad")}).type_id for noun in TYPES]
        pad(like.ids["$a"][0], lambda n: store.call("PutArtifacts", artifacts=[pb.Artifact(type_id=other[0])]).artifact_ids[0])
        pad(like.ids["$e"][0], lambda n: store.call("PutExecutions", executions=[pb.Execution(type_id=other[1])]).execution_ids[0])
        pad(like.ids["$c"][0], lambda n: store.call("PutContexts", contexts=[pb.Context(type_id=other[2], name=f"pad {n}")]).context_ids[0])
    store.ids["$a"] = list(store.call("PutArtifacts", artifacts=artifacts(data, model)).artifact_ids)
    store.ids["$e"] = list(store.call("PutExecutions", executions=executions(train, evaluation)).execution_ids)
    store.ids["$c"] = list(store.call("PutContexts", contexts=contexts(run, pipe)).context_ids)
    tie(store, store.ids["$a"], store.ids["$e"], store.ids["$c"])


def artifacts(data, model):
    state = pb.Artifact
    return [
        pb.Artifact(type_id=data, name="a0", uri="gs://b/d/0", external_id="ext-0", state=state.LIVE,
                    properties=values(span=0, split="a", ok=True), custom_properties={**values(k="abc", n=1, flag=True, odd__key="a"), "a.b": value(3)}),
        pb.Artifact(type_id=data, name="a1", uri="gs://b/D/1", state=state.PENDING,
                    properties=values(span=1, split="A", ok=False), custom_properties={**values(k="ABC", n=-2, d=0.5, flag=False), "select": value(2)}),
        pb.Artifact(type_id=data, name="A0", uri="", external_id="EXT-0", state=state.MARKED_FOR_DELETION,
                    properties=values(span=9007199254740993, split="it's", ok=True), custom_properties={**values(k="", n=3), "dash-ed": value("_")}),
        pb.Artifact(type_id=data, name="%", properties=values(span=-9223372036854775808, split=""), custom_properties=values(k=12, n=2.5)),
        pb.Artifact(type_id=data, uri="gs://b/m/_", state=state.DELETED, properties=values(span=9223372036854775807), custom_properties=values(k="12", n="1")),
        pb.Artifact(type_id=data, name="ÄÖ", uri="gs://b/d/0", properties=values(split="ü"), custom_properties=values(d=-0.0, flag=1)),
        pb.Artifact(type_id=model, name="abc", uri="gs://b/m/%", state=state.LIVE, properties=values(score=0.5, split="b"), custom_properties=values(k=" 12 ", n=10)),
        pb.Artifact(type_id=model, name="it's", state=state.UNKNOWN, properties=values(score=1e300), custom_properties=values(k="true", d=2.5)),
        pb.Artifact(type_id=model, name='say "hi"', uri="x\ny", properties=values(score=-1.0, split="-3.5"), custom_properties=values(d=3.0, k='{"a": {"b": 1}}')),
        pb.Artifact(type_id=model, name="日本", external_id="a0", state=state.PENDING, properties=values(score=0.1, split="日本"), custom_properties=values(n=0, k="a\\b")),
        pb.Artifact(type_id=model, properties=values(score=0.0), custom_properties=values(flag=False, d=1.0)),
    ]


def executions(train, evaluation):
    state = pb.Execution
    return [
        pb.Execution(type_id=train, name="e0", last_known_state=state.COMPLETE, properties=values(lr=0.1, step=1), custom_properties=values(k="abc", n=1, d=0.5)),
        pb.Execution(type_id=train, name="e1", last_known_state=state.RUNNING, external_id="ext-0", properties=values(lr=2.5, step=2), custom_properties=values(k="A", flag=True)),
        pb.Execution(type_id=train, name="E1", last_known_state=state.FAILED, properties=values(lr=-0.5), custom_properties={**values(n=7), "select": value(1)}),
        pb.Execution(type_id=train, last_known_state=state.CACHED, properties=values(step=0), custom_properties={**values(n=-1, k="%"), "a.b": value(2)}),
        pb.Execution(type_id=evaluation, name="abc", last_known_state=state.NEW, properties=values(step="a"), custom_properties=values(k=3, flag=False)),
        pb.Execution(type_id=evaluation, name="_b_", last_known_state=state.CANCELED, external_id="e1", properties=values(step="12"), custom_properties=values(k="", d=1.0)),
        pb.Execution(type_id=evaluation, last_known_state=state.UNKNOWN, custom_properties=values(odd__key="a")),
        pb.Execution(type_id=evaluation, name="e2"),
    ]


def contexts(run, pipe):
    return [
        pb.Context(type_id=run, name="c0", external_id="ext-0", properties=values(owner="a", rank=1), custom_properties=values(k="abc", n=1)),
        pb.Context(type_id=run, name="c1", properties=values(owner="ABC", rank=-2), custom_properties=values(k="", n=2, flag=True)),
        pb.Context(type_id=run, name="C1", properties=values(rank=100), custom_properties=values(d=0.5)),
        pb.Context(type_id=pipe, name="abc", external_id="c0", properties=values(rank=2.5), custom_properties={**values(k=1), "dash-ed": value("b")}),
        pb.Context(type_id=pipe, name="it's", properties=values(rank=0.0)),
        pb.Context(type_id=pipe, name="ü"),
    ]


def tie(store, a, e, c):
    kinds = pb.Event
    events = [(0, 0, kinds.INPUT), (1, 0, kinds.INPUT), (6, 0, kinds.OUTPUT), (6, 1, kinds.DECLARED_INPUT), (7, 1, kinds.DECLARED_OUTPUT), (7, 4, kinds.INPUT), (7, 4, kinds.OUTPUT),
              (8, 4, kinds.INTERNAL_OUTPUT), (0, 3, kinds.INTERNAL_INPUT), (5, 5, kinds.OUTPUT)]
    store.call("PutEvents", events=[pb.Event(artifact_id=a[i], execution_id=e[j], type=kind, milliseconds_since_epoch=1000 + n) for n, (i, j, kind) in enumerate(events)])
    attributions = [(0, 0), (0, 1), (0, 6), (1, 6), (1, 7), (3, 0), (3, 8), (2, 9)]
    associations = [(0, 0), (0, 1), (1, 1), (1, 4), (3, 0), (4, 6)]
    store.call("PutAttributionsAndAssociations", attributions=[pb.Attribution(context_id=c[i], artifact_id=a[j]) for i, j in attributions],
               associations=[pb.Association(context_id=c[i], execution_id=e[j]) for i, j in associations])
    parents = [(0, 3), (1, 3), (1, 4), (3, 4), (2, 5)]
    store.call("PutParentContexts", parent_contexts=[pb.ParentContext(child_id=c[i], parent_id=c[j]) for i, j in parents])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--oracle", metavar="HOST:PORT", help="where the original engine serves, if not the one in the client is to be asked")
    options.add_argument("--server", required=True, metavar="HOST:PORT", help="the server to judge")
    options.add_argument("--count", type=int, default=1000, help="how many filters")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    logging.getLogger("absl").setLevel(logging.CRITICAL)  # the client tells of every filter that is refused
    server = Store(Server(given.server))
    oracle = Store(Server(given.oracle) if given.oracle else Engine(), server)
    counts = collections.Counter(compare(oracle, server, given.seed, n) for n in range(given.count))
    print(f"{given.count} filters: {counts['nodes']} gave the same nodes, {counts['none']} gave none, {counts['refused']} were refused with the same code, "
          f"{counts['defect']} were refused by a defect of the engine, {counts['difference']} differ")
    sys.exit(counts["difference"] != 0)


def compare(oracle, server, seed, n):
    """Asks both for one filter, and says what came of it."""
    kind = "aec"[n % 3]
    text = Grammar(kind, f"{seed}/{n}").filter()
    # The engine repeats nodes where an answer has several pages, so its is one.
    (want, why), (got, reason) = oracle.answer(kind, text), server.answer(kind, text, size=(3, 100)[n % 2])
    if DEFECTS.search(why) or ODD_KEYS.search(text):
        return "defect"
    if want == got:
        return "refused" if isinstance(want, str) else "nodes" if want else "none"
    print(f"#{n} {NODES[kind][1]}: {text!r}\n    oracle {want} {why[:300]!r}\n    server {got} {reason[:300]!r}", flush=True)
    return "difference"


if __name__ == "__main__":
    main()
