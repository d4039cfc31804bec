"""What is told of the server, and what is taken out of it and put in again."""

import io
import json
import zipfile

from conftest import Rest, classified


def test_version_status_and_metrics(atlas, rest):
    version = rest.get("/api/atlas/admin/version")
    assert version.status == 200 and {"Version", "Name", "Description"} <= set(version.json)
    assert rest.get("/api/atlas/admin/status").json["Status"] == "ACTIVE"
    assert atlas.admin.get_metrics() is not None  # of which the client keeps nothing
    metrics = rest.get("/api/atlas/admin/metrics").json
    general = metrics["data"]["general"]
    assert general["entityCount"] >= 0 and general["typeCount"] > 0 and "tagCount" in general
    assert {"entityActive", "entityDeleted"} <= set(metrics["data"]["entity"])


def test_metrics_count_entities_by_type(rest, types, make):
    def active():
        return rest.get("/api/atlas/admin/metrics").json["data"]["entity"]["entityActive"].get(types.view, 0)

    before = active()
    make(types.view)
    assert active() == before + 1


def test_a_session_and_health(rest):
    session = rest.get("/api/atlas/admin/session").json
    assert session["userName"] == "admin" and "atlas.rest-csrf.custom-header" in session
    assert rest.get("/api/atlas/admin/liveness").status == 200 and rest.get("/api/atlas/admin/readiness").status == 200


def test_any_user_is_let_in_on_loopback(rest):
    stranger = Rest()
    stranger.session.auth = ("whoever", "whatever")
    assert stranger.get("types/typedefs/headers").status == 200
    stranger.session.auth = None
    assert stranger.get("types/typedefs/headers").status == 200


def export(rest, guid_or_request):
    answer = rest.post("/api/atlas/admin/export", guid_or_request)
    assert answer.status == 200, answer.text
    return answer.content


def test_an_export_is_a_zip_that_another_server_takes(rest, types, make, serve, name):
    source, sink = make.table(name("in"), rows=5), make.table(name("out"))
    make.job([source], [sink], name("job"))
    column = make.column(source)
    rest.post(f"entity/guid/{source}/classifications", [{"typeName": types.pii, "attributes": {"level": 1}}])
    content = export(rest, {"itemsToExport": [{"typeName": types.table, "uniqueAttributes": {"qualifiedName": name("in")}}], "options": {"fetchType": "FULL"}})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = {n.removesuffix(".json") for n in archive.namelist()}
        assert {"atlas-export-info", "atlas-typesdef", "atlas-export-order", source, column} <= inside
        order = json.loads(archive.read("atlas-export-order.json"))
        assert source in order
    with serve() as server:
        other = Rest(server.url)
        answer = other("POST", "/api/atlas/admin/import", files={"data": ("export.zip", content, "application/zip")})
        assert answer.status == 200 and answer.json["operationStatus"] == "SUCCESS", answer.text
        read = other.get(f"entity/guid/{source}").json["entity"]
        assert read["attributes"]["rows"] == 5 and classified(other, column) == [types.pii]
        again = other("POST", "/api/atlas/admin/import", files={"data": ("export.zip", content, "application/zip")})
        assert again.status == 200, again.text


def test_an_archive_bomb_is_refused_and_nothing_is_written(rest, name):
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("atlas-typesdef.json", json.dumps({"enumDefs": [{"name": name("Never"), "elementDefs": [{"value": "A", "ordinal": 1}]}]}))
        with archive.open("atlas-export-order.json", "w", force_zip64=True) as entry:
            for _ in range(1024):
                entry.write(b" " * (1 << 20))
    answer = rest("POST", "/api/atlas/admin/import", files={"data": ("bomb.zip", book.getvalue(), "application/zip")})
    assert 400 <= answer.status < 500 and "errorCode" in answer.json, answer.text[:300]
    assert rest.get(f"types/enumdef/name/{name('Never')}").status == 404


def test_what_is_no_zip_is_refused(rest):
    answer = rest("POST", "/api/atlas/admin/import", files={"data": ("x.zip", b"not a zip", "application/zip")})
    assert 400 <= answer.status < 500 and "errorCode" in answer.json, answer.text[:300]


def test_checkstate_tasks_patches_and_servers(rest):
    assert rest.post("/api/atlas/admin/checkstate", {}).status == 200
    assert rest.get("/api/atlas/admin/tasks").status == 200
    assert rest.get("/api/atlas/admin/patches").status == 200
    assert rest.get("/api/atlas/admin/activeSearches").json == []
    assert rest.get("/api/atlas/admin/server/nobody").status in (204, 404)


def test_the_first_version_of_the_protocol(rest, types, make, name):
    listed = rest.get("/api/atlas/types", type="CLASS")
    assert listed.status == 200 and types.table in listed.json["results"] and listed.json["count"] == len(listed.json["results"])
    guid = make.table(name("t"))
    read = rest.get(f"/api/atlas/entities/{guid}")
    assert read.status == 200 and read.json["definition"]["typeName"] == types.table
    assert read.json["definition"]["values"]["qualifiedName"] == name("t")
    missing = rest.get("/api/atlas/entities/00000000-0000-0000-0000-000000000000")
    assert missing.status == 404 and set(missing.json) == {"error"}
