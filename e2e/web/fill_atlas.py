"""Fills the catalog through Atlas's own client, after MLflow's has filled the rest: a
table of readings with its columns, a job that makes of it what MLflow's runs read,
classifications that go that way, a glossary, labels and business metadata."""

import sys

from apache_atlas.client.base_client import AtlasClient
from apache_atlas.model.discovery import SearchParameters
from apache_atlas.model.glossary import AtlasGlossary, AtlasGlossaryCategory, AtlasGlossaryTerm
from apache_atlas.model.instance import AtlasClassification, AtlasEntitiesWithExtInfo, AtlasEntity, AtlasRelatedObjectId
from apache_atlas.model.typedef import AtlasTypesDef

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def main():
    client = AtlasClient(sys.argv[1], ("admin", "admin"))
    define(client)
    made = create(client)
    classify(client, made)
    explain(client, made)


def attribute(name, type_name="string", **more):
    return {"name": name, "typeName": type_name, "isOptional": True, "cardinality": "SINGLE", "valuesMinCount": 0, "valuesMaxCount": 1} | more


def define(client):
    client.typedef.create_atlas_typedefs(AtlasTypesDef({
        "enumDefs": [{"name": "meter_kind", "elementDefs": [{"value": "household", "ordinal": 1}, {"value": "industry", "ordinal": 2, "description": "above 100 kW"}]}],
        "structDefs": [{"name": "meter_retention", "attributeDefs": [attribute("days", "int"), attribute("reason")]}],
        "classificationDefs": [
            {"name": "PII", "description": "Tells something of a person", "attributeDefs": [attribute("level", "int", defaultValue="1"), attribute("steward")]},
            {"name": "Address", "superTypes": ["PII"], "description": "Where somebody lives", "attributeDefs": []},
            {"name": "Retention", "entityTypes": ["DataSet"], "attributeDefs": [attribute("days", "int", isOptional=False, valuesMinCount=1)]},
            {"name": "Unused", "attributeDefs": []},
        ],
        "entityDefs": [
            {"name": "meter_table", "superTypes": ["DataSet"], "description": "Readings of meters, a row for each hour", "attributeDefs": [
                attribute("kind", "meter_kind"), attribute("rows", "long"), attribute("measured", "date"), attribute("retention", "meter_retention"),
                attribute("places", "array<string>", cardinality="SET", valuesMaxCount=2147483647), attribute("units", "map<string,string>"),
            ]},
            {"name": "meter_column", "superTypes": ["DataSet"], "attributeDefs": [attribute("data_type", isOptional=False, valuesMinCount=1)]},
            {"name": "meter_job", "superTypes": ["Process"], "attributeDefs": [attribute("schedule")]},
        ],
        "relationshipDefs": [{
            "name": "meter_table_columns", "relationshipCategory": "COMPOSITION", "propagateTags": "ONE_TO_TWO", "attributeDefs": [],
            "endDef1": {"type": "meter_table", "name": "columns", "isContainer": True, "cardinality": "SET"},
            "endDef2": {"type": "meter_column", "name": "table", "isContainer": False, "cardinality": "SINGLE"},
        }],
        "businessMetadataDefs": [{"name": "Quality", "attributeDefs": [
            attribute("score", "int", options={"applicableEntityTypes": '["DataSet"]'}),
            attribute("checked_by", options={"applicableEntityTypes": '["DataSet"]', "maxStrLength": "40"}),
        ]}],
    }))


