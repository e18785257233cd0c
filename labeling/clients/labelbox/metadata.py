"""Metadata fields: the client only sends fields that an ontology lists, each by an id.

Ours is the vendor's reserved one without embeddings; every value becomes a fact of the item under
the field's name. The client insists on ids of 25 characters.
"""

from collections.abc import Iterable, Mapping
from typing import Any

TAG = "labeldesk-field-tag------"
CAPTURED = "labeldesk-field-captured-"
SPLIT = "labeldesk-field-split----"
SPLITS: Mapping[str, str] = {
    "labeldesk-split-train----": "train",
    "labeldesk-split-valid----": "valid",
    "labeldesk-split-test-----": "test",
}


def _field(key: str, name: str, kind: str, options: Any = None) -> dict[str, Any]:
    return {"id": key, "name": name, "kind": kind, "reserved": True, "options": options}


ONTOLOGY = [
    _field(TAG, "tag", "CustomMetadataString"),
    _field(CAPTURED, "captureDateTime", "CustomMetadataDateTime"),
    _field(
        SPLIT,
        "split",
        "CustomMetadataEnum",
        [_field(key, name, "CustomMetadataEnumOption") for key, name in SPLITS.items()],
    ),
]

NAMES = {each["id"]: each["name"] for each in ONTOLOGY}
IDS = {name: key for key, name in NAMES.items()}
KINDS = {each["name"]: each["kind"] for each in ONTOLOGY}


def facts_of(fields: Any) -> Any:
    """The facts that the client's metadata fields say, by name.

    What is not a list of fields is given back as it is, for the import to refuse by its row.
    """
    if not isinstance(fields, list) or not all(isinstance(each, dict) for each in fields):
        return fields
    facts: dict[str, Any] = {}
    for each in fields:
        key = each.get("schemaId")
        if key in SPLITS:
            # A choice comes as two fields: the question without a value, and the option.
            facts["split"] = SPLITS[key]
        elif key != SPLIT:
            facts[NAMES.get(key, str(each.get("name") or key))] = each.get("value")
    return facts


def values_of(facts: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """An item's facts as metadata values; those of no field go by their names."""
    for name, value in facts.items():
        yield {
            "schemaId": IDS.get(name, name),
            "name": name,
            "value": value,
            "kind": KINDS.get(name, "CustomMetadataString"),
        }
