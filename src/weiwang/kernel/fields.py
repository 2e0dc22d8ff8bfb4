"""Database fields for what plain columns cannot hold: polygons and sealed text."""

from typing import Any

import shapely
from django.conf import settings
from django.db import models
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.seal import Sealer, load_or_create_key_file


class GeometryField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """A shapely geometry in WGS84 degrees (x = longitude), stored as WKB."""

    description = "geometry (WKB, EPSG:4326)"

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, *_: object) -> BaseGeometry | None:  # noqa: ANN401 -- the driver's
        return None if value is None else shapely.from_wkb(bytes(value))

    def to_python(self, value: Any) -> BaseGeometry | None:  # noqa: ANN401 -- Django's signature
        return value if value is None or isinstance(value, BaseGeometry) else shapely.from_wkb(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> bytes | None:  # noqa: ANN401, ARG002, FBT001, FBT002 -- Django's
        return shapely.to_wkb(value) if isinstance(value, BaseGeometry) else value


class SealedTextField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """Text encrypted under the deployment's field keys; empty text stays empty bytes.

    Declared in `policies/retention.yaml`, shown only through the masking component.
    """

    description = "sealed text"

    def get_internal_type(self) -> str:
        return "BinaryField"

    @property
    def context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"  # noqa: SLF001 -- Django's own way

    def from_db_value(self, value: Any, *_: object) -> str | None:  # noqa: ANN401 -- the driver's
        if value is None:
            return None
        return sealer().open(bytes(value), self.context) if value else ""

    def to_python(self, value: Any) -> str | None:  # noqa: ANN401 -- Django's signature
        return value if value is None else str(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> bytes | None:  # noqa: ANN401, ARG002, FBT001, FBT002 -- Django's
        if value is None:
            return None
        return sealer().seal(value, self.context) if value else b""


_sealers: dict[str, Sealer] = {}


def sealer() -> Sealer:
    """The deployment's keys, read once per process."""
    known = str(settings.FIELD_KEYS or settings.FIELD_KEY_FILE)
    if known not in _sealers:
        text = settings.FIELD_KEYS or load_or_create_key_file(settings.FIELD_KEY_FILE)
        _sealers[known] = Sealer.from_text(text)
    return _sealers[known]
