"""Calls as TFX makes them."""

import ml_metadata as mlmd
import pytest
from ml_metadata import ListOptions
from ml_metadata.proto import metadata_store_pb2 as pb
from types import SimpleNamespace


def value(v):
    return pb.Value(int_value=v) if isinstance(v, int) else pb.Value(string_value=v)


@pytest.fixture
def node(store, name):
    """A node of a pipeline run, with its types and contexts."""
    t = SimpleNamespace()
    t.examples = store.put_artifact_type(pb.ArtifactType(name=name("Examples"), properties={"span": pb.INT, "split_names": pb.STRING}))
    t.model = store.put_artifact_type(pb.ArtifactType(name=name("Model")))
    t.trainer = store.put_execution_type(pb.ExecutionType(name=name("tfx.Trainer"), base_type=pb.ExecutionType.TRAIN))
    t.types = [store.put_context_type(pb.ContextType(name=name(kind))) for kind in ("pipeline", "pipeline_run", "node")]
    t.contexts = [pb.Context(type_id=type_id, name=name(of)) for type_id, of in zip(t.types, ("taxi", "taxi.run1", "taxi.Trainer"))]
    return t


def publish(store, node, state, inputs=(), outputs=(), execution_id=None, **options):
    execution = pb.Execution(type_id=node.trainer, last_known_state=state)
    if execution_id:
        execution.id = execution_id
    pairs = [(artifact, pb.Event(type=kind, path=pb.Event.Path(steps=[pb.Event.Path.Step(key=key), pb.Event.Path.Step(index=0)])))
             for kind, artifacts in ((pb.Event.INPUT, inputs), (pb.Event.OUTPUT, outputs)) for key, artifact in artifacts]
    return store.put_execution(execution, pairs, node.contexts, reuse_context_if_already_exist=True, **options)


def test_contexts_are_made_once_however_many_executions_name_them(store, node):
    first = publish(store, node, pb.Execution.RUNNING)
    second = publish(store, node, pb.Execution.RUNNING)
    assert first[0] != second[0] and first[2] == second[2]
    assert sorted(e.id for e in store.get_executions_by_context(first[2][2])) == sorted([first[0], second[0]])


def test_the_state_of_an_execution_changes_under_way(store, node):
    execution_id, *_ = publish(store, node, pb.Execution.RUNNING)
    publish(store, node, pb.Execution.COMPLETE, execution_id=execution_id)
    [execution] = store.get_executions_by_id([execution_id])
    assert execution.last_known_state == pb.Execution.COMPLETE


def test_an_artifact_with_the_same_external_id_is_reused(store, node, name):
    model = pb.Artifact(type_id=node.model, uri="/model/1", external_id=name("model"))
    _, [first], _ = publish(store, node, pb.Execution.COMPLETE, outputs=[("model", model)], reuse_artifact_if_already_exist_by_external_id=True)
    _, [second], _ = publish(store, node, pb.Execution.COMPLETE, outputs=[("model", model)], reuse_artifact_if_already_exist_by_external_id=True)
    assert first == second
    assert [a.id for a in store.get_artifacts_by_external_ids([name("model")])] == [first]


@pytest.fixture
def spans(store, node):
    """Examples of three spans that a node read, each in an execution of its own."""
    ids = []
    for span in range(3):
        examples = pb.Artifact(type_id=node.examples, uri=f"/examples/{span}", state=pb.Artifact.LIVE,
                               properties={"span": value(span), "split_names": value('["train", "eval"]')})
        model = pb.Artifact(type_id=node.model, uri=f"/model/{span}", state=pb.Artifact.LIVE)
        _, artifacts, contexts = publish(store, node, pb.Execution.COMPLETE, [("examples", examples)], [("model", model)])
        ids.append(artifacts)
    return SimpleNamespace(examples=[i[0] for i in ids], models=[i[1] for i in ids], contexts=contexts)


