"""Which of the client's definitions of calls were used.

The client defines every call once, as a constant with a path, a method and the status that it
wants, and makes of it what it sends. A call is known again by the constant itself or,
where the client filled in its path, by what it was filled into.
"""

import re

from apache_atlas.client.admin import AdminClient
from apache_atlas.client.discovery import DiscoveryClient
from apache_atlas.client.entity import EntityClient
from apache_atlas.client.glossary import GlossaryClient
from apache_atlas.client.lineage import LineageClient
from apache_atlas.client.relationship import RelationshipClient
from apache_atlas.client.typedef import TypeDefClient
from apache_atlas.utils import API, HTTPMethod, HTTPStatus

CLIENTS = (TypeDefClient, EntityClient, GlossaryClient, DiscoveryClient, RelationshipClient, LineageClient, AdminClient)

DEFINITIONS = {f"{client.__name__}.{name}": api for client in CLIENTS for name, api in vars(client).items() if isinstance(api, API)}
DEFINITIONS |= {  # which the client makes anew for each call
    f"TypeDefClient.{name}": API(getattr(TypeDefClient, name), HTTPMethod.GET, HTTPStatus.OK)
    for name in ("GET_BY_NAME_TEMPLATE", "GET_BY_GUID_TEMPLATE")
}

made = set()


def note(api):
    """Write down that a call was made and answered as its definition wants."""
    for name, definition in DEFINITIONS.items():
        if definition is api:
            made.add(name)
            return
    fitting = [name for name, definition in DEFINITIONS.items() if fits(definition, api)]
    assert fitting, f"{api.method} {api.path} is made of no definition"
    made.add(max(fitting, key=lambda name: len(re.sub(r"\{.*?\}", "", DEFINITIONS[name].path))))


def fits(definition, api):
    """Say whether a call may have been made by filling in a definition's path, or by adding to it."""
    if definition.method != api.method or definition.expected_status != api.expected_status:
        return False
    path = definition.path.rstrip("/")
    if "{" not in path and "%s" not in path:
        path += "/{}"
    pattern = "".join("[^/]+" if part.startswith("{") or part == "%s" else re.escape(part) for part in re.split(r"(\{[^}]*\}|%s)", path))
    return re.fullmatch(pattern, api.path) is not None
