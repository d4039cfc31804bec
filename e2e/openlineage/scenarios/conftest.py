import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest


class Marquez:
    """Reads as Marquez's own UI does."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def get(self, path, **query):
        url = f"{self.url}/api/v1/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            return json.load(answer)

    def named(self, namespace, kind, name, rest=""):
        return self.get(f"namespaces/{quote(namespace)}/{kind}/{quote(name)}{rest}")

    def lineage(self, node, depth=20):
        return {n["id"]: n for n in self.get("lineage", nodeId=node, depth=depth)["graph"]}

    def until(self, wanted, within=30):
        """Ask until there is an answer: producers send when they like."""
        begun = time.monotonic()
        while True:
            try:
                found = wanted()
            except urllib.error.HTTPError as error:
                if error.code != 404:
                    raise
                found = None
            if found or time.monotonic() - begun > within:
                return found
            time.sleep(0.2)


def quote(text):
    return urllib.parse.quote(text, safe="")


@pytest.fixture(scope="session")
def url():
    return os.environ["OPENLINEAGE_URL"]


@pytest.fixture(scope="session")
def marquez(url):
    return Marquez(url)