@pytest.mark.parametrize("filter_query, wanted", [
    ('contexts_0.type = "{node}" AND contexts_0.name = "{trainer}" AND contexts_1.type = "{pipeline}" AND contexts_1.name = "{taxi}" AND type = "{Examples}"', [0, 1, 2]),
    ('properties.span.int_value IN (0, 2) AND type = "{Examples}"', [0, 2]),
    ('properties.span.int_value BETWEEN 1 AND 5 AND state = LIVE AND type = "{Examples}"', [1, 2]),
    ('uri LIKE "/examples/%" AND type = "{Examples}" AND properties.span.int_value != 1', [0, 2]),
    ('events_0.type = INPUT AND contexts_0.name = "{trainer}"', [0, 1, 2]),
    ('type = "{Examples}" AND TRUE AND NOT FALSE', [0, 1, 2]),
])
def test_filters_find_examples(store, spans, name, filter_query, wanted):
    names = {"node": name("node"), "trainer": name("taxi.Trainer"), "pipeline": name("pipeline"), "taxi": name("taxi"), "Examples": name("Examples")}
    found = store.get_artifacts(ListOptions(filter_query=filter_query.format(**names)))
    assert [a.id for a in found] == [spans.examples[i] for i in wanted]


def test_the_latest_examples_come_first_by_time(store, spans, name):
    newest = store.get_artifacts(ListOptions(
        limit=1, order_by=mlmd.OrderByField.CREATE_TIME, is_asc=False, filter_query=f'type = "{name("Examples")}"'))
    assert [a.id for a in newest] == spans.examples[-1:]


def test_executions_are_found_by_state_and_id(store, node, name):
    done, *_ = publish(store, node, pb.Execution.COMPLETE)
    running, *_ = publish(store, node, pb.Execution.RUNNING)
    of_node = f'contexts_0.name = "{name("taxi.Trainer")}" AND '
    assert [e.id for e in store.get_executions(ListOptions(filter_query=of_node + "last_known_state IN (COMPLETE, CACHED)"))] == [done]
    assert [e.id for e in store.get_executions(ListOptions(filter_query=of_node + f"id IN ({running}, {done})"))] == [done, running]


def test_lineage_answers_what_a_resolver_asks(store, spans):
    options = pb.LineageSubgraphQueryOptions(
        starting_artifacts=pb.LineageSubgraphQueryOptions.StartingNodes(filter_query=f"id IN ({', '.join(map(str, spans.models))})"),
        max_num_hops=20, direction=pb.LineageSubgraphQueryOptions.UPSTREAM)
    graph = store.get_lineage_subgraph(options, ["artifacts", "events", "executions"])
    assert sorted(a.id for a in graph.artifacts) == sorted(spans.models + spans.examples)
    assert len(graph.executions) == 3 and len(graph.events) == 6
    assert not graph.contexts


def test_a_subgraph_is_put_in_one_call_with_edges_by_place(store, node, name):
    examples = pb.Artifact(type_id=node.examples, uri="/examples/s", external_id=name("s"))
    model = pb.Artifact(type_id=node.model, uri="/model/s")
    train = pb.Execution(type_id=node.trainer, last_known_state=pb.Execution.COMPLETE)
    edges = [(0, 0, pb.Event(type=pb.Event.INPUT)), (0, 1, pb.Event(type=pb.Event.OUTPUT))]
    executions, artifacts, contexts = store.put_lineage_subgraph(
        [train], [examples, model], node.contexts, edges, reuse_context_if_already_exist=True, reuse_artifact_if_already_exist_by_external_id=True)
    events = store.get_events_by_execution_ids(executions)
    assert sorted((e.artifact_id, e.type) for e in events) == sorted([(artifacts[0], pb.Event.INPUT), (artifacts[1], pb.Event.OUTPUT)])
    for context in contexts:
        assert sorted(a.id for a in store.get_artifacts_by_context(context)) == sorted(artifacts)
    again, artifacts_again, contexts_again = store.put_lineage_subgraph(
        [train], [examples], node.contexts, edges[:1], reuse_context_if_already_exist=True, reuse_artifact_if_already_exist_by_external_id=True)
    assert again != executions and artifacts_again == artifacts[:1] and contexts_again == contexts
