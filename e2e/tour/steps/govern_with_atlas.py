"""Tells Apache Atlas that a file holds personal data: python govern_with_atlas.py
URL FILE-URI."""

import sys

from apache_atlas.client.base_client import AtlasClient
from apache_atlas.model.instance import AtlasClassification, AtlasEntity, AtlasEntityWithExtInfo
from apache_atlas.model.typedef import AtlasAttributeDef, AtlasClassificationDef, AtlasTypesDef


def main(url, uri):
    atlas = AtlasClient(url, ("admin", "admin"))
    level = AtlasAttributeDef({"name": "level", "typeName": "int", "isOptional": True, "cardinality": "SINGLE"})
    pii = AtlasClassificationDef({"name": "PII", "description": "tells of persons", "attributeDefs": [level], "superTypes": []})
    atlas.typedef.create_atlas_typedefs(AtlasTypesDef({"classificationDefs": [pii]}))

    file = AtlasEntity({"typeName": "fs_path"})
    file.attributes = {"qualifiedName": uri, "name": uri.rsplit("/", 1)[1], "path": uri}
    made = atlas.entity.create_entity(AtlasEntityWithExtInfo({"entity": file}))
    guid = next(iter(made.guidAssignments.values()))
    atlas.entity.add_classifications_by_guid(guid, [AtlasClassification({"typeName": "PII", "attributes": {"level": 2}})])


if __name__ == "__main__":
    main(*sys.argv[1:])