def create(client):
    """Tables with columns, a job between two, and one that makes what MLflow reads."""
    readings = found(client, "mlflow_dataset", "readings")
    table = entity("meter_table", "meter_readings", -1, owner="ann", description="As the meters send them", kind="household", rows=8760, measured=1767225600000,
                   retention={"typeName": "meter_retention", "attributes": {"days": 90, "reason": "law"}}, places=["Łódź", "Kraków"], units={"load": "kWh"})
    names = ("meter_id", "hour", "load", "street")
    columns = [entity("meter_column", f"meter_readings.{name}", -2 - at, label=name, data_type="double" if name == "load" else "string") for at, name in enumerate(names)]
    for column in columns:
        column["relationshipAttributes"] = {"table": {"guid": "-1", "typeName": "meter_table"}}
    hourly = entity("meter_table", "hourly_means", -10, owner="bob", description="Means of each hour")
    # What a user wrote must stay text on every page.
    hostile = entity("meter_table", MARKUP, -11, description=MARKUP + " " + "long" * 200)
    jobs = [
        entity("meter_job", "mean of hours", -12, schedule="0 * * * *", inputs=[reference(-1, "meter_table")], outputs=[reference(-10, "meter_table")]),
        entity("meter_job", "export to the lake", -13, inputs=[reference(-10, "meter_table")], outputs=[reference(readings, "mlflow_dataset")]),
    ]
    more = [entity("meter_table", f"archive_{month:03d}", -100 - month, owner=("ann", "bob", "eve")[month % 3], rows=month) for month in range(240)]
    answer = client.entity.create_entities(AtlasEntitiesWithExtInfo({"entities": [table, *columns, hourly, hostile, *jobs, *more]}))
    guids = answer.guidAssignments
    return {name: guids[str(at)] for name, at in (("table", -1), ("street", -5), ("hourly", -10), ("job", -12), ("hostile", -11))} | {"readings": readings}


def entity(type_name, name, guid, label=None, **attributes):
    return AtlasEntity({"typeName": type_name, "guid": str(guid), "attributes": {"name": label or name, "qualifiedName": f"{name}@meters"} | attributes})


def reference(guid, type_name):
    return {"guid": str(guid), "typeName": type_name}


def found(client, type_name, words):
    """Give the guid of what another protocol wrote."""
    answer = client.discovery.faceted_search(SearchParameters({"typeName": type_name, "query": words, "limit": 10}))
    return answer.entities[0].guid


def classify(client, made):
    client.entity.add_classifications_by_guid(made["table"], [AtlasClassification({
        "typeName": "PII", "attributes": {"level": 3, "steward": "ann"}, "propagate": True, "removePropagationsOnEntityDelete": True,
        "validityPeriods": [{"startTime": "2026/01/01 00:00:00", "endTime": "2036/01/01 00:00:00", "timeZone": "UTC"}],
    })])
    client.entity.add_classifications_by_guid(made["street"], [AtlasClassification({"typeName": "Address", "propagate": False})])
    client.entity.add_classifications_by_guid(made["hourly"], [AtlasClassification({"typeName": "Retention", "attributes": {"days": 30}, "propagate": False})])
    client.entity.add_labels_by_guid(made["table"], ["certified", "meters"])
    client.entity.add_or_update_business_attributes(made["table"], False, {"Quality": {"score": 92, "checked_by": "eve"}})


def explain(client, made):
    glossary = client.glossary.create_glossary(AtlasGlossary({"name": "Electricity", "shortDescription": "Words of the grid", "language": "English"}))
    anchor = {"glossaryGuid": glossary.guid}
    measures = client.glossary.create_glossary_category(AtlasGlossaryCategory({"name": "Measures", "shortDescription": "What is measured", "anchor": anchor}))
    energy = client.glossary.create_glossary_category(AtlasGlossaryCategory({"name": "Energy", "anchor": anchor, "parentCategory": {"categoryGuid": measures.guid}}))
    load = client.glossary.create_glossary_term(AtlasGlossaryTerm({
        "name": "Load", "shortDescription": "Power that is drawn at a moment", "abbreviation": "L", "examples": ["3 kW"], "anchor": anchor,
        "categories": [{"categoryGuid": energy.guid}],
    }))
    client.glossary.create_glossary_term(AtlasGlossaryTerm({"name": "Demand", "anchor": anchor, "synonyms": [{"termGuid": load.guid}]}))
    client.glossary.create_glossary_term(AtlasGlossaryTerm({"name": "Markup", "shortDescription": MARKUP, "anchor": anchor}))
    client.glossary.assign_term_to_entities(load.guid, [AtlasRelatedObjectId({"guid": made["table"]})])
    client.glossary.create_glossary(AtlasGlossary({"name": "Finance"}))


main()
