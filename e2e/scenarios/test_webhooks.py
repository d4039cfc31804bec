"""Webhooks, received by a real listener while servers are killed.

The server runs on its own here, with leave to call this machine. Clients before
3.3 have no calls for webhooks, but what they change is told like anything else."""

import base64
import hashlib
import hmac
import http.server
import json
import queue
import threading
import urllib.error
import urllib.request
import uuid

import pytest
from about import VERSION, pedigree_only, refused, since
from mlflow.exceptions import MlflowException

pytestmark = pedigree_only

LEAVE = ("--webhook-allow-cidr", "127.0.0.0/8", "--webhook-allow-http")
SECRET = "größtes Geheimnis, 100% 'secret'"
EVENTS = [
    "registered_model.created", "model_version.created",
    "model_version_tag.set", "model_version_tag.deleted",
    "model_version_alias.created", "model_version_alias.deleted",
]


class Receiver:
    """Takes calls at a URL and keeps those that it accepts."""

    def __init__(self):
        self.accepts = True
        self.accepted, self.refused = queue.Queue(), queue.Queue()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                accepts = receiver.accepts
                (receiver.accepted if accepts else receiver.refused).put((self.headers, body))
                self.send_response(200 if accepts else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook?key=v"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def next(self, secret=SECRET):
        """Give the next accepted call: its event, data and identity."""
        headers, body = self.accepted.get(timeout=60)
        if secret:
            assert headers["X-MLflow-Signature"] == sign(secret, headers, body.decode())
        else:
            assert headers["X-MLflow-Signature"] is None
        told = json.loads(body)
        return f"{told['entity']}.{told['action']}", told["data"], headers["X-MLflow-Delivery-Id"]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def sign(secret, headers, body):
    """Sign a call, with the client's own code where it has some."""
    identity, timestamp = headers["X-MLflow-Delivery-Id"], headers["X-MLflow-Timestamp"]
    if VERSION >= (3, 3):
        from mlflow.webhooks.delivery import _generate_hmac_signature

        return _generate_hmac_signature(secret, identity, timestamp, body)
    signed = hmac.new(secret.encode(), f"{identity}.{timestamp}.{body}".encode(), hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def server(serve):
    return serve(*LEAVE)


def subscribe(server, client, url, events=EVENTS, secret=SECRET):
    """Make a webhook as the client does, or without it, and give its ID."""
    if VERSION >= (3, 3):
        return client.create_webhook("e2e-hook", url, events, secret=secret).webhook_id
    pairs = [dict(zip(("entity", "action"), e.upper().split("."))) for e in events]
    body = json.dumps({"name": "e2e-hook", "url": url, "events": pairs, "secret": secret}).encode()
    request = urllib.request.Request(
        f"{server.url}/api/2.0/mlflow/webhooks", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["webhook"]["webhook_id"]


def change(client, name):
    """Change the registry in every way that webhooks tell of; give what they say."""
    experiment = client.create_experiment(f"of {name}")
    run = client.create_run(experiment).info
    source = f"{run.artifact_uri}/model"
    client.create_registered_model(name, tags={"t": "ü"}, description="words")
    client.create_model_version(name, source, run.run_id, tags={"u": "v"})
    client.set_model_version_tag(name, "1", "k", "日本")
    client.delete_model_version_tag(name, "1", "k")
    told = {
        "registered_model.created": {"name": name, "tags": {"t": "ü"}, "description": "words"},
        "model_version.created": {
            "name": name, "version": "1", "source": source, "run_id": run.run_id, "tags": {"u": "v"}, "description": None,
        },
        "model_version_tag.set": {"name": name, "version": "1", "key": "k", "value": "日本"},
        "model_version_tag.deleted": {"name": name, "version": "1", "key": "k"},
    }
    if VERSION >= (2, 3):
        client.set_registered_model_alias(name, "champion", "1")
        client.delete_registered_model_alias(name, "champion")
        told["model_version_alias.created"] = {"name": name, "alias": "champion", "version": "1"}
        told["model_version_alias.deleted"] = {"name": name, "alias": "champion"}
    return told


def test_all_is_told_after_the_server_was_killed(server, receiver):
    receiver.accepts = False
    told = {}
    with server as client:
        subscribe(server, client, receiver.url)
        told["first"] = change(client, "first")
        receiver.refused.get(timeout=30)  # it was called in vain, and the rest waits
        server.kill()
    with server as client:
        told["it's 100% sécond"] = change(client, "it's 100% sécond")
        server.kill()
    receiver.accepts = True
    identities, heard = {}, {name: {} for name in told}
    with server:
        while heard != told:
            event, data, identity = receiver.next()
            assert identities.setdefault(identity, (event, data)) == (event, data)
            assert data == told[data["name"]][event]
            heard[data["name"]][event] = data
    assert len(identities) == sum(map(len, told.values()))


def test_the_call_is_tried_again(server, receiver):
    with server as client:
        subscribe(server, client, receiver.url, secret="s")
        receiver.accepts = False
        client.create_registered_model("m")
        before, _ = receiver.refused.get(timeout=30)
        receiver.accepts = True
        event, data, identity = receiver.next("s")
        assert (event, data["name"]) == ("registered_model.created", "m")
        assert identity == before["X-MLflow-Delivery-Id"]


def test_without_leave_no_call_is_made(serve, receiver):
    server = serve()
    with server as client:
        for url in (receiver.url, receiver.url.replace("http:", "https:")):
            with pytest.raises((MlflowException, urllib.error.HTTPError)) as refusal:
                subscribe(server, client, url)
            said = refusal.value.read().decode() if VERSION < (3, 3) else str(refusal.value)
            assert "INVALID_PARAMETER_VALUE" in said and "URL" in said, said
        client.create_registered_model("m")
    assert receiver.accepted.empty()


@since(3, 3)
def test_webhooks_are_kept(server, receiver):
    with server as client:
        made = [
            client.create_webhook(f"hook-{i}", f"{receiver.url}&i={i}", EVENTS[i : i + 2], description=f"the {i}.")
            for i in range(5)
        ]
        kept = client.get_webhook(made[2].webhook_id)
        assert (kept.name, kept.url, kept.description, str(kept.status)) == ("hook-2", made[2].url, "the 2.", "ACTIVE")
        assert {str(e) for e in kept.events} == {str(e) for e in made[2].events} and len(kept.events) == 2
        assert kept.secret is None
        seen, token = [], None
        while True:
            page = client.list_webhooks(max_results=2, page_token=token)
            seen += [w.webhook_id for w in page]
            if not (token := page.token):
                break
        assert sorted(seen) == sorted(w.webhook_id for w in made)
        changed = client.update_webhook(made[0].webhook_id, name="other", events=["model_version.created"], status="DISABLED")
        assert (changed.name, str(changed.status), changed.description) == ("other", "DISABLED", "the 0.")
        client.delete_webhook(made[1].webhook_id)
        with refused("RESOURCE_DOES_NOT_EXIST"):
            client.get_webhook(made[1].webhook_id)
        for url in ("", "ftp://x/", "no url"):
            with refused("INVALID_PARAMETER_VALUE"):
                client.create_webhook("bad", url, EVENTS)
        with refused("INVALID_PARAMETER_VALUE"):
            client.create_webhook("bad", receiver.url, [])
        with refused("INVALID_PARAMETER_VALUE", "Webhook name"):
            client.create_webhook("two words", receiver.url, EVENTS)


@since(3, 3)
def test_a_webhook_that_sleeps_hears_nothing(server, receiver):
    with server as client:
        hook = subscribe(server, client, receiver.url)
        client.update_webhook(hook, status="DISABLED")
        client.create_registered_model("unheard")
        client.update_webhook(hook, status="ACTIVE")
        client.create_registered_model("heard")
        assert receiver.next()[1]["name"] == "heard"
        client.update_webhook(hook, secret="another")
        client.create_registered_model("heard too")
        assert receiver.next("another")[1]["name"] == "heard too"


@since(3, 3)
def test_a_webhook_is_tried_out(server, receiver):
    from mlflow.webhooks import types

    payloads = {
        "registered_model.created": types.RegisteredModelCreatedPayload,
        "model_version.created": types.ModelVersionCreatedPayload,
        "model_version_tag.set": types.ModelVersionTagSetPayload,
        "model_version_tag.deleted": types.ModelVersionTagDeletedPayload,
        "model_version_alias.created": types.ModelVersionAliasCreatedPayload,
        "model_version_alias.deleted": types.ModelVersionAliasDeletedPayload,
        "prompt.created": types.PromptCreatedPayload,
        "prompt_version.created": types.PromptVersionCreatedPayload,
        "prompt_tag.set": types.PromptTagSetPayload,
        "prompt_tag.deleted": types.PromptTagDeletedPayload,
        "prompt_version_tag.set": types.PromptVersionTagSetPayload,
        "prompt_version_tag.deleted": types.PromptVersionTagDeletedPayload,
        "prompt_alias.created": types.PromptAliasCreatedPayload,
        "prompt_alias.deleted": types.PromptAliasDeletedPayload,
    }
    with server as client:
        hook = subscribe(server, client, receiver.url, list(payloads))
        for event, payload in payloads.items():
            result = client.test_webhook(hook, event)
            assert (result.success, result.response_status) == (True, 200)
            heard, data, _ = receiver.next()
            assert heard == event
            assert set(data) == set(payload.__annotations__), event
        receiver.accepts = False
        result = client.test_webhook(hook)
        assert (result.success, result.response_status) == (False, 503)


@since(3, 3)
def test_prompts_are_told(server, receiver):
    name = f"prompt-{uuid.uuid4().hex[:8]}"
    with server as client:
        subscribe(server, client, receiver.url, [
            "registered_model.created", "model_version.created", "prompt.created", "prompt_version.created",
            "prompt_tag.set", "prompt_version_tag.set", "prompt_alias.created", "prompt_alias.deleted",
        ])
        client.register_prompt(name, "Say {{word}} 日本", commit_message="begin")
        client.set_prompt_tag(name, "team", "blue")
        client.set_prompt_version_tag(name, 1, "k", "v")
        client.set_prompt_alias(name, "live", 1)
        client.delete_prompt_alias(name, "live")
        client.create_registered_model("the last")
        told = []
        while not told or told[-1][0] != "registered_model.created":
            told.append(receiver.next()[:2])
    # Clients tag prompts of their own accord too.
    heard = {event: data for event, data in told if not data.get("key", "").startswith("_mlflow")}
    assert told[-1][1]["name"] == "the last"
    assert heard["prompt.created"]["name"] == name
    version = heard["prompt_version.created"]
    assert (version["name"], version["version"], version["template"]) == (name, "1", "Say {{word}} 日本")
    assert heard["prompt_tag.set"] == {"name": name, "key": "team", "value": "blue"}
    assert {"name": name, "version": "1", "key": "k", "value": "v"} in [d for e, d in told if e == "prompt_version_tag.set"]
    assert heard["prompt_alias.created"] == {"name": name, "alias": "live", "version": "1"}
    assert heard["prompt_alias.deleted"] == {"name": name, "alias": "live"}
    assert "model_version.created" not in heard
