"""The shapes the GeoReport v2 specification asks of JSON answers, typed anew as JSON Schemas."""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
MAYBE: dict[str, Any] = {"type": ["string", "null"]}
MOMENT: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
FLAG: dict[str, Any] = {"type": "boolean"}


def rows(one: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": one}


SERVICE: dict[str, Any] = {
    "type": "object",
    "required": ["service_code", "service_name", "metadata", "type"],
    "properties": {
        "service_code": TEXT, "service_name": TEXT, "description": MAYBE, "metadata": FLAG,
        "type": {"enum": ["realtime", "batch", "blackbox"]}, "keywords": MAYBE, "group": MAYBE,
    },
}  # fmt: skip
VALUE: dict[str, Any] = {
    "type": "object", "required": ["key", "name"], "properties": {"key": TEXT, "name": TEXT},
}  # fmt: skip
ATTRIBUTE: dict[str, Any] = {
    "type": "object",
    "required": ["variable", "code", "datatype", "required"],
    "properties": {
        "variable": FLAG, "code": TEXT, "required": FLAG, "datatype_description": MAYBE,
        "datatype": {"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
        "order": {"type": ["integer", "null"]}, "description": MAYBE, "values": rows(VALUE),
    },
}  # fmt: skip
DEFINITION: dict[str, Any] = {
    "type": "object", "required": ["service_code", "attributes"],
    "properties": {"service_code": TEXT, "attributes": rows(ATTRIBUTE)},
}  # fmt: skip
REQUEST: dict[str, Any] = {
    "type": "object",
    "required": ["service_request_id", "status", "service_code", "requested_datetime"],
    "properties": {
        "service_request_id": TEXT, "status": {"enum": ["open", "closed"]}, "status_notes": MAYBE,
        "service_name": MAYBE, "service_code": TEXT, "description": {**MAYBE, "maxLength": 4000},
        "agency_responsible": MAYBE, "service_notice": MAYBE,
        "requested_datetime": {"type": "string", "format": "date-time"}, "updated_datetime": MOMENT,
        "expected_datetime": MOMENT, "address": MAYBE, "address_id": MAYBE, "zipcode": MAYBE,
        "lat": {"type": ["number", "null"]}, "long": {"type": ["number", "null"]}, "media_url": MAYBE,
    },
}  # fmt: skip
FAULT: dict[str, Any] = {
    "type": "object", "required": ["code", "description"], "properties": {"code": TEXT, "description": TEXT},
}  # fmt: skip
